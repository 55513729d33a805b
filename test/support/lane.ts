import { MergeQueue } from '../../src/core/merge-queue.ts';
import type { WorkstreamRuntime } from '../../src/core/workstream.ts';
import { LocalWorkstreamSteps } from '../../src/steps/forges/local-workstream-steps.ts';
import { GitRepository } from './git-repository.ts';
import { makeGraph, type WorkstreamSpec } from './graphs.ts';

/** The integration branch of `Lane`. */
export const BRANCH = 'agentrelay/graph/ws/lane';

/** The lane `lane` of the graph `graph`, in a repository of its own. */
export class Lane {
  readonly repository = new GitRepository();
  readonly leave = new AbortController();
  readonly runtime: WorkstreamRuntime;
  readonly steps: LocalWorkstreamSteps;

  constructor(spec: Partial<WorkstreamSpec> = {}, removeWorktrees = true) {
    const [workstream] = makeGraph({ tasks: [], workstreams: [{ id: 'lane', ...spec }] }).workstreams;
    if (workstream === undefined) throw new Error('the graph has no workstream');
    const state = { integrationBranch: null, baseCommit: null, tip: null, worktreePath: null };
    this.runtime = { workstream, run: 1, signal: this.leave.signal, state };
    const { git, worktrees } = this.repository;
    this.steps = new LocalWorkstreamSteps({ git, worktrees, queue: new MergeQueue(), graph: 'graph', removeWorktrees });
  }

  /** Puts a commit with these files on the integration branch, as merges of tasks do. */
  advance(files: Record<string, string | null>): string {
    const commit = this.repository.commitFiles(this.repository.commit(BRANCH), files, 'task');
    this.repository.run('update-ref', `refs/heads/${BRANCH}`, commit);
    return commit;
  }

  open() {
    return this.steps.open(this.runtime);
  }
}
