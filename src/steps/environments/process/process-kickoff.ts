import type { Agent } from '../../../core/agent-handle.ts';
import { AgentLaunchError } from '../../../core/errors.ts';
import type { KickedOff, TaskKickoff } from '../../../core/steps.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { lastWords } from '../../last-words.ts';
import { hasSignalled, requireRunning } from '../../task-kickoff.ts';
import { isLiveAgent } from '../environment.ts';
import { HeadlessAgent } from './headless-agent.ts';

/** Milliseconds in which a program says its first word. */
const LIMIT = 120_000;

/**
 * Sees to it that the agent has its first prompt: a program for scripts has it when it has said anything, or is done with
 * it; any other one when it runs, or has run.
 */
export class ProcessTaskKickoff implements TaskKickoff {
  async kickoff(runtime: TaskRuntime, agent: Agent): Promise<KickedOff> {
    if (!isLiveAgent(agent)) throw new TypeError(`${agent.address.label} is not an agent of a local environment`);
    if (!(agent instanceof HeadlessAgent)) return await requireRunning(runtime, agent);
    const limit = AbortSignal.timeout(LIMIT);
    const { monitor } = agent;
    for (;;) {
      runtime.signal.throwIfAborted();
      const changed = changeOf(agent, AbortSignal.any([runtime.signal, limit]));
      if (monitor.hasSpoken) return { seenBy: 'transcript', tries: 1 };
      // It may have done all of it without a word.
      if ((await hasSignalled(runtime, agent)) || isDone(agent)) return { seenBy: 'process', tries: 1 };
      if (limit.aborted) throw await silent(agent);
      await changed;
    }
  }
}

function isDone({ monitor: { attention } }: HeadlessAgent): boolean {
  return attention?.kind === 'known' && attention.report.state === 'idle';
}

/** Resolves when something is new about it, or `signal` aborts. */
async function changeOf(agent: HeadlessAgent, signal: AbortSignal): Promise<void> {
  const { promise, resolve } = Promise.withResolvers<void>();
  const forget = agent.monitor.onChange(resolve);
  signal.addEventListener('abort', () => resolve(), { once: true });
  if (signal.aborted) resolve();
  await promise.finally(forget);
}

async function silent(agent: HeadlessAgent): Promise<AgentLaunchError> {
  const what = `the agent was not seen to take its prompt within ${LIMIT / 1000} s`;
  return new AgentLaunchError('kickoff_failed', `${what}${await lastWords(agent)}`);
}
