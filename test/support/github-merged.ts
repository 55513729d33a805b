import { expect } from 'vitest';
import { PROOFS } from '../../src/core/proofs.ts';
import type { GitHubProject } from './github-run.ts';

/** A lane of a run that is over: its graph, its id, and its tasks in the order of their merges. */
export interface MergedLane {
  readonly graph?: string;
  readonly id: string;
  readonly tasks: readonly string[];
}

/**
 * Each task's one pull request is merged into the lane, at the commit that was signalled, after all proofs; the lane's
 * branch is nothing but these merges, in this order, here as on GitHub. `between` are merges of the base into the lane.
 */
export async function expectLane(
  project: GitHubProject,
  { graph = 'g', id, tasks }: MergedLane,
  between: readonly string[] = [],
): Promise<void> {
  const branch = `agentrelay/${graph}/ws/${id}`;
  const here = project.git('rev-parse', branch);
  expect(project.branches()[branch]).toBe(here);
  const begin = project.told('workstream_active', id)[0]?.base_commit ?? '';
  const log = project.remote('log', '--first-parent', '--reverse', '--format=%H %P', `${begin}..${here}`);
  const merges = log.split('\n').map((line) => line.split(' '));
  const mergedIn = new Map(merges.map(([commit = '', , second = '', third]) => [second, third ?? commit]));
  expect(merges).toHaveLength(tasks.length + between.length);
  // A commit in the first line that is no merge, or another merge, would be one too many.
  const found = merges.map(([, , second = '']) => second).filter((commit) => !between.includes(commit));
  const signalled: string[] = [];
  for (const task of tasks) {
    const commit = project.told('task_signalled', task).at(-1)?.commit ?? '';
    const updated = project.told('task_branch_updated', task).at(-1)?.commit;
    signalled.push(updated ?? commit);
  }
  expect(found).toEqual(signalled);
  const pulls = (await project.pulls()).filter(({ baseBranch }) => baseBranch === branch);
  expect(pulls.map(({ headBranch }) => headBranch).toSorted()).toEqual(
    tasks.map((task) => `agentrelay/${graph}/${task}`).toSorted(),
  );
  for (const [at, task] of tasks.entries()) {
    const commit = signalled[at] ?? '';
    const pull = pulls.find(({ headBranch }) => headBranch === `agentrelay/${graph}/${task}`);
    const mergeCommit = mergedIn.get(commit);
    expect(pull).toMatchObject({ state: 'MERGED', head: commit, mergeCommit, mergedBy: 'octocat', draft: false });
    const pr = `https://${project.api.host}/acme/widgets/pull/${pull?.number}`;
    expect(project.told('task_succeeded', task)).toMatchObject([{ status: 'pr_merged', pr, commit: mergeCommit }]);
    expectProved(project.told('task_pr_proof', task), pr);
  }
}

/** The last that was told of each proof is that it holds; nothing else was proved of the same task or lane. */
export function expectProved(
  told: readonly { readonly proof: string; readonly holds: boolean | null; readonly pr: string }[],
  pr: string,
): void {
  expect(new Set(told.map((event) => event.pr))).toEqual(new Set([pr]));
  const last = Object.fromEntries(told.map(({ proof, holds }) => [proof, holds]));
  expect(last).toEqual(Object.fromEntries(PROOFS.map((proof) => [proof, true])));
}
