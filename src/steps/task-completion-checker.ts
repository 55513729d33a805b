import { join } from 'node:path';
import { SignalError } from '../core/errors.ts';
import { NO_PR } from '../core/names.ts';
import type { TaskCompletionChecker, TaskCompletionSignal } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { AttemptWatch } from './attempt-watch.ts';
import { AttentionWatch } from './attention-watch.ts';
import { readConcerns } from './signal-file.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';
import type { Worktrees } from './worktree.ts';

/** Where the signals of each live attempt are followed; shared by the steps of a run. */
export type AttemptWatches = Map<TaskRuntime, AttemptWatch>;

const FILES_NAMED = 10;

/** Waits for `.done` or `.failed`, and takes a `.done` only with the branch and the worktree that it speaks of. */
export class SignalCompletionChecker implements TaskCompletionChecker {
  readonly #git: Git;
  readonly #worktrees: Worktrees;
  readonly #watches: AttemptWatches;

  constructor(options: { git: Git; worktrees: Worktrees; watches: AttemptWatches }) {
    this.#git = options.git;
    this.#worktrees = options.worktrees;
    this.#watches = options.watches;
  }

  async waitForCompletion(runtime: TaskRuntime): Promise<TaskCompletionSignal> {
    const { name, file } = await this.#watch(runtime).next();
    const concerns = { concerns: logOf(runtime, 'concerns.log'), opsConcerns: logOf(runtime, 'ops_concerns.log') };
    if (name === '.failed') {
      return { outcome: 'failed', prUrl: null, error: file.payload, ...concerns, commit: null, commitsAhead: null };
    }
    const commit = await this.#checkWorktree(runtime, file.payload === NO_PR);
    const commitsAhead = await this.#countCommits(runtime, commit);
    return { outcome: 'done', prUrl: file.payload, error: null, ...concerns, commit, commitsAhead };
  }

  async reopen(runtime: TaskRuntime, k: number): Promise<void> {
    this.#watch(runtime).reopen(k);
  }

  catchUp(runtime: TaskRuntime): void {
    new AttentionWatch(runtime).look();
  }

  #watch(runtime: TaskRuntime): AttemptWatch {
    let watch = this.#watches.get(runtime);
    if (watch === undefined) {
      watch = new AttemptWatch(runtime);
      this.#watches.set(runtime, watch);
    }
    return watch;
  }

  /** The commit that is signalled: the branch's, checked out and with nothing beside it. */
  async #checkWorktree(runtime: TaskRuntime, nothingToMerge: boolean): Promise<string> {
    const path = runtime.require('worktreePath');
    const branch = runtime.require('branchName');
    const status = await this.#worktrees.status(path).catch((error: unknown) => {
      if (!(error instanceof ToolError)) throw error;
      throw new SignalError('worktree_broken', `done, but git cannot read its worktree: ${error.message}`);
    });
    if (status === null) throw new SignalError('worktree_missing', `done, but its worktree ${path} is gone`);
    if (status.branch !== branch) {
      const where = status.branch === null ? 'no branch' : `branch ${status.branch}`;
      throw new SignalError('wrong_branch', `done, but its worktree is on ${where} and not on ${branch}`);
    }
    if (status.head === null) throw new SignalError('branch_missing', `done, but branch ${branch} is gone`);
    // Without a pull request nothing of the tree goes anywhere; what is in it is saved like all uncommitted work.
    if (status.dirty.length > 0 && !nothingToMerge) {
      const named = status.dirty.slice(0, FILES_NAMED).join(', ');
      const more = status.dirty.length > FILES_NAMED ? ` and ${status.dirty.length - FILES_NAMED} more` : '';
      throw new SignalError('dirty_worktree', `done, but its worktree has uncommitted files: ${named}${more}`);
    }
    return status.head;
  }

  async #countCommits(runtime: TaskRuntime, commit: string): Promise<number> {
    const base = runtime.require('baseCommit');
    const straight = await this.#git.straightAhead(base, commit);
    if (straight !== null) return straight;
    const count = async (from: string) =>
      Number((await this.#git.run(['rev-list', '--count', `${from}..${commit}`])).stdout);
    // What a merge of the integration branch has brought is not the task's; of work that is merged all is there already.
    const own = await count(`refs/heads/${runtime.require('integrationBranch')}`);
    return own > 0 ? own : await count(base);
  }
}

function logOf(runtime: TaskRuntime, name: string): string[] {
  const lines = readConcerns(join(runtime.require('signalDir'), name));
  if (lines === null)
    throw new SignalError('signal_too_large', `${name} holds more than 1 MiB or 1,000 entries, or is no file`);
  return lines;
}
