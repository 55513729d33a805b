import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { WorkspaceError } from '../core/errors.ts';
import type { MergeQueue } from '../core/merge-queue.ts';
import { attemptDirectory, attemptRef, attemptWorktree, taskBranch, taskWorktree } from '../core/names.ts';
import type { TaskPreparer } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { writeAttemptFiles } from './attempt-files.ts';
import type { SavedWork } from './backup-refs.ts';
import { excludePaths } from './exclude.ts';
import { fenceAttempt } from './fence.ts';
import type { Forge } from './forges/forge.ts';
import type { ForgeBranches } from './forges/forge-branches.ts';
import { keepUnder } from './kept-ref.ts';
import { workToKeep } from './kept-work.ts';
import type { CommandRunner } from './places/command-runner.ts';
import { runAttemptCommands } from './surroundings/attempt-commands.ts';
import { carryFiles } from './surroundings/carried-files.ts';
import type { Git } from './tools/git.ts';
import { againWhenKilled } from './tools/killed-git.ts';
import type { Worktrees } from './worktree.ts';
import type { WorktreeHolders } from './worktree-holders.ts';

export interface WorktreeTaskPreparerOptions {
  readonly git: Git;
  /** Absolute. */
  readonly commonDir: string;
  readonly worktrees: Worktrees;
  readonly holders: WorktreeHolders;
  /** One merge at a time into each branch. */
  readonly queue: MergeQueue;
  readonly branches: ForgeBranches;
  readonly graph: string;
  readonly forge: Forge;
  readonly tools: readonly string[];
  /** Runs what is to be run before the agent. */
  readonly commands: CommandRunner;
  /** Types of environments whose agents may go on when they are lost. */
  readonly worktreePerAttempt?: ReadonlySet<string>;
  /** What the agent's program leaves in the worktree: patterns of git's excludes. */
  readonly litterOf?: (framework: string) => readonly string[];
  /** Absolute. */
  readonly runDirectory: string;
}

/** Cuts the task's branch from the integration branch, checks it out, and writes what the agent works from. */
export class WorktreeTaskPreparer implements TaskPreparer {
  readonly #options: WorktreeTaskPreparerOptions;

  constructor(options: WorktreeTaskPreparerOptions) {
    this.#options = options;
  }

  async prepare(runtime: TaskRuntime): Promise<void> {
    const { git, worktrees, holders, graph, runDirectory } = this.#options;
    await this.#takeInBase(runtime);
    const base = await git.branch(runtime.require('integrationBranch'));
    if (base === null) {
      throw new WorkspaceError('branch_missing', `branch ${runtime.state.integrationBranch} is gone`);
    }
    runtime.state.branchName = taskBranch(graph, runtime.task.id);
    runtime.state.signalDir = join(runDirectory, attemptDirectory(runtime.task.id, runtime.attempt));
    const path = this.#worktreeOf(runtime);
    const left = (await this.#leaveEarlier(runtime, path, base)) ?? (await this.#takeOver(runtime, path, base));
    // Only now: an agent that was left there by a teardown mode may have committed until it was stopped.
    const kept = await workToKeep(git, runtime, { branch: runtime.state.branchName, left });
    const start = kept?.tip ?? base;
    runtime.state.baseCommit = kept === null ? base : await this.#forkPoint(base, kept.tip);
    await this.#saveEarlierTip(runtime, start);
    const made = worktrees.add(path, { commit: start, branch: runtime.state.branchName });
    try {
      // While git makes it: nothing in these files is read from the worktree.
      this.#writeFiles(runtime, path);
    } finally {
      await made;
      runtime.state.worktreePath = path;
      holders.hold(path, runtime);
    }
    await this.#bringBackUncommitted(kept?.files ?? null, path);
    await this.#setUp(runtime, path);
  }

  adopt(runtime: TaskRuntime): void {
    const { worktreePath } = runtime.state;
    // Only its branch was brought back: others may have the worktree.
    if (runtime.resumed?.broughtBack === 'branch') return;
    if (worktreePath !== null) this.#options.holders.adopt(worktreePath, runtime);
  }

  /** Each time anew, also where an earlier owner had it done: nobody knows how far it came. */
  async #setUp(runtime: TaskRuntime, worktree: string): Promise<void> {
    const { git, commonDir, litterOf, commands: runner } = this.#options;
    const { copy, link, setup, verify, primaryAgent } = runtime.task;
    excludePaths(commonDir, litterOf?.(primaryAgent.framework) ?? []);
    await carryFiles(git, { copy, link, worktree, commonDir });
    const place = { runner, worktree, repository: git.root };
    await runAttemptCommands(runtime, { phase: 'setup', commands: setup, ...place });
    await runAttemptCommands(runtime, { phase: 'verify', commands: verify, ...place });
  }

  async #contains(commit: string, other: string): Promise<boolean> {
    return (await this.#options.git.run(['rev-list', '--count', `${commit}..${other}`])).stdout === '0';
  }

