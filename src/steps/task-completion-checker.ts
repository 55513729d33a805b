import { join } from 'node:path';
import type { Clock } from '../core/clock.ts';
import { SignalError } from '../core/errors.ts';
import { NO_PR } from '../core/names.ts';
import type { TaskCompletionChecker, TaskCompletionSignal } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { NudgeOptions } from './agents/nudge.ts';
import { AttemptWatch } from './attempt-watch.ts';
import { AttentionWatch } from './attention-watch.ts';
import { commitsAhead } from './commits-ahead.ts';
import { readConcerns } from './signal-file.ts';
import { REAL_CLOCK } from './tools/clock.ts';
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
  readonly #nudge: NudgeOptions | null;

  /** Without `command`, which makes an agent-side command of a verb, nobody is nudged. */
  constructor(options: {
    git: Git;
    worktrees: Worktrees;
    watches: AttemptWatches;
    command?: NudgeOptions['command'];
    /** The real one unless told. */
    clock?: Clock;
  }) {
    const { git, worktrees, watches, command, clock = REAL_CLOCK } = options;
    this.#git = git;
    this.#worktrees = worktrees;
    this.#watches = watches;
    this.#nudge = command === undefined ? null : { git, worktrees, command, clock };
  }

  async waitForCompletion(runtime: TaskRuntime): Promise<TaskCompletionSignal> {
    const { name, file } = await this.#watch(runtime).next();
    const concerns = { concerns: logOf(runtime, 'concerns.log'), opsConcerns: logOf(runtime, 'ops_concerns.log') };
    if (name === '.failed') {
      return { outcome: 'failed', prUrl: null, error: file.payload, ...concerns, commit: null, commitsAhead: null };
    }
    const commit = await this.#checkWorktree(runtime, file.payload === NO_PR);
    const ahead = await commitsAhead(this.#git, runtime, commit);
    return { outcome: 'done', prUrl: file.payload, error: null, ...concerns, commit, commitsAhead: ahead };
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
      watch = new AttemptWatch(runtime, this.#nudge);
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
}

function logOf(runtime: TaskRuntime, name: string): string[] {
  const lines = readConcerns(join(runtime.require('signalDir'), name));
  if (lines === null)
    throw new SignalError('signal_too_large', `${name} holds more than 1 MiB or 1,000 entries, or is no file`);
  return lines;
}
