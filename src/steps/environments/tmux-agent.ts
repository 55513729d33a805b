import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { AgentAddress, SendResult } from '../../core/agent-handle.ts';
import { readExitCode } from '../agent-wrapper.ts';
import type { LiveAgent } from './environment.ts';
import type { TmuxEnvironment } from './tmux.ts';
import type { TmuxPane } from './tmux-pane.ts';

export interface TmuxAgent extends LiveAgent {
  readonly pane: TmuxPane;
}

export function createTmuxAgent(environment: TmuxEnvironment, pane: TmuxPane, exitCodeFile: string): TmuxAgent {
  const address: AgentAddress = {
    label: `${environment.session}:${pane.id}`,
    teardown: ({ signalDir, keepPanes }) =>
      environment.close(pane, { logFile: join(signalDir, 'agent.log'), keepPane: keepPanes }),
  };
  const exitCode = () => readExitCode(exitCodeFile);
  return {
    pane,
    address,
    send: (text: string, signal: AbortSignal): Promise<SendResult> => environment.send(pane, text, signal),
    isAlive: () => environment.isAlive(pane),
    exitCode,
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
