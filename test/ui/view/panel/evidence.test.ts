import { expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/events.ts';
import { NO_PR } from '../../../../src/core/names.ts';
import type { Detail } from '../../../../src/ui/ports.ts';
import { BASE, begun, detailView, implRun, shown, TIP } from './facts.ts';

const OF = { task: 'impl', attempt: 1 } as const;
const NOTHING: Detail = { tab: 'evidence', commits: [], omitted: 0, summary: null };
const SIGNAL: Fact = { ...OF, kind: 'task_signalled', outcome: 'done', commit: TIP, commits_ahead: 2 };
const GATE: Fact = { ...OF, kind: 'task_gate_started', round: 1, of: 3 };
const PASSED: Fact = { ...OF, kind: 'task_gate_passed', round: 1, of: 3, commit: TIP };
const HANDED: Fact = { ...OF, kind: 'task_pr_created', pr: `local:agentrelay/g/impl@${TIP}`, commit: TIP };
const MERGED: Fact = {
  ...OF,
  kind: 'task_succeeded',
  status: 'pr_merged',
  pr: `local:agentrelay/g/impl@${TIP}`,
  commit: BASE,
};

function facts(more: readonly Fact[], detail = NOTHING): string[] {
  return shown(detailView(implRun([...begun(), ...more]), detail), 100);
}

test('nothing is known of a task that has not begun, and little of one that has', () => {
  expect(shown(detailView(implRun([]), NOTHING))).toEqual([' it has not started yet: nothing is proved']);
  expect(facts([])).toEqual([
    ' no commits yet · not handed over · 0 concerns',
    ' attempt 1  ● working',
    ' ✔ branch     agentrelay/g/impl from 01234567',
    ' · commits    none yet',
    ' · signal     none yet',
    ' · gate       has not run',
    ' · conflicts  none',
    ' · merge      not handed over yet',
    ' · concerns   none',
  ]);
});

test('a task that is merged has a proof of every step', () => {
  const commits = [{ id: TIP, subject: 'Add the cart', author: 'A. Gent', at: '2026-01-01T00:00:00Z' }];
  const detail: Detail = { tab: 'evidence', commits, omitted: 1, summary: 'The cart adds up.\nTax too.' };
  expect(facts([SIGNAL, GATE, PASSED, HANDED, MERGED], detail)).toEqual([
    ' 2 commits · handed over at 89abcdef · 0 concerns',
    ' attempt 1  ✔ merged',
    ' ✔ branch       agentrelay/g/impl from 01234567',
    ' ✔ commits      2 commits ahead of its base',
    ' ✔ signal       done at 89abcdef, 2 commits ahead',
    ' ✔ gate         round 1 passed at 89abcdef',
    ' ✔ conflicts    none',
    ' ✔ handed over  agentrelay/g/impl at 89abcdef, the commit that was signalled',
    ' ✔ merge        merged as 01234567',
    ' ✔ concerns     none',
    '',
    ' commits',
    ' 89abcdef  Add the cart  A. Gent',
    ' … 1 more',
    '',
    ' what the agent says',
    ' The cart adds up.',
    ' Tax too.',
  ]);
});

test.each<[string, readonly Fact[], string]>([
  [
    'a gate that fails',
    [SIGNAL, GATE, { ...OF, kind: 'task_gate_failed', round: 1, of: 3, exit_code: 2, output: '/o' }],
    ' ✖ gate       round 1 failed, exit 2: /o',
  ],
  ['a gate at work', [SIGNAL, GATE], ' ● gate       round 1'],
  [
    'a concern of the agent',
    [{ ...OF, kind: 'task_concerned', source: 'agent', message: 'why?' }],
    ' ! concern    holds back the merge of its lane: why?',
  ],
  [
    'one of the machinery',
    [{ ...OF, kind: 'task_concerned', source: 'ops', message: 'slow' }],
    ' · concern    ops, holds back nothing: slow',
  ],
  [
    'a conflict',
    [SIGNAL, HANDED, { ...OF, kind: 'task_merge_conflict', round: 1, of: 2, files: ['a', 'b'] }],
    ' ! conflicts    1 round: a, b',
  ],
  [
    'work that was saved',
    [{ ...OF, kind: 'task_work_saved', ref: 'refs/x', commit: TIP }],
    ' ✔ saved      refs/x (89abcdef)',
  ],
  [
    'another commit handed over',
    [SIGNAL, { ...HANDED, pr: `local:b@${BASE}` } as Fact],
    ' ✖ handed over  b at 01234567, but 89abcdef was signalled',
  ],
  [
    'an agent that gave up',
    [{ ...OF, kind: 'task_failed', code: 'agent_failed', error: 'no', failure_class: null }],
    ' ✖ signal     the agent gave up',
  ],
  [
    'nothing to merge',
    [{ ...SIGNAL, commits_ahead: 0 } as Fact, { ...HANDED, pr: NO_PR } as Fact],
    ' ✔ merge      there was nothing to merge',
  ],
])('%s', (_, more, line) => {
  expect(facts(more)).toContain(line);
});
