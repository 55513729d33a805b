import { isSuccess } from './lifecycle.ts';
import { integrationBranch, taskBranch } from './names.ts';
import type { Reset } from './reset.ts';
import type { ResetReach } from './reset-reach.ts';
import type { ResetWorld } from './reset-world.ts';
import type { RunState } from './run-state.ts';

interface Drawn {
  readonly state: RunState;
  readonly world: ResetWorld;
  readonly reach: ResetReach;
}

/**
 * What a rollback does on GitHub: branches of lanes are set back or deleted with them, those of tasks deleted, and what is
 * open of either is closed. Nothing, where git alone merges.
 */
export function onGitHub(
  { state, world: { remote }, reach }: Drawn,
  tipAfter: (lane: string) => string | null,
): Pick<Reset, 'prs' | 'remote'> & { readonly merged_prs?: readonly string[] } {
  if (remote === null) return { prs: [] };
  const lanes = [...state.workstreams.keys()].filter((id) => reach.lanes.has(id));
  const tasks = [...state.tasks.values()].filter(({ outline }) => reach.tasks.has(outline.id));
  const taskBranches = tasks.map(({ outline }) => taskBranch(state.graph, outline.id));
  const laneBranch = (id: string) => integrationBranch(state.graph, id);
  const moves = [
    ...lanes
      .filter((id) => reach.anew.has(id) || reach.cuts.has(id))
      .map((id) => ({ branch: laneBranch(id), to: tipAfter(id) })),
    ...taskBranches.map((branch) => ({ branch, to: null })),
  ];
  const refs = moves.flatMap(({ branch, to }) => {
    const ref = `refs/heads/${branch}`;
    const from = remote.refs.get(ref);
    return from === undefined || from === to ? [] : [{ ref, from, to }];
  });
  const heads = new Set([...lanes.map(laneBranch), ...taskBranches]);
  const merged = tasks.flatMap(({ attempts, status }) => {
    const attempt = attempts.at(-1);
    return isSuccess(status) && attempt?.status === 'pr_merged' && attempt.pr !== null ? [attempt.pr] : [];
  });
  return {
    prs: remote.open.filter(({ head }) => heads.has(head)).map(({ url }) => url),
    remote: { name: remote.name, refs },
    merged_prs: [...new Set(merged)],
  };
}
