import { describe, expect, test } from 'vitest';
import { type GraphUse, isOver, type Leaving, NO_WORK, planGc } from '../../src/core/gc-plan.ts';

const use = (more: Partial<GraphUse> = {}): GraphUse => ({
  ...{ graph: 'g', runs: [1, 2], busy: null, outcome: 'succeeded', damage: null },
  ...more,
});
const leaving = (more: Partial<Leaving> = {}): Leaving => ({
  ...{ kind: 'branch', name: 'agentrelay/g/a', graph: 'g', run: 2, bytes: 0, changedAt: 0 },
  ...{ work: NO_WORK, obstacle: null, heldBy: null },
  ...more,
});
const judge = (one: Leaving, uses: GraphUse[] = [use()], keep = 3) => {
  const [item] = planGc([one], uses, { keep });
  return [item?.group, item?.reason];
};
const unmerged = { ...NO_WORK, unmerged: 2 };
const merged = { ...NO_WORK, merged: { into: 'main', how: 'contained' } } as const;

describe('worktrees and branches', () => {
  test('go when nothing is lost with them', () => {
    expect(judge(leaving({ work: merged }))).toEqual(['safe', 'merged into main']);
    expect(judge(leaving({ work: { ...merged, merged: { into: 'main', how: 'equivalent' } } }))).toEqual([
      'safe',
      'its changes are in main',
    ]);
    expect(judge(leaving())).toEqual(['safe', 'holds no work']);
  });

  test('are unmerged for commits and for files alike, even where the commits are merged', () => {
    expect(judge(leaving({ work: unmerged }))).toEqual(['unmerged', '2 commits not merged']);
    expect(judge(leaving({ kind: 'worktree', work: { ...merged, uncommitted: 1 } }))).toEqual([
      'unmerged',
      '1 file not committed',
    ]);
  });

  test('stay while somebody is at work, or may go on', () => {
    for (const kind of ['worktree', 'branch', 'pane', 'container', 'process'] as const) {
      expect(judge(leaving({ kind }), [use({ busy: 'process 7 runs it' })])).toEqual([null, 'process 7 runs it']);
      expect(judge(leaving({ kind }), [use({ outcome: null })])).toEqual([null, 'run 2 is not over (interrupted)']);
      expect(judge(leaving({ kind }), [use({ outcome: 'waiting_for_person' })])[0]).toBeNull();
      expect(judge(leaving({ kind }), [use({ damage: 'damaged' })])).toEqual([null, 'damaged']);
      expect(judge(leaving({ kind, obstacle: 'locked' }))).toEqual([null, 'locked']);
      expect(judge(leaving({ kind }), [use({ outcome: 'completed_with_failures' })])[0]).toBe('safe');
    }
    expect(judge(leaving({ graph: 'other' }))).toEqual([null, 'nobody knows whose it is']);
  });

  test('a branch goes no sooner than the worktree that it is checked out in', () => {
    const tree = (more: Partial<Leaving>) => leaving({ kind: 'worktree', name: 'w', ...more });
    const groupOf = (...all: Leaving[]) => planGc(all, [use()], { keep: 3 })[0]?.group;
    const branch = leaving({ work: merged, heldBy: 'w' });
    expect(groupOf(branch, tree({ work: merged }))).toBe('safe');
    expect(groupOf(branch, tree({ work: unmerged }))).toBe('unmerged');
    expect(groupOf(branch, tree({ obstacle: 'locked' }))).toBeNull();
    expect(groupOf(leaving({ work: unmerged, heldBy: 'w' }), tree({ work: unmerged }))).toBe('unmerged');
    expect(groupOf(branch)).toBeNull();
  });
});

describe('windows', () => {
  test('of owners go also when the run is not over, and not while it has an owner', () => {
    const window = leaving({ kind: 'owner_window' });
    expect(judge(window, [use({ outcome: null })])[0]).toBe('safe');
    expect(judge(window, [use({ busy: 'owned' })])[0]).toBeNull();
  });
});

describe('folders of runs', () => {
  const folder = (run: number, work = NO_WORK) => leaving({ kind: 'run_folder', run, work });
  test('the newest stay, and older ones with unmerged refs are asked about', () => {
    const uses = [use({ runs: [2, 3, 5], outcome: null })];
    expect(judge(folder(5), uses, 1)).toEqual([null, 'the newest run']);
    expect(judge(folder(3), uses, 2)).toEqual([null, 'one of the newest 2 runs']);
    expect(judge(folder(2), uses, 2)).toEqual(['safe', 'older than the newest 2']);
    expect(judge(folder(2, { ...NO_WORK, unmerged: 1 }), uses, 2)).toEqual([
      'unmerged',
      '1 kept ref of run 2 not merged',
    ]);
    expect(judge(leaving({ kind: 'run_folder', run: null }), uses, 2)[0]).toBe('safe');
  });
});

describe('kept refs', () => {
  const ref = (more: Partial<Leaving>) => leaving({ kind: 'kept_ref', graph: null, work: unmerged, ...more });
  test('are never safe, merged or not', () => {
    expect(judge(ref({}))).toEqual(['kept', '2 commits not merged']);
    expect(judge(ref({ work: merged }))).toEqual(['kept', 'merged into main']);
  });

  test('stay while a run of their number may need them, of any graph where none is known', () => {
    const uses = [use(), use({ graph: 'h', runs: [2], outcome: null })];
    expect(judge(ref({ run: 2 }), uses)).toEqual([null, 'run 2 is not over (interrupted)']);
    expect(judge(ref({ run: 1 }), uses)[0]).toBe('kept');
    expect(judge(ref({ run: 2, graph: 'g' }), uses)[0]).toBe('kept');
    expect(judge(ref({ run: 2, graph: 'h' }), [use(), use({ graph: 'h', busy: 'owned' })])).toEqual([null, 'owned']);
  });
});

test('a graph whose records are gone has no run that goes on', () => {
  expect(isOver(use({ runs: [], outcome: null }))).toBe(true);
  expect(isOver(use({ runs: [1], outcome: null }))).toBe(false);
});
