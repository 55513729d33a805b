import type { TaskRuntime } from '../../../core/task-runtime.ts';
import type { TmuxAgent } from '../tmux-agent.ts';
import { AgentJob, SIGNALS_EVERY, type SlurmAgentOptions } from './agent-job.ts';

/** An agent that an engine starts when there is room for it. */
export interface QueuedAgent extends TmuxAgent {
  /** Resolves when it runs, or does no more. Throws `AgentLaunchError` `queue_timeout`. */
  started(signal: AbortSignal): Promise<void>;
}

export function isQueuedAgent<T extends object>(agent: T): agent is T & QueuedAgent {
  return 'started' in agent;
}

/** Of a job: its state is what Slurm says, whatever becomes of the window in which its `srun` is. */
export function createSlurmAgent(runtime: TaskRuntime, inWindow: TmuxAgent, options: SlurmAgentOptions): QueuedAgent {
  const job = new AgentJob(runtime, inWindow, options);
  const { address } = inWindow;
  return {
    ...inWindow,
    signalsEvery: SIGNALS_EVERY,
    address: { ...address, label: job.label, teardown: (how) => job.end(() => address.teardown(how)) },
    isAlive: async () => !job.isOver && (await inWindow.isAlive()),
    started: (signal) => job.started(signal),
    exited: (signal) => job.exited(signal),
    placeFailure: async () => (await inWindow.placeFailure?.()) ?? (await job.failure()),
  };
}
