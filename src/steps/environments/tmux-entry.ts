import type { Clock } from '../../core/clock.ts';
import type { AgentSecrets } from '../agent-command.ts';
import type { SandboxPlace } from '../isolation/sandboxes.ts';
import { TmuxTaskKickoff } from '../task-kickoff.ts';
import { TmuxTaskLauncher } from '../task-launcher.ts';
import type { EnvironmentEntry } from './entry.ts';
import type { FollowAgent } from './follow-agents.ts';
import type { TmuxEnvironment } from './tmux.ts';

/** What the environments of a run share. */
export interface EnvironmentOptions extends SandboxPlace {
  readonly clock: Clock;
  /** What agents get of the credentials file. */
  readonly credentials: AgentSecrets;
  /** Follows an agent; see `AgentFollower`. */
  readonly follow: FollowAgent;
}

/** Each agent in a tmux window of its own, on this machine. */
export function createTmuxEntry(
  options: EnvironmentOptions & { readonly environment: TmuxEnvironment },
): EnvironmentEntry {
  const kickoff = new TmuxTaskKickoff();
  return {
    type: 'tmux',
    launcher: (framework) => new TmuxTaskLauncher({ ...options, framework, watch: options.follow(framework) }),
    kickoff: () => kickoff,
  };
}
