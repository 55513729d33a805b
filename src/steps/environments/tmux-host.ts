import { dirname } from 'node:path';
import { wasLaunched } from '../agent-wrapper.ts';
import { stopMarked, stopSession } from '../tools/process-session.ts';
import { missingEnvironment, prepareLaunch, type TmuxLaunch } from './tmux-launch.ts';
import type { TmuxPane } from './tmux-pane.ts';

/** What is done beside tmux, on the machine on which it runs. */
export interface TmuxHost {
  /** What must be so before a window opens. Throws `AgentLaunchError`. */
  prepare(launch: TmuxLaunch): void | Promise<void>;
  /** The agent of this launch has been started, whatever became of it. */
  wasLaunched(launch: TmuxLaunch): boolean | Promise<boolean>;
  /** Environment variables beside those of a launch; `server` is what `show-environment -g` printed. */
  environment(server: readonly string[]): Record<string, string>;
  /** Ends every process of the pane. */
  stop(pane: TmuxPane): Promise<void>;
}

/** This machine. */
export const LOCAL_HOST: TmuxHost = {
  prepare: prepareLaunch,
  wasLaunched: ({ exitCodeFile }) => wasLaunched(dirname(exitCodeFile)),
  environment: (server) => missingEnvironment(server, process.env),
  async stop({ pid, tag }) {
    // Where the pane is gone, nobody tells any more which session it was.
    const mark = `AGENTRELAY_TOKEN=${tag.token}`;
    await (pid === 0 ? stopMarked(mark) : stopSession(pid, mark));
  },
};
