import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentAddress, SendResult } from '../../core/agent-handle.ts';
import { PLACE_LOST } from '../../core/place-failure.ts';
import { readExitCode } from '../agent-wrapper.ts';
import type { LiveAgent } from './environment.ts';
import type { TmuxEnvironment } from './tmux.ts';
import type { TmuxPane } from './tmux-pane.ts';

export interface TmuxAgent extends LiveAgent {
  readonly pane: TmuxPane;
}

/** `place` is the environment's when the agent was launched; null when that is not known. */
export function createTmuxAgent(
  environment: TmuxEnvironment,
  pane: TmuxPane,
  exitCodeFile: string,
  place: string | null,
  label = `${environment.session}:${pane.id}`,
): TmuxAgent {
  const address: AgentAddress = {
    label,
    place,
    teardown: ({ signalDir, keepPanes }) =>
      environment.close(pane, { logFile: join(signalDir, 'agent.log'), keepPane: keepPanes }),
  };
  const exitCode = () => readExitCode(exitCodeFile);
  return {
    pane,
    address,
    send: (text, signal, options): Promise<SendResult> => environment.send(pane, text, { signal, ...options }),
    isAlive: () => environment.isAlive(pane),
    exitCode,
    async placeFailure() {
      if (place === null) return null;
      // A tmux that cannot be reached has lost it, too.
      if ((await environment.place().catch(() => null)) === place) return null;
      return { code: PLACE_LOST, message: `the agent went with its place (${label}), which was ended` };
    },
    exited: (signal) => environment.waitForExit(pane, signal),
    async lastLines(count) {
      if (exitCode() !== null) await outputSettled(environment, pane);
      return environment.capture(pane, { lines: count });
    },
  };
}

/**
 * The exit code is there a moment before tmux has read the last of the output, which it tells by a dead pane. A
 * program that the agent left behind holds the terminal open, hence the limit.
 */
async function outputSettled(environment: TmuxEnvironment, pane: TmuxPane): Promise<void> {
  for (let pause = 1; pause <= 64 && (await environment.isAlive(pane)); pause *= 2) await delay(pause);
}
