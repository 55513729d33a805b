import { expect, test } from 'vitest';
import { type MissingWork, missingWords, nudgePrompt } from '../../src/core/nudge-prompt.ts';

const command = (verb: string) => `/run/bin/agentrelay-${verb}`;
const missing = (more: Partial<MissingWork>): MissingWork => ({ uncommitted: [], commits: 1, branch: null, ...more });
const prompt = (more: Partial<MissingWork>) => nudgePrompt(missing(more), command);

test('names what is missing, and the commands by their paths, in one line', () => {
  const text = prompt({ uncommitted: ['a.txt', 'evil\nname'], commits: 0 });
  expect(text).toMatch(/^agentrelay: your turn has ended and there is no signal\. /);
  expect(text).toContain('Not committed: a.txt, "evil\\nname". There is no commit on your branch.');
  for (const verb of ['complete --title', 'complete-no-pr;', 'failed --reason']) {
    expect(text).toContain(`/run/bin/agentrelay-${verb}`);
  }
  expect(text).not.toMatch(/\p{Cc}/u);
});

test.each<[Partial<MissingWork>, string[], RegExp]>([
  [{}, ['agentrelay-complete not run'], /Your work is committed, but agentrelay-complete was not run/],
  [{ commits: 0 }, ['no commits'], /no commit on your branch/],
  [{ uncommitted: ['a'] }, ['1 uncommitted file'], /Not committed: a\./],
  [{ branch: 'b', commits: null }, ['not on b'], /not on your branch b/],
  [{ commits: null }, [], /no signal\. Go on until/],
])('%j is %j', (more, words, text) => {
  expect(missingWords(missing(more))).toEqual(words);
  expect(prompt(more)).toMatch(text);
});

test('of many files some are named', () => {
  const files = Array.from({ length: 13 }, (_, at) => `f${at}`);
  expect(prompt({ uncommitted: files })).toContain('f9 and 3 more.');
  expect(missingWords(missing({ uncommitted: files }))).toEqual(['13 uncommitted files']);
});
