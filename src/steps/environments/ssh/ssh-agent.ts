import { join } from 'node:path';
import type { SendResult } from '../../../core/agent-handle.ts';
import { PLACE_LOST } from '../../../core/place-failure.ts';
import type { FrameworkAgent } from '../../agents/framework-agent.ts';
import { createTmuxAgent, type TmuxAgent } from '../tmux-agent.ts';
import type { TmuxPane } from '../tmux-pane.ts';
import { isLost } from '../tmux-reach.ts';
import type { RemoteAttempt } from './attempt.ts';
import { ConnectionLost } from './connection.ts';

/** Milliseconds: how long the end of an attempt waits for a machine that cannot be reached. */
const PATIENCE = 60_000;

/** An agent in the tmux of another machine. What it says of itself is read here, where the attempt's signals come. */
export function createSshAgent(attempt: RemoteAttempt, pane: TmuxPane, place: string | null, label: string): TmuxAgent {
  const { host } = attempt;
  const { environment, connection } = host;
  const exitCodeFile = join(attempt.signalDir, 'exit_code');
  const agent = createTmuxAgent(environment, pane, exitCodeFile, place, label);
  return {
    ...agent,
    address: {
      ...agent.address,
      async teardown(how) {
        if (attempt.record?.released === true && how.keepPanes) return;
        await tearDown(attempt, () => agent.address.teardown(how), how.keepPanes);
      },
    },
    /** A connection that is lost says nothing of the agent. */
    async exited(signal) {
      for (;;) {
        try {
          await environment.waitForExit(pane, signal);
          break;
        } catch (error) {
          if (signal.aborted || !isLost(error)) throw error;
          await connection.ready({ signal });
        }
      }
      await attempt.settle(signal);
    },
    async placeFailure() {
      const name = `${label} on ${host.name}`;
      if (connection.gaveUp) {
        const message = `the agent (${name}) could not be reached any more: ${connection.reason}`;
        return { code: PLACE_LOST, message };
      }
      return (await agent.placeFailure?.()) ?? null;
    },
    lastLines: async (count) => (connection.isUp ? await agent.lastLines(count) : []),
  };
}

async function tearDown(attempt: RemoteAttempt, stop: () => Promise<void>, keepPanes: boolean): Promise<void> {
  const { connection, name } = attempt.host;
  const { runtime } = attempt;
  if (attempt.record?.removed !== false) return;
  try {
    if (connection.gaveUp) throw new ConnectionLost(connection.reason ?? 'it was tried for long enough');
    await connection.ready({ patience: PATIENCE });
  } catch (error) {
    if (!(error instanceof ConnectionLost)) throw error;
    // What it does there concerns nobody here any more: the next attempt has a worktree of its own there.
    const message = `machine_unreachable: ${name} cannot be reached, and the agent may go on there (${error.message})`;
    runtime.concern({ source: 'teardown', message });
    attempt.abandon();
    return;
  }
  await stop();
  await attempt.release(AbortSignal.timeout(PATIENCE));
  // What is to be run after the work comes later, in the same worktree.
  if (!keepPanes && runtime.task.cleanup.length === 0) await attempt.remove();
}

/**
 * The same agent, told of things as they are called there, and also when the connection is lost meanwhile: nobody takes that
 * for an agent that is gone.
 */
export function toldThere(agent: FrameworkAgent, attempt: RemoteAttempt): FrameworkAgent {
  const { connection } = attempt.host;
  const send: FrameworkAgent['send'] = async (text, signal, how): Promise<SendResult> => {
    for (let unlessShown = how?.unlessShown ?? false; ; unlessShown = true) {
      await connection.ready({ signal });
      const { generation } = connection;
      const result = await agent.send(await attempt.outgoing(text), signal, { ...how, unlessShown });
      if (result !== 'gone' || (connection.isUp && connection.generation === generation)) return result;
    }
  };
  // Its monitor is made only when it is asked for.
  const members = Object.getOwnPropertyDescriptors(agent);
  return Object.defineProperties({}, { ...members, send: { value: send, enumerable: true } }) as FrameworkAgent;
}
