import { expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/events.ts';
import { runOf, viewOf } from '../views.ts';
import { BASE, begun, shown, TIP } from './facts.ts';

const ACTIVE: Fact = { kind: 'workstream_active', workstream: 'api', branch: 'agentrelay/g/ws/api', base_commit: BASE };
const TASKS = {
  workstreams: [{ id: 'web' }, { id: 'api', parent: 'web', autoMerge: true }],
  tasks: [
    { id: 'impl', ws: 'api' },
    { id: 'docs', ws: 'api' },
  ],
};

test('the branches of a lane, its tasks, and what its merge waits for', () => {
  const held: readonly Fact[] = [
    { kind: 'workstream_merge_ready', workstream: 'api', commit: TIP },
    {
      kind: 'workstream_pr_created',
      workstream: 'api',
      pr: `local:b@${TIP}`,
      branch: 'b',
      target: 'main',
      commit: TIP,
    },
    {
      kind: 'workstream_held',
      workstream: 'api',
      reason: 'checked_out_dirty',
      details: [],
      merge_command: 'git merge b',
    },
    { kind: 'workstream_concerned', workstream: 'api', message: 'the folder is still there' },
  ];
  const concern: Fact = { task: 'impl', attempt: 1, kind: 'task_concerned', source: 'agent', message: 'why?' };
  const run = runOf(TASKS, [ACTIVE, ...begun(), concern, ...held]);
  expect(shown(viewOf(run, { cursor: 'lane:api' }))).toEqual([
    ' lane api  ! held',
    ' tasks        2 tasks: 1 at work, 1 to come',
    ' branch       agentrelay/g/ws/api',
    ' from         main at 01234567 → main',
    ' commit       89abcdef',
    ' after        lane web',
    ' order        one task after the other',
    ' merge        by itself, when all is done',
    ` handed over  b@${TIP}`,
    ' held         checked out dirty',
    ' to merge it  git merge b',
    ' concern      impl: why?',
    ' trouble      the folder is still there',
  ]);
});

test('a lane that failed says why, one that has not begun that it has no branch', () => {
  const failed: Fact = { kind: 'workstream_failed', workstream: 'api', code: 'c', error: 'e', root: { task: 'impl' } };
  expect(shown(viewOf(runOf(TASKS, [ACTIVE, failed]), { cursor: 'lane:api' }))).toContain(' failed  c: e');
  expect(shown(viewOf(runOf(TASKS), { cursor: 'lane:api' }))).toContain(' branch  not made yet');
});
