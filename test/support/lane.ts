import { MergeQueue } from '../../src/core/merge-queue.ts';
import { pendingTask } from '../../src/core/reduce.ts';
import { newAttempt } from '../../src/core/reduce-attempt.ts';
import { emptyRunState, type RunState } from '../../src/core/run-state.ts';
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
  /** Knows of each commit that `advance` has made as of the merge of a task. */
  readonly run: RunState = emptyRunState();
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
    this.record(commit);
    return commit;
  }

  /** As the merge of a task of the lane. */
  record(commit: string, workstream = 'lane'): void {
    const id = `task${this.run.tasks.size}`;
    const outline = { id, workstream, role: 'generic', framework: 'command', dependencies: [] };
    const attempt = { ...newAttempt(1, '', ''), commit };
    this.run.tasks.set(id, { ...pendingTask(outline), attempts: [attempt] });
  }

  merge() {
    return this.steps.merge(this.runtime, '', this.run);
  }

  open() {
    return this.steps.open(this.runtime);
  }
}
