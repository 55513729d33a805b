import { expect, test } from 'vitest';
import { pullRequestText, type TextInput } from '../../../src/agent/github/pull-request-text.ts';

const INPUT: TextInput = {
  titles: ['Add a parser', 'write-parser'],
  bodies: ['It reads.', 'A summary.'],
  subjects: ['Add a test', 'Make it pass'],
  commits: 2,
  graph: 'demo',
  task: 'write-parser',
  attempt: 3,
};

const FOOTER = '<sub>agentrelay · graph demo · task write-parser · attempt 3</sub>\n';
const COMMITS = `<details>\n<summary>2 commits</summary>\n\n\`\`\`text\nAdd a test\nMake it pass\n\`\`\`\n\n</details>\n\n${FOOTER}`;

test('title and text, the commits folded, and where it comes from', () => {
  expect(pullRequestText(INPUT)).toEqual({ title: 'Add a parser', body: `It reads.\n\n${COMMITS}` });
});

test('the first title and text that say something are taken', () => {
  const titles = [null, ' \u0007\n', 'usual'];
  const text = pullRequestText({ ...INPUT, titles, bodies: ['', null, 'A summary.'] });
  expect(text).toEqual({ title: 'usual', body: `A summary.\n\n${COMMITS}` });
  expect(pullRequestText({ ...INPUT, titles: [''], bodies: [null] })).toEqual({
    title: 'write-parser',
    body: COMMITS,
  });
});

test('a title is one line without control characters, of at most 256 characters', () => {
  const title = (text: string) => pullRequestText({ ...INPUT, titles: [text] }).title;
  expect(title('Add\r\n  a\u001b[31m parser\u202e')).toBe('Add a parser');
  expect(title('ö'.repeat(300))).toBe(`${'ö'.repeat(255)}…`);
});

test('a text that is too long is cut, and what stands below stays', () => {
  const { body } = pullRequestText({ ...INPUT, bodies: [`\`\`\`\n${'🙂 '.repeat(40_000)}`] });
  expect(body.length).toBeLessThanOrEqual(65_536);
  expect(body.length).toBeGreaterThan(65_000);
  expect(body).toMatch(/…\n```\n\n<details>\n<summary>2 commits/);
  expect(body.isWellFormed()).toBe(true);
});

test.each([
  ['a fence', '```js\nlet x', '```js\nlet x\n```'],
  ['a longer fence', '~~~~\n~~~\nx', '~~~~\n~~~\nx\n~~~~'],
  ['a fence that is closed', '```\nx\n```\ny', '```\nx\n```\ny'],
  ['a comment', 'a <!-- b', 'a <!-- b -->'],
  ['details', '<details><summary>a</summary>', '<details><summary>a</summary>\n\n</details>'],
])('%s that is left open does not take in what follows', (_name, text, closed) => {
  expect(pullRequestText({ ...INPUT, bodies: [text] }).body).toBe(`${closed}\n\n${COMMITS}`);
});

test('of many commits the last are shown, each in one line, and none of them can leave its block', () => {
  const subjects = Array.from({ length: 50 }, (_, at) => `Step ${at} \`\`\`\n</details> @everybody`);
  const { body } = pullRequestText({ ...INPUT, subjects, commits: 60 });
  expect(body).toContain(
    '<summary>60 commits</summary>\n\n````text\n… 10 more before these\nStep 0 ``` </details> @everybody\n',
  );
  expect(body).toContain(`Step 49 \`\`\` </details> @everybody\n\`\`\`\`\n\n</details>\n\n${FOOTER}`);
});
