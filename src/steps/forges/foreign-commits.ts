import type { RunState } from '../../core/run-state.ts';
import type { WorkstreamRuntime } from '../../core/workstream.ts';
import { readLine } from '../branch-line.ts';
import type { Git } from '../tools/git.ts';
import { isUpdate } from '../update-merge.ts';

/**
 * Commits on a lane's own line that are no merge of a task of this run and do not just bring a base in: nobody has gated or
 * proved them. Each as `1a2b3c4d subject`. `bases`: commits of the branches that may come in; null for one that is gone.
 */
export async function foreignCommits(
  git: Git,
  run: RunState,
  { workstream, state }: Pick<WorkstreamRuntime, 'workstream' | 'state'>,
  { tip, bases }: { readonly tip: string; readonly bases: readonly (string | null)[] },
): Promise<string[]> {
  const tasks = [...run.tasks.values()].filter(({ outline }) => outline.workstream === workstream.id);
  const merges = new Set(tasks.flatMap(({ attempts }) => attempts.flatMap(({ commit }) => commit ?? [])));
  const foreign: string[] = [];
  for (const entry of await readLine(git, [`${state.baseCommit ?? tip}..${tip}`, '--'])) {
    if (merges.has(entry.commit)) continue;
    const updates = await Promise.all(bases.map((base) => isUpdate(git, entry, base)));
    if (!updates.includes(true)) foreign.push(`${entry.commit.slice(0, 8)} ${entry.subject}`);
  }
  return foreign;
}
