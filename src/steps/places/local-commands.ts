import type { TaskRuntime } from '../../core/task-runtime.ts';
import { type SandboxPlace, sandboxFor } from '../isolation/sandboxes.ts';
import { type CommandEnd, execToFile } from '../tools/exec.ts';
import type { CommandRunner, PlacedCommand } from './command-runner.ts';

/** Runs the commands of the graph file on this machine, in the task's sandbox. */
export class LocalCommands implements CommandRunner {
  readonly #place: SandboxPlace;

  constructor(place: SandboxPlace) {
    this.#place = place;
  }

  async run(runtime: TaskRuntime, command: PlacedCommand): Promise<CommandEnd> {
    const { purpose, argv, cwd, env, ...rest } = command;
    const used = sandboxFor(runtime, this.#place, { purpose, cwd, env, tty: false });
    if (used === null) return await execToFile(argv, { cwd, env, ...rest });
    const { sandbox, use } = used;
    await sandbox.requireReady?.(use);
    const inside = sandbox.enter?.(argv, use) ?? argv;
    const around = sandbox.around?.(inside, use) ?? inside;
    try {
      return await execToFile(around, { cwd, env: { ...env, ...sandbox.env?.(use) }, ...rest });
    } finally {
      // The client may have gone before what it has started.
      await sandbox.stop?.(use);
    }
  }
}
