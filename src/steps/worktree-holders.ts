import { WorkspaceError } from '../core/errors.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { ToolError } from './tools/exec.ts';
import type { Worktrees } from './worktree.ts';

/** Who works in each worktree now. Nobody comes in while another is still there. */
export class WorktreeHolders {
  readonly #worktrees: Worktrees;
  readonly #holders = new Map<string, TaskRuntime>();

  constructor(worktrees: Worktrees) {
    this.#worktrees = worktrees;
  }

  hold(path: string, runtime: TaskRuntime): void {
    this.#holders.set(path, runtime);
  }

  /** For an attempt of an earlier owner, which may be long over: whoever came in after it stays the holder. */
  adopt(path: string, runtime: TaskRuntime): void {
    const holder = this.#holders.get(path);
    if (holder === undefined || !runtime.isOver || (holder.isOver && beganBefore(holder, runtime))) {
      this.#holders.set(path, runtime);
    }
  }

  /** Another attempt is at work there, or was left there: the worktree is not this one's to clear any more. */
  isAnothers(path: string, runtime: TaskRuntime): boolean {
    const holder = this.#holders.get(path);
    return holder !== undefined && !isSameAttempt(holder, runtime);
  }

  release(path: string): void {
    this.#holders.delete(path);
  }

  /**
   * Makes the worktree ready for the next task: the agent that was left in it by a teardown mode is stopped (its pane
   * stays to be looked at), its uncommitted work saved, and the worktree detached at `commit`.
   */
  async takeOver(path: string, commit: string, next: TaskRuntime): Promise<{ ref: string; commit: string } | null> {
    const holder = this.#holders.get(path);
    if (holder !== undefined && holder !== next) {
      const signalDir = holder.state.signalDir;
      if (signalDir !== null) await holder.artifacts.agent?.address.teardown({ signalDir, keepPanes: true });
      this.#holders.delete(path);
    }
    try {
      return await this.#worktrees.handOver(path, commit, next.run);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      // An unreadable file, say, or a filter that fails: that worktree's trouble, and not the run's.
      throw new WorkspaceError('hand_over_failed', `${path} cannot be cleared for the next task: ${error.message}`, {
        cause: error,
      });
    }
  }
}

/** Also one that was found once more, because a person has asked something about it. */
function isSameAttempt(one: TaskRuntime, other: TaskRuntime): boolean {
  return one.task.id === other.task.id && one.attempt === other.attempt;
}

/** What began under this owner is the later one. */
function beganBefore(one: TaskRuntime, other: TaskRuntime): boolean {
  return one.resumed !== null && other.resumed !== null && one.resumed.startedAt <= other.resumed.startedAt;
}
