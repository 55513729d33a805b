import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { type AttemptRun, RemoteAttempt } from './attempt.ts';
import { SshHost } from './host.ts';
import { keyOf, machineOf } from './machine.ts';

export interface RemoteAttemptsOptions extends AttemptRun {
  /** The tmux session of the run. */
  readonly session: string;
  /** The script behind the agent-side commands here; absolute. */
  readonly agentScript: string;
}

/** The attempts of a run on other machines, and the machines. */
export class RemoteAttempts {
  readonly #options: RemoteAttemptsOptions;
  readonly #hosts = new Map<string, SshHost>();
  readonly #attempts = new Map<string, RemoteAttempt>();

  constructor(options: RemoteAttemptsOptions) {
    this.#options = options;
  }

  of(runtime: TaskRuntime): RemoteAttempt {
    const key = `${runtime.run}/${runtime.task.id}/${runtime.attempt}`;
    const known = this.#attempts.get(key);
    // One that is over is found once more where a person asks something about it.
    if (known !== undefined && (known.runtime === runtime || !known.runtime.isOver)) return known;
    known?.letGo();
    const made = new RemoteAttempt(this.#host(runtime), runtime, this.#options);
    this.#attempts.set(key, made);
    return made;
  }

  /** Lets go of all; agents go on, and what was made for one that was never started goes. */
  async close(): Promise<void> {
    for (const attempt of this.#attempts.values()) {
      attempt.letGo();
      // Tidying up is no reason to wait for a machine, or to fail.
      if (attempt.isLeft && attempt.host.connection.isUp) await attempt.remove().catch(() => {});
    }
    await Promise.all([...this.#hosts.values()].map((host) => host.close()));
  }

  #host({ task, run }: TaskRuntime): SshHost {
    const machine = machineOf(task.primaryAgent.environment, this.#options.repository);
    const session = machine.session ?? this.#options.session;
    const key = `${keyOf(machine)} ${session}`;
    const known = this.#hosts.get(key);
    if (known !== undefined) return known;
    const host = new SshHost(machine, { ...this.#options, run });
    this.#hosts.set(key, host);
    return host;
  }
}
