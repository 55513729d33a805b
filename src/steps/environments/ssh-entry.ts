import { join } from 'node:path';
import { firstPrompt } from '../frameworks/framework.ts';
import { TmuxTaskKickoff } from '../task-kickoff.ts';
import type { Git } from '../tools/git.ts';
import type { EnvironmentEntry } from './entry.ts';
import { RemoteAttempts } from './ssh/attempts.ts';
import { SshCommands } from './ssh/ssh-commands.ts';
import { SshTaskLauncher } from './ssh/ssh-launcher.ts';
import type { EnvironmentOptions } from './tmux-entry.ts';

export interface SshEntryOptions extends EnvironmentOptions {
  readonly git: Git;
  /** The tmux session of the run; a machine may have another. */
  readonly session: string;
  /** The script behind the agent-side commands here; absolute. */
  readonly agentScript: string;
}

/** Each agent in a tmux window of its own, on another machine that is reached by ssh. */
export function createSshEntry(options: SshEntryOptions): EnvironmentEntry {
  const attempts = new RemoteAttempts(options);
  const kickoff = new TmuxTaskKickoff(async (runtime) => {
    const map = await attempts.of(runtime).map();
    return firstPrompt(map(join(runtime.require('signalDir'), 'instructions.md')));
  });
  return {
    type: 'ssh',
    launcher: (framework) => {
      return new SshTaskLauncher({ ...options, attempts, framework, watch: options.follow(framework) });
    },
    kickoff: () => kickoff,
    commands: new SshCommands(attempts),
    close: () => attempts.close(),
  };
}
