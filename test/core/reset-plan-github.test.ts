import { describe, expect, test } from 'vitest';
import type { RemoteInWorld } from '../../src/core/reset-world.ts';
import { REF, Recorded, threeMerged } from '../support/rollback/recorded.ts';

describe('on GitHub', () => {
  const LANE_PR = { url: 'https://github.com/o/r/pull/9', head: 'agentrelay/graph/ws/default' };

  test('branches there move as those here, what is open of them is closed, and what is merged stays so', () => {
    const b = { url: 'https://github.com/o/r/pull/2', head: 'agentrelay/graph/b' };
    const other = { url: 'https://github.com/o/r/pull/3', head: 'agentrelay/graph/a' };
    const run = threeMerged().onGitHub({ [`${REF}/b`]: 'pushed' }, { open: [LANE_PR, b, other] });
    expect(run.plan('task', 'b')).toMatchObject({
      refs: [{ ref: `${REF}/ws/default`, from: 'merge-c', to: 'merge-a' }],
      remote: {
        name: 'origin',
        refs: [
          { ref: `${REF}/ws/default`, from: 'merge-c', to: 'merge-a' },
          { ref: `${REF}/b`, from: 'pushed', to: null },
        ],
      },
      prs: [LANE_PR.url, b.url],
      merged_prs: ['local:b', 'local:c'],
    });
    expect(run.plan('run').remote?.refs).toContainEqual({ ref: `${REF}/ws/default`, from: 'merge-c', to: null });
  });

  test('a branch there counts, where the one here is behind or gone', () => {
    const behind = threeMerged().onGitHub();
    behind.world.refs.set(`${REF}/ws/default`, 'merge-a');
    expect(behind.plan('task', 'c')).toMatchObject({
      refs: [{ from: 'merge-a', to: 'merge-b' }],
      remote: { refs: [{ from: 'merge-c', to: 'merge-b' }] },
    });
    behind.world.refs.delete(`${REF}/ws/default`);
    expect(behind.plan('task', 'c')).toMatchObject({ refs: [{ from: null, to: 'merge-b' }] });
  });

  test('a branch that is not there is not made by a rollback', () => {
    const run = threeMerged().onGitHub();
    run.world.remote = { ...(run.world.remote as RemoteInWorld), refs: new Map() };
    expect(run.plan('task', 'c')).toMatchObject({ refs: [{ to: 'merge-b' }], remote: { refs: [] } });
  });

  test('a pending task whose branch is only there has that to take back', () => {
    const run = new Recorded([{ id: 'a' }, { id: 'b' }])
      .begin()
      .merge('a')
      .onGitHub({ [`${REF}/b`]: 'left' });
    expect(run.plan('task', 'b')).toMatchObject({
      tasks: ['b'],
      remote: { refs: [{ ref: `${REF}/b`, from: 'left', to: null }] },
    });
  });

  test('commits of others are named by where they are', () => {
    const there = threeMerged().move('default', 'x').onGitHub();
    expect(there.refusals('task', 'c')).toMatchObject([
      { kind: 'foreign_commits', remote: 'origin', commits: [{ commit: 'x' }] },
    ]);
    const here = threeMerged().onGitHub();
    const lane = here.world.lanes.get('default') ?? { line: [], reverts: null };
    const onlyHere = [{ commit: 'y', parents: ['merge-c'], subject: 's' }];
    here.world.lanes.set('default', { ...lane, onlyHere });
    const [refusal] = here.refusals('task', 'c');
    expect(refusal).toEqual({
      ...{ kind: 'foreign_commits', workstream: 'default', branch: 'agentrelay/graph/ws/default' },
      commits: onlyHere,
    });
    const pushed = threeMerged().onGitHub({ [`${REF}/c`]: 'z' }, { foreign: new Set([`${REF}/c`, `${REF}/a`]) });
    expect(pushed.refusals('task', 'c')).toEqual([
      { kind: 'pushed_by_others', branch: 'agentrelay/graph/c', commit: 'z', remote: 'origin' },
    ]);
  });

  test('a merge that the branch there has lost is named so', () => {
    const run = threeMerged().onGitHub();
    const lane = run.world.lanes.get('default') ?? { line: [], reverts: null };
    run.world.lanes.set('default', { ...lane, line: lane.line.slice(0, 2) });
    expect(run.refusals('task', 'b')).toMatchObject([{ kind: 'branch_moved', task: 'c', remote: 'origin' }]);
  });

  test('a branch that GitHub has brought up to date is still the run’s', () => {
    const run = threeMerged().move('default', 'update').onGitHub();
    const lane = run.world.lanes.get('default') ?? { line: [], reverts: null };
    const line = lane.line.map((entry) => (entry.commit === 'update' ? { ...entry, bringsUpToDate: true } : entry));
    run.world.lanes.set('default', { ...lane, line });
    expect(run.plan('task', 'c').remote?.refs).toEqual([{ ref: `${REF}/ws/default`, from: 'update', to: 'merge-b' }]);
  });
});
