import { closeSync } from 'node:fs';
import { join } from 'node:path';
import { SignalError } from '../core/errors.ts';
import { commandArgv } from '../core/graph/command.ts';
import type { GateResult, TaskGateChecker } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { CommandRunner } from './places/command-runner.ts';
import { writing } from './tools/file-error.ts';
import { openAnew } from './tools/open-anew.ts';
import type { Worktrees } from './worktree.ts';

/** A gate may take this long unless the task has a time limit of its own. */
const GATE_TIMEOUT = 30 * 60_000;

/**
 * Runs the gate in the task's worktree, which the completion checker has just found clean and at the signalled
 * commit: what is installed there and ignored by git, such as dependencies, is there for the gate too.
 */
export class CommandGateChecker implements TaskGateChecker {
  readonly #worktrees: Worktrees;
  readonly #commands: CommandRunner;

  constructor(options: { worktrees: Worktrees; commands: CommandRunner }) {
    this.#worktrees = options.worktrees;
    this.#commands = options.commands;
  }

  async check(runtime: TaskRuntime): Promise<GateResult> {
    const cwd = runtime.require('worktreePath');
    const outputFile = join(runtime.require('signalDir'), 'gate_last_output.txt');
    const file = writing(outputFile, () => openAnew(outputFile));
    try {
      const { exitCode } = await this.#commands.run(runtime, {
        purpose: 'gate',
        argv: commandArgv(runtime.task.completionGate ?? []),
        cwd,
        file,
        env: { AGENTRELAY_TASK: runtime.task.id, AGENTRELAY_ATTEMPT: String(runtime.attempt) },
        timeout: runtime.task.timeoutMs ?? GATE_TIMEOUT,
        signal: runtime.signal,
      });
      await this.#tidy(runtime, cwd);
      return { passed: exitCode === 0, exitCode, outputFile };
    } finally {
      closeSync(file);
    }
  }

  /** What the gate left in the tree goes, so that it is not taken for the agent's; the commit must be the same. */
  async #tidy(runtime: TaskRuntime, cwd: string): Promise<void> {
    const status = await this.#worktrees.status(cwd);
    const commit = runtime.require('commit');
    if (status === null || status.head !== commit) {
      throw new SignalError('moved_under_gate', `the branch moved away from ${commit} while its gate ran`);
    }
    const branch = runtime.require('branchName');
    const saved = await this.#worktrees.clean(cwd, status, runtime.run);
    if (saved !== null) runtime.report({ kind: 'task_work_saved', ref: saved.ref, commit: saved.commit });
    if (status.branch !== branch)
      throw new SignalError('wrong_branch', `the worktree left ${branch} while its gate ran`);
  }
}
