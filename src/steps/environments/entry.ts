import type { TaskKickoff, TaskLauncher } from '../../core/steps.ts';
import type { FrameworkPreset } from '../frameworks/framework.ts';
import type { CommandRunner } from '../places/command-runner.ts';

/** One kind of place in which agents live: what the tables of steps get of it. */
export interface EnvironmentEntry {
  /** Of `environment.type`. */
  readonly type: string;
  launcher(framework: FrameworkPreset): TaskLauncher;
  kickoff(framework: FrameworkPreset): TaskKickoff;
  /** Runs the commands of the graph file in it; left out where that is this machine. */
  readonly commands?: CommandRunner;
  /** Its agents may go on where nobody reaches them: each attempt has a worktree that no other ever gets. */
  readonly worktreePerAttempt?: boolean;
  /** Lets go of what it has; agents go on. */
  close?(): Promise<void>;
}
