import { expect, test } from 'vitest';
import type { AttemptNote } from '../../../../src/ui/ports.ts';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import { usageFact } from '../../../support/usage.ts';
import { START } from '../views.ts';
import { allOf, begun, detailView, FAILED, implRun, shown, TIP } from './facts.ts';

function note(attempt: number, more: Partial<AttemptNote> = {}): AttemptNote {
  return { attempt, commits: 2, tip: TIP, files: 1, added: 12, removed: 3, difference: [], missing: null, ...more };
}

const RUN = implRun([
  ...FAILED.slice(0, -2),
  { task: 'impl', attempt: 1, kind: 'task_concerned', source: 'agent', message: 'is this right?' },
  { task: 'impl', attempt: 1, kind: 'task_work_saved', ref: 'refs/agentrelay/backup/1/1', commit: TIP },
  ...FAILED.slice(-2),
  ...begun(2),
]);

test('attempts beside each other, what belongs to each below it, and how one differs from the one before', () => {
  const difference = ['1:  0123456 ! 1:  89abcde Subject', '    -old', '    +new', '2:  abc = 2:  abc Same'];
  const attempts = [note(1), note(2, { added: 120, difference })];
  const view = detailView(RUN, { tab: 'attempts', attempts }, { now: START + 70_000 });
  expect(shown(view, 90)).toEqual([
    '   #  status       time  changes       commits  gates  sent back  tip',
    '   1  failed       0:06  +12 −3              2                    89abcdef',
    '     cause    timeout: took 5 s',
    '     concern  is this right?',
    '     saved    refs/agentrelay/backup/1/1 (89abcdef)',
    '   2  running      1:01  +120 −3             2                    89abcdef',
    '     now  at the step wait',
    '',
    ' attempt 1 → 2',
    ...difference.map((line) => ` ${line}`),
  ]);
  const tones = allOf(panelScroll(view, 90))
    .slice(-4)
    .map(({ words }) => words[1]?.tone);
  expect(tones).toEqual(['warn', 'bad', 'good', 'quiet']);
});

test('what an attempt has told that it used', () => {
  const run = implRun([...begun(1), usageFact({ task: 'impl' }, 1.5, 2_000, { model: 'opus' })]);
  const view = detailView(run, { tab: 'attempts', attempts: [] });
  expect(shown(view)).toContain('     used  $1.50, 2k tokens (out 2k), opus');
});

test('in few columns the least important ones give way', () => {
  const view = detailView(RUN, { tab: 'attempts', attempts: [] }, { now: START + 70_000 });
  expect(shown(view, 40)[0]?.trim()).toBe('#  status       time  changes');
  expect(shown(view, 30)[0]?.trim()).toBe('#  status       time');
});

test('says why there is no difference, and that there is none', () => {
  const missing = detailView(RUN, { tab: 'attempts', attempts: [note(1), note(2, { missing: 'it has no commits' })] });
  expect(shown(missing).at(-1)).toBe(' no difference to show: it has no commits');
  expect(shown(detailView(RUN, { tab: 'attempts', attempts: [note(1), note(2)] })).at(-1)).toBe(' the same work');
});

test('a task without attempts says so', () => {
  expect(shown(detailView(implRun([]), { tab: 'attempts', attempts: [] }))).toEqual([' it has not started yet']);
});
