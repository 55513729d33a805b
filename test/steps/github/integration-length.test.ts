import fc from 'fast-check';
import { expect, test } from 'vitest';
import { fitLines, type Line, longestThatFits } from '../../../src/steps/github/fit-lines.ts';
import { integrationText } from '../../../src/steps/github/integration-body.ts';
import type { IntegrationTask } from '../../../src/steps/github/integration-input.ts';
import { commit, type Done, doneTask, integration, pullRequest } from './integration-fixture.ts';
import { liveParts, withoutCode } from './live-parts.ts';

const LIMIT = 60_000;
const AUTO = { id: 'api', autoMerge: true, mergeTargetBranch: 'main' };

function task(number: number, change: Omit<Done, 'spec' | 'attempts'> & { concerns?: readonly string[] } = {}) {
  const { concerns = [], ...rest } = change;
  const spec = { id: `task-${number}`, description: `Do number ${number}. ${'And so on. '.repeat(8)}` };
  const said = concerns.map((message) => ({ source: 'agent', message }) as const);
  const attempt = { pr: pullRequest(number), commit: commit('a'), concerns: said };
  return doneTask({ spec, attempts: [attempt], ...rest });
}

function bodyOf(tasks: readonly IntegrationTask[]): string {
  return integrationText(integration({ lane: AUTO, tasks })).body;
}

test('shortens the longest summary first, between lines, and says where the rest is', () => {
  const long = Array.from({ length: 9_000 }, (_, at) => `Line ${at}.`).join('\n');
  const body = bodyOf([task(1, { summary: long }), task(2, { summary: 'Short.\n\nAnd sweet.' })]);
  expect(body.length).toBeLessThanOrEqual(LIMIT);
  expect(body.length).toBeGreaterThan(LIMIT - 100);
  expect(body).toMatch(
    /Line 1\.\nLine 2\.\n[\s\S]*\nLine \d{4}\.\n\n… \d\d,\d{3} more characters: `\.workflow\/demo\/runs\/3\/signals\/task-1\/attempt-1\/summary\.md`\n\n\*\*How/,
  );
  expect(body).toContain('Short.\n\nAnd sweet.\n\n**How it went**');
  const missing = Number(/… ([\d,]+) more/.exec(body)?.[1]?.replace(',', ''));
  const kept = /\nLine 0\.[\s\S]*Line \d{4}\./.exec(body)?.[0].length ?? 0;
  // The end of the last line that is shown is missing, too, and not the one before the first.
  expect(missing + kept).toBe(long.length + 1 - 1);
});

test('ends the code that it cuts in', () => {
  const body = bodyOf([task(1, { summary: `\`\`\`\`js\n${'let a = "```";\n'.repeat(6_000)}` })]);
  expect(body.length).toBeLessThanOrEqual(LIMIT);
  expect(body).toMatch(/\nlet a = "```";\n````\n\n… [\d,]+ more characters: /);
  expect(withoutCode(body)).toContain('## How it was checked');
});

test('cuts no summary that is too long without a word, even where nothing of its end is to be seen', () => {
  const body = bodyOf([task(1, { summary: `Seen.${'\u200b'.repeat(70_000)}` })]);
  expect(body).toMatch(/Seen\.\n\n… 10,005 more characters: `\S+summary\.md`/);
});

test('keeps concerns and the list of tasks while folded text can be shortened', () => {
  const concern = `${'It may break. '.repeat(1_000)}The end of it.`;
  const tasks = [1, 2, 3].map((number) => task(number, { concerns: [concern], summary: 'A line.\n'.repeat(4_000) }));
  const body = bodyOf(tasks);
  expect(body.length).toBeLessThanOrEqual(LIMIT);
  expect(body.match(/The end of it\./g)).toHaveLength(3);
  expect(body.match(/^\| `task-\d` \|/gm)).toHaveLength(3);
  expect(body.match(/more characters: `\S+summary\.md`/g)).toHaveLength(3);
});

test('shortens concerns, longest first, where they alone are too long', () => {
  const body = bodyOf([task(1, { concerns: ['x '.repeat(50_000), 'Short.', `${'@'.repeat(9_000)}`] })]);
  expect(body.length).toBeLessThanOrEqual(LIMIT);
  expect(body).toContain('): Short.\n');
  const cut = /x … \([\d,]+ more characters: `\.workflow\/demo\/runs\/3\/signals\/\*\/attempt-\*\/concerns\.log`\)/;
  expect(body.replace('x…', 'x …')).toMatch(cut);
});

test('says how many concerns and tasks are not shown where there are too many', () => {
  const tasks = Array.from({ length: 400 }, (_, at) =>
    task(at + 1, { concerns: ['A doubt. '.repeat(50)], summary: 'Yes.' }),
  );
  const body = bodyOf(tasks);
  expect(body.length).toBeLessThanOrEqual(LIMIT);
  const concerns = body.match(/^- \*\*`task-\d+`/gm)?.length ?? 0;
  const rows = body.match(/^\| `task-\d+` \|/gm)?.length ?? 0;
  expect([concerns > 30, rows > 80]).toEqual([true, true]);
  expect(body).toContain('400 concerns of agents');
  expect(body).toContain(
    `\n- … and ${400 - concerns} more: \`.workflow/demo/runs/3/signals/*/attempt-*/concerns.log\``,
  );
  expect(body).toContain(`\n\n… and ${400 - rows} more tasks: \`.workflow/demo/runs/3/events.jsonl\``);
  expect(body).toContain('The details of 400 tasks are too long for this page: `.workflow/demo/runs/3/signals/`');
  expect(liveParts(body)).toEqual([]);
});

test('is never too long', () => {
  const words = fc.constantFrom('x', '@', '$', 'word ', '`', '```\n', '|', '\n', '<b>', 'https://a.b/c ', '漢', '👍🏽');
  const long = fc.tuple(words, words, fc.integer({ min: 0, max: 8_000 })).map(([a, b, n]) => (a + b).repeat(n));
  const lane = fc.array(fc.tuple(long, long, fc.integer({ min: 1, max: 30 })), { minLength: 1, maxLength: 4 });
  fc.assert(
    fc.property(lane, (given) => {
      const tasks = given.flatMap(([summary, concern, count], lot) =>
        Array.from({ length: count }, (_, at) =>
          task(100 * lot + at + 1, { summary: at === 0 ? summary : null, concerns: [concern.slice(0, 2_000)] }),
        ),
      );
      expect(bodyOf(tasks).length).toBeLessThanOrEqual(LIMIT);
    }),
    { numRuns: 6 },
  );
});

test.each<[number, readonly number[], number]>([
  [Infinity, [1, 2, 3], 6],
  [2, [1, 2, 3], 5],
  [4, [10, 1, 10], 9],
  [0, [5, 5], 1],
  [0, [5], -3],
  [Infinity, [], 0],
])('%d is what each may keep of %j in %d', (longest, lengths, room) => {
  expect(longestThatFits(lengths, room)).toBe(longest);
});

test('lines that are cut take no more than their room', () => {
  const lines = fc.array(fc.record<Line>({ text: fc.string({ maxLength: 9 }), closes: fc.constantFrom(null, '```') }));
  fc.assert(
    fc.property(lines, fc.integer({ min: 5, max: 60 }), (given, room) => {
      const all = given.map(({ text }) => text).join('\n');
      const made = fitLines({ lines: given, beyond: 0 }, room, (missing) => `<${missing}>`);
      expect(made.length).toBeLessThanOrEqual(room);
      if (all.length <= room) expect(made).toBe(all);
      else expect(made).toMatch(/<\d+>$/);
    }),
  );
});
