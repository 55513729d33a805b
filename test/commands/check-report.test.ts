import { expect, test } from 'vitest';
import { checkJson, checkLines, isUsable } from '../../src/commands/check-report.ts';
import { type FindingGroup, ok, warn } from '../../src/steps/checks/finding.ts';

const WELL: FindingGroup = { title: 'Tools', findings: [ok('git', '2.39.5'), ok('tmux', '3.3a')] };
const WARNED: FindingGroup = { title: 'Runs', findings: [warn('shop', 'run 2 is not over', 'agentrelay run GRAPH')] };
const FAILED: FindingGroup = {
  title: 'Forge',
  findings: [{ level: 'fail', what: 'login', detail: 'gh is\nnot \x1b[31mlogged in', fix: 'gh auth login' }],
};

test('a line each, below it what mends it, in columns, as text', () => {
  expect(checkLines([WELL, WARNED, FAILED], false)).toEqual([
    'Tools',
    '  ok    git    2.39.5',
    '  ok    tmux   3.3a',
    '',
    'Runs',
    '  warn  shop   run 2 is not over',
    '               fix: agentrelay run GRAPH',
    '',
    'Forge',
    '  fail  login  gh is not  [31mlogged in',
    '               fix: gh auth login',
    '',
    'a run cannot start: 1 thing to mend, 1 warning',
  ]);
});

test.each<[string, FindingGroup[], string, boolean]>([
  ['nothing is wrong', [WELL], 'a run can start', true],
  ['there is something to know', [WELL, WARNED, WARNED], 'a run can start, 2 warnings', true],
  ['something is wrong', [FAILED, FAILED, WELL], 'a run cannot start: 2 things to mend', false],
  ['nothing was looked at', [], 'a run can start', true],
])('the total, where %s', (_name, groups, total, usable) => {
  expect(checkLines(groups, false).at(-1)).toBe(total);
  expect(isUsable(groups)).toBe(usable);
});

test('colours tell the levels apart, and take no room', () => {
  const plain = checkLines([WELL, WARNED, FAILED], false);
  const coloured = checkLines([WELL, WARNED, FAILED], true);
  expect(coloured[1]).toContain('\x1b[32mok  ');
  expect(coloured[5]).toContain('\x1b[33mwarn');
  expect(coloured[9]).toContain('\x1b[31mfail');
  const sgr = new RegExp(`${'\x1b'}\\[\\d+m`, 'g');
  expect(coloured.map((line) => line.replace(sgr, ''))).toEqual(plain);
});

test('as JSON all findings in one list', () => {
  expect(checkJson([WELL, FAILED])).toEqual({
    ok: false,
    findings: [
      { group: 'tools', level: 'ok', what: 'git', detail: '2.39.5', fix: null },
      { group: 'tools', level: 'ok', what: 'tmux', detail: '3.3a', fix: null },
      { group: 'forge', level: 'fail', what: 'login', detail: FAILED.findings[0]?.detail, fix: 'gh auth login' },
    ],
  });
});
