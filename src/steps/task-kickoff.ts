import { existsSync } from 'node:fs';
import { join } from 'node:path';
import type { Agent } from '../core/agent-handle.ts';
import { AgentLaunchError } from '../core/errors.ts';
import type { KickedOff, TaskKickoff } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { isFrameworkAgent, tellDialog } from './agents/framework-agent.ts';
import { Kickoff } from './agents/kickoff.ts';
import { answerable, tellAttention } from './agents/tell-attention.ts';
import { isLiveAgent, type LiveAgent } from './environments/environment.ts';
import { firstPrompt } from './frameworks/framework.ts';
import { lastWords } from './last-words.ts';

/**
 * Sees to it that the agent takes its first prompt. Of a program that nobody can look into, the command line carries it:
 * it is taken when the program runs, or has run.
 */
export class TmuxTaskKickoff implements TaskKickoff {
  readonly #promptOf: (runtime: TaskRuntime) => Promise<string> | string;

  /** `promptOf` is the first prompt where the attempt's files lie elsewhere for its agent. */
  constructor(promptOf: (runtime: TaskRuntime) => Promise<string> | string = promptHere) {
    this.#promptOf = promptOf;
  }

  async kickoff(runtime: TaskRuntime, agent: Agent): Promise<KickedOff> {
    if (!isLiveAgent(agent)) throw new TypeError(`${agent.address.label} is not an agent of a local environment`);
    if (isFrameworkAgent(agent) && agent.access !== null) {
      return await new Kickoff(agent.access, {
        prompt: await this.#promptOf(runtime),
        kickoff: agent.framework.kickoff,
        signal: runtime.signal,
        hasSignalled: () => hasSignalled(runtime, agent),
        tell: (report) => tellAttention(runtime, answerable(report)),
        answered: (dialog, keys) => tellDialog(runtime, dialog, keys),
      }).run();
    }
    return await requireRunning(runtime, agent);
  }
}

function promptHere(runtime: TaskRuntime): string {
  return firstPrompt(join(runtime.require('signalDir'), 'instructions.md'));
}

/** Of a program that nobody can look into: it runs, or has run. Throws where it is gone without a trace. */
export async function requireRunning(runtime: TaskRuntime, agent: LiveAgent): Promise<KickedOff> {
  if (!(await agent.isAlive()) && agent.exitCode() === null) throw await vanished(runtime, agent);
  return { seenBy: 'process', tries: 1 };
}

/** It has done its work already. Throws when it has ended without a signal: there is nobody to kick off. */
export async function hasSignalled(runtime: TaskRuntime, agent: LiveAgent): Promise<boolean> {
  // Asked before the signal is looked for: what an agent writes last, it writes before it goes.
  const code = agent.exitCode();
  const isOver = code !== null || !(await agent.isAlive());
  const folder = runtime.require('signalDir');
  if (existsSync(join(folder, '.done')) || existsSync(join(folder, '.failed'))) return true;
  if (!isOver) return false;
  if (code === null && agent.exitCode() === null) throw await vanished(runtime, agent);
  runtime.report({ kind: 'agent_exited', exit_code: agent.exitCode() });
  const shown = await lastWords(agent);
  const what = `the agent exited with ${agent.exitCode()} before it was seen to take its prompt`;
  throw new AgentLaunchError('agent_exited', `${what}${shown}`);
}

async function vanished(runtime: TaskRuntime, agent: LiveAgent): Promise<AgentLaunchError> {
  const who = `the agent of ${runtime.task.id} (${agent.address.label})`;
  const lost = (await agent.placeFailure?.()) ?? null;
  if (lost !== null) return new AgentLaunchError(lost.code, `before it was seen to run: ${lost.message}`);
  const shown = await lastWords(agent).catch(() => '');
  return new AgentLaunchError('agent_vanished', `${who} was gone before it was seen to run${shown}`);
}
