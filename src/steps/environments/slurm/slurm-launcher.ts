import type { Agent, KnownAgent } from '../../../core/agent-handle.ts';
import type { KickedOff, TaskKickoff, TaskLauncher } from '../../../core/steps.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { cancelJobs, isUnreachable } from './jobs.ts';
import { isQueuedAgent } from './slurm-agent.ts';
import type { SlurmEngine } from './slurm-engine.ts';

/** Launches agents in windows whose `srun` has them run as jobs. */
export class SlurmTaskLauncher implements TaskLauncher {
  readonly #inWindow: TaskLauncher & Required<Pick<TaskLauncher, 'find'>>;
  readonly #engine: SlurmEngine;

  constructor(inWindow: TaskLauncher & Required<Pick<TaskLauncher, 'find'>>, engine: SlurmEngine) {
    this.#inWindow = inWindow;
    this.#engine = engine;
  }

  /** A job whose window is gone should be gone, too: nobody could talk to it. */
  async find(runtime: TaskRuntime): Promise<KnownAgent | null> {
    const known = await this.#inWindow.find(runtime);
    if (known === null || known.found === 'alive' || runtime.isOver) return known;
    await this.#cancelLeft(runtime);
    return known;
  }

  /** Slurm would take a second job of the same name: one that an earlier owner left comes first. */
  async launch(runtime: TaskRuntime): Promise<Agent> {
    if (runtime.resumed !== null && (await this.#inWindow.find(runtime)) === null) await this.#cancelLeft(runtime);
    return await this.#inWindow.launch(runtime);
  }

  async #cancelLeft(runtime: TaskRuntime): Promise<void> {
    await cancelJobs([this.#engine.nameOf(runtime)]).catch((error: unknown) => {
      // The teardown tries again, and says so where it cannot.
      if (!isUnreachable(error)) throw error;
    });
  }
}

/** The agent takes its prompt when it runs: until then it waits in the queue, and no time of its own goes by. */
export class SlurmTaskKickoff implements TaskKickoff {
  readonly #inWindow: TaskKickoff;

  constructor(inWindow: TaskKickoff) {
    this.#inWindow = inWindow;
  }

  async kickoff(runtime: TaskRuntime, agent: Agent): Promise<KickedOff | undefined> {
    if (isQueuedAgent(agent)) await agent.started(runtime.signal);
    return (await this.#inWindow.kickoff(runtime, agent)) ?? undefined;
  }
}
