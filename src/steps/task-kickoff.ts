import type { Agent } from '../core/agent-handle.ts';
import { AgentLaunchError } from '../core/errors.ts';
import { PLACE_LOST } from '../core/give-up.ts';
import type { TaskKickoff } from '../core/steps.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { isLiveAgent } from './environments/environment.ts';

/** For programs whose command line carries the prompt: it is taken when the program runs, or has run. */
export class TmuxTaskKickoff implements TaskKickoff {
  async kickoff(runtime: TaskRuntime, agent: Agent): Promise<void> {
    if (!isLiveAgent(agent)) throw new TypeError(`${agent.address.label} is not an agent of a local environment`);
    if ((await agent.isAlive()) || agent.exitCode() !== null) return;
    const who = `the agent of ${runtime.task.id} (${agent.address.label})`;
    if (await agent.isPlaceLost?.()) {
      throw new AgentLaunchError(PLACE_LOST, `${who} went with its place before it was seen to run`);
    }
    throw new AgentLaunchError('agent_vanished', `${who} was gone before it was seen to run`);
  }
}