  async #forkPoint(base: string, tip: string): Promise<string> {
    const { stdout, exitCode } = await this.#options.git.run(['merge-base', base, tip], { accept: [0, 1] });
    return exitCode === 0 ? stdout : base;
  }

  /** As it was in the files; nothing of it is staged. */
  async #bringBackUncommitted(files: string | null, path: string): Promise<void> {
    if (files === null) return;
    const restore = ['restore', '--no-overlay', `--source=${files}`, '--worktree', '--', ':/'];
    await againWhenKilled(() => this.#options.git.run(restore, { cwd: path }));
  }

  /** After a merge of another lane: the work of that lane is in this lane's base, and must come into its branch. */
  async #takeInBase(runtime: TaskRuntime): Promise<void> {
    const { git, queue, branches } = this.#options;
    const { workstream, task } = runtime;
    if (runtime.dependencies.every((dependency) => dependency.workstreamId === task.workstreamId)) return;
    const into = runtime.require('integrationBranch');
    const base = await branches.tip(workstream.baseBranch, runtime.signal);
    if (base === null) throw new WorkspaceError('branch_missing', `base branch ${workstream.baseBranch} is gone`);
    const before = await git.branch(into);
    const message = `Merge ${workstream.baseBranch} into workstream ${workstream.id}`;
    const result = await queue.run(into, { task: task.id }, runtime.signal, () => {
      return branches.takeIn({ into, commit: base, method: 'merge', message }, runtime.signal);
    });
    if (result.kind === 'conflict') {
      throw new WorkspaceError(
        'base_conflict',
        `${workstream.baseBranch} does not merge into ${into}; conflicts in ${result.files.join(', ')}`,
      );
    }
    if (result.commit !== before) {
      runtime.report({ kind: 'task_base_merged', base_commit: base, commit: result.commit });
    }
  }

  /** The branch of an earlier attempt starts anew; what it held stays reachable. */
  async #saveEarlierTip(runtime: TaskRuntime, start: string): Promise<void> {
    const { git } = this.#options;
    const tip = await git.branch(runtime.require('branchName'));
    // Where an earlier owner had cut it already, and the integration branch has moved since.
    if (tip === null || tip === start || (await this.#contains(start, tip))) return;
    const ref = attemptRef(runtime.run, runtime.task.id, runtime.attempt - 1);
    const kept = await keepUnder(git, ref, tip);
    if (!(await git.updateRefs([kept]))) {
      throw new WorkspaceError('branch_moved', `${kept.ref} was made by somebody else just now`);
    }
    runtime.report({ kind: 'task_work_saved', ref: kept.ref, commit: tip });
  }

  #worktreeOf({ task, workstream, attempt, state }: TaskRuntime): string {
    const { git, graph, worktreePerAttempt } = this.#options;
    if (worktreePerAttempt?.has(task.primaryAgent.environment.type)) {
      return resolve(git.root, attemptWorktree(graph, workstream.id, task.id, attempt));
    }
    return state.workstreamWorktreePath ?? resolve(git.root, taskWorktree(graph, workstream.id, task.id));
  }

  /** An earlier attempt may have been left as it was, in a worktree of its own, and its agent may not be reached. */
  async #leaveEarlier(runtime: TaskRuntime, path: string, base: string): Promise<SavedWork | null> {
    const { git, graph, worktrees, worktreePerAttempt } = this.#options;
    const { task, workstream, earlierAttempts } = runtime;
    if (!worktreePerAttempt?.has(task.primaryAgent.environment.type)) return null;
    let saved: SavedWork | null = null;
    for (const { number, signalDir } of earlierAttempts) {
      if (signalDir !== null && existsSync(signalDir)) fenceAttempt(signalDir);
      const earlier = resolve(git.root, attemptWorktree(graph, workstream.id, task.id, number));
      if (earlier === path || !existsSync(earlier)) continue;
      saved = (await this.#takeOver(runtime, earlier, base)) ?? saved;
      await worktrees.remove(earlier, runtime.run);
    }
    return saved;
  }

  async #takeOver(runtime: TaskRuntime, path: string, base: string): Promise<SavedWork | null> {
    if (!existsSync(path)) return null;
    const saved = await this.#options.holders.takeOver(path, base, runtime);
    if (saved !== null) runtime.report({ kind: 'task_work_saved', ref: saved.ref, commit: saved.commit });
    return saved;
  }

  #writeFiles(runtime: TaskRuntime, worktree: string): void {
    const { git, graph, forge, tools, runDirectory } = this.#options;
    writeAttemptFiles({
      runtime,
      graphName: graph,
      forge,
      tools,
      branch: runtime.require('branchName'),
      integrationBranch: runtime.require('integrationBranch'),
      worktree,
      repository: git.root,
      signalDir: runtime.require('signalDir'),
      commandsDirectory: join(runDirectory, 'bin'),
    });
  }
}
