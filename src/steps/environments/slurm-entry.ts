import { TmuxTaskKickoff } from '../task-kickoff.ts';
import { TmuxTaskLauncher } from '../task-launcher.ts';
import type { EnvironmentEntry } from './entry.ts';
import { JobBoard } from './slurm/job-board.ts';
import { SlurmCommands } from './slurm/slurm-commands.ts';
import { SlurmEngine } from './slurm/slurm-engine.ts';
import { SlurmTaskKickoff, SlurmTaskLauncher } from './slurm/slurm-launcher.ts';
import type { TmuxEnvironment } from './tmux.ts';
import type { EnvironmentOptions } from './tmux-entry.ts';

/** Each agent as a job of a Slurm cluster, in a tmux window of this machine. */
export function createSlurmEntry(
  options: EnvironmentOptions & { readonly environment: TmuxEnvironment; readonly withheld: readonly string[] },
): EnvironmentEntry {
  const board = new JobBoard(options);
  const engine = new SlurmEngine({ graph: options.graph, board });
  const kickoff = new SlurmTaskKickoff(new TmuxTaskKickoff());
  return {
    type: 'slurm',
    worktreePerAttempt: true,
    launcher: (framework) => {
      const watch = options.follow(framework);
      return new SlurmTaskLauncher(new TmuxTaskLauncher({ ...options, framework, watch, engine }), engine);
    },
    kickoff: () => kickoff,
    commands: new SlurmCommands({ ...options, board }),
    close: async () => board.close(),
  };
}
