import { existsSync } from 'node:fs';
import { isStepError, WorkspaceError } from '../core/errors.ts';
import { attemptRef } from '../core/names.ts';
import { isPlaceFailure } from '../core/place-failure.ts';
import type { TaskTeardown, UndoneTeardown } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { maskFolder } from './credentials/mask-files.ts';
import type { RunSecrets } from './credentials/run-secrets.ts';
import { removeSecrets } from './credentials/secret-file.ts';
import { fenceAttempt } from './fence.ts';
import type { ForgeBranches } from './forges/forge-branches.ts';
import { keepUnder } from './kept-ref.ts';
import type { LateSignals } from './late-signals.ts';
import type { CommandRunner } from './places/command-runner.ts';
import { runAttemptCommands } from './surroundings/attempt-commands.ts';
import type { AttemptWatches } from './task-completion-checker.ts';
import { type Git, NO_COMMIT, type RefUpdate } from './tools/git.ts';
import { undoTeardown } from './undo-teardown.ts';
import type { Worktrees } from './worktree.ts';
import type { WorktreeHolders } from './worktree-holders.ts';

export interface WorktreeTaskTeardownOptions {
  readonly git: Git;
  readonly worktrees: Worktrees;
  readonly holders: WorktreeHolders;
  readonly branches: ForgeBranches;
  readonly watches: AttemptWatches;
  /** Of agents that may go on after their attempts. */
  readonly late?: LateSignals;
  readonly keepPanes: boolean;
  readonly credentials: RunSecrets;
  /** Runs what is to be run after the work. */
  readonly commands: CommandRunner;
}

/** Stops the agent, keeps its log and its work, and gives the worktree and the branch back. */
export class WorktreeTaskTeardown implements TaskTeardown {
  readonly #options: WorktreeTaskTeardownOptions;

  constructor(options: WorktreeTaskTeardownOptions) {
    this.#options = options;
  }

  async teardown(runtime: TaskRuntime): Promise<void> {
    const { watches, keepPanes, late } = this.#options;
    const { signalDir, errorCode } = runtime.state;
    const mayGoOn = signalDir !== null && isPlaceFailure(errorCode ?? '');
    if (mayGoOn) fenceAttempt(signalDir);
    try {
      // The branch can only go when nobody works on it any more, so what fails here ends the teardown.
      if (signalDir !== null) await runtime.artifacts.agent?.address.teardown({ signalDir, keepPanes });
    } finally {
      // After it: some programs tell what they have used as they go.
      watches.get(runtime)?.close();
      watches.delete(runtime);
      if (mayGoOn) late?.follow(runtime);
    }
    if (runtime.resumed !== null && signalDir !== null) await this.#options.commands.end?.(runtime);
    try {
      await this.#cleanUp(runtime);
    } finally {
      await this.#hideSecrets(runtime);
    }
    await this.#leaveWorktree(runtime);
    await this.#deleteBranch(runtime);
  }

  /** Of what it has left nothing shows what its agent was given. */
  async #hideSecrets({ state: { signalDir } }: TaskRuntime): Promise<void> {
    if (signalDir === null) return;
    removeSecrets(signalDir);
    await maskFolder(signalDir, this.#options.credentials.masker);
  }

  async undo(runtime: TaskRuntime): Promise<UndoneTeardown> {
    return await undoTeardown(this.#options, runtime);
  }

  /** What they leave undone keeps nothing from being torn down. */
  async #cleanUp(runtime: TaskRuntime): Promise<void> {
    const { worktreePath: worktree, signalDir } = runtime.state;
    const { holders, git, commands: runner } = this.#options;
    if (worktree === null || signalDir === null || !existsSync(worktree)) return;
    if (runtime.resumed?.broughtBack === 'branch' || holders.isAnothers(worktree, runtime)) return;
    const { cleanup } = runtime.task;
    const commands = { runner, phase: 'cleanup', commands: cleanup, worktree, repository: git.root } as const;
    // The attempt's own signal has been aborted where it was called off.
    await runAttemptCommands(runtime, commands, new AbortController().signal).catch((error: unknown) => {
      if (!isStepError(error)) throw error;
      runtime.concern({ source: 'teardown', message: `${error.code}: ${error.message}` });
    });
  }

  async #leaveWorktree(runtime: TaskRuntime): Promise<void> {
    const { worktrees, holders, git } = this.#options;
    const path = runtime.state.worktreePath;
    // Of one whose branch alone was brought back others have the worktree.
    if (path === null || runtime.resumed?.broughtBack === 'branch' || holders.isAnothers(path, runtime)) return;
    const shared = path === runtime.state.workstreamWorktreePath;
    const tip = await git.branch(runtime.require('integrationBranch'));
    if (tip === null) throw new WorkspaceError('branch_missing', `branch ${runtime.state.integrationBranch} is gone`);
    const saved = shared ? await worktrees.handOver(path, tip, runtime.run) : await worktrees.remove(path, runtime.run);
    holders.release(path);
    if (saved !== null) runtime.report({ kind: 'task_work_saved', ref: saved.ref, commit: saved.commit });
  }

  /** By its expected commit; what was not merged stays under the attempt's ref. */
  async #deleteBranch(runtime: TaskRuntime): Promise<void> {
    const { git } = this.#options;
    const { branchName, baseCommit, commit } = runtime.state;
    if (branchName === null) return;
    const tip = await git.branch(branchName);
    if (tip === null) return;
    // A person may look at what was brought back, or left, by an earlier owner.
    const elsewhere = runtime.resumed === null ? null : await this.#options.worktrees.whereIs(branchName);
    if (elsewhere !== null) {
      throw new WorkspaceError('branch_checked_out', `branch ${branchName} is checked out in ${elsewhere}`);
    }
    const updates: RefUpdate[] = [{ ref: `refs/heads/${branchName}`, to: NO_COMMIT, from: tip }];
    // The agent may have gone on after the commit that was merged.
    const isMerged = runtime.status === 'pr_merged' && tip === commit;
    if (!isMerged && tip !== baseCommit) {
      const ref = attemptRef(runtime.run, runtime.task.id, runtime.attempt);
      const kept = await keepUnder(git, ref, tip);
      updates.push(kept);
      runtime.report({ kind: 'task_work_saved', ref: kept.ref, commit: tip });
    }
    // First there: without the one here nobody would look for it again.
    if (runtime.status === 'pr_merged' && commit !== null)
      await this.#options.branches.deleteMerged(branchName, commit);
    if (!(await git.updateRefs(updates))) {
      throw new WorkspaceError('branch_moved', `branch ${branchName} moved while it was being deleted`);
    }
  }
}
