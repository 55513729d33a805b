import { join } from 'node:path';
import type { Clock } from '../../../core/clock.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import {
  type AgentArgv,
  type AgentCommand,
  type AgentSecrets,
  agentCommand,
  writeAgentFiles,
} from '../../agent-command.ts';
import { removeSecrets } from '../../credentials/secret-file.ts';
import type { FrameworkPreset } from '../../frameworks/framework.ts';
import { type SandboxPlace, sandboxFor, type UsedSandbox } from '../../isolation/sandboxes.ts';
import { stopMarked, stopSession } from '../../tools/process-session.ts';
import { AgentProcess } from './agent-process.ts';
import { machinePlace, readBegun } from './begun.ts';
import { requireOwnFolder } from './own-folder.ts';
import { type ProcessStart, type StartedProcess, startProcess } from './start-process.ts';

/** What is the same for all agents of a run. */
export interface AgentPlace extends SandboxPlace {
  /** What they get of the credentials file. */
  readonly credentials: AgentSecrets;
}

/** How the processes of one attempt are started, found and ended. */
export class AttemptPlace {
  readonly signalDir: string;
  readonly framework: FrameworkPreset;
  readonly runtime: TaskRuntime;
  readonly clock: Clock;
  readonly #place: AgentPlace;
  /** In the environment of all that belongs to the attempt. */
  readonly #mark: string;

  constructor(runtime: TaskRuntime, framework: FrameworkPreset, place: AgentPlace, clock: Clock) {
    this.runtime = runtime;
    this.framework = framework;
    this.clock = clock;
    this.signalDir = runtime.require('signalDir');
    this.#place = place;
    this.#mark = `AGENTRELAY_TOKEN=${runtime.token}`;
  }

  path(name: string): string {
    return join(this.signalDir, name);
  }

  /** `folder` gets the traces of its wrapper. Throws `AgentLaunchError`, `FileError`. */
  async start(
    folder: string,
    streams: Pick<ProcessStart, 'stdin' | 'stdout' | 'stderr'>,
    argv?: AgentArgv,
  ): Promise<StartedProcess> {
    const { framework, clock } = this;
    requireOwnFolder(folder, this.signalDir);
    const command = this.#command(argv);
    writeAgentFiles(this.signalDir, command.files);
    const { runDirectory } = this.#place;
    const process = { command, folder, runDirectory, sandbox: this.#sandbox(command), mark: this.#mark, clock };
    return await startProcess({ ...process, ...streams, framework: framework.name });
  }

  /** The process whose wrapper has left its traces there, or will. */
  find(folder: string): AgentProcess {
    const sandbox = this.#sandbox(this.#command());
    return new AgentProcess({ folder, mark: this.#mark, sandbox, child: null });
  }

  /** Ends all that belongs to the attempt, the processes of these folders first. */
  async stop(folders: readonly string[]): Promise<void> {
    const here = machinePlace();
    for (const folder of folders) {
      const { pid } = this.find(folder);
      // Elsewhere, or before the machine was started anew, the number was another's.
      if (pid !== null && readBegun(folder)?.place === here) await stopSession(pid, this.#mark);
    }
    await stopMarked(this.#mark);
    // Of a wrapper that was ended before it could.
    for (const folder of folders) removeSecrets(folder);
    await this.endSandbox();
  }

  /** What is in it ends with it; a new process gets a new one. */
  async endSandbox(): Promise<void> {
    const used = this.#sandbox(this.#command());
    await used?.sandbox.stop?.(used.use);
  }

  #command(argv?: AgentArgv): AgentCommand {
    return agentCommand(this.runtime, this.framework, this.#place, argv);
  }

  #sandbox({ cwd, env }: AgentCommand): UsedSandbox | null {
    return sandboxFor(this.runtime, this.#place, { purpose: 'agent', cwd, env, tty: false });
  }
}
