import type { TaskRuntime } from '../../core/task-runtime.ts';
import { type SandboxPlace, sandboxFor } from '../isolation/sandboxes.ts';
import { type CommandEnd, execToFile } from '../tools/exec.ts';
import type { CommandRunner, PlacedCommand } from './command-runner.ts';

/** Runs the commands of the graph file on this machine, in the task's sandbox. */
export class LocalCommands implements CommandRunner {
  readonly #place: SandboxPlace;
  /** What they do not take over from our own environment. */
  readonly #without: Readonly<Record<string, undefined>>;

  /** `withheld` are names of variables. */
  constructor(place: SandboxPlace, withheld: readonly string[]) {
    this.#place = place;
    this.#without = Object.fromEntries(withheld.map((name) => [name, undefined]));
  }

  async run(runtime: TaskRuntime, command: PlacedCommand): Promise<CommandEnd> {
    const { purpose, argv, cwd, env, ...rest } = command;
    const used = sandboxFor(runtime, this.#place, { purpose, cwd, env, tty: false });
    if (used === null) return await execToFile(argv, { cwd, env: { ...this.#without, ...env }, ...rest });
    const { sandbox, use } = used;
    await sandbox.requireReady?.(use);
    const inside = sandbox.enter?.(argv, use) ?? argv;
    const around = sandbox.around?.(inside, use) ?? inside;
    try {
      const end = await execToFile(around, { cwd, env: { ...this.#without, ...env, ...sandbox.env?.(use) }, ...rest });
      // Nobody asks what became of one that we have ended ourselves.
      if (end.timedOut || command.signal.aborted) return end;
      return (await sandbox.ended?.(use, end)) ?? end;
    } finally {
      // The client may have gone before what it has started.
      await sandbox.stop?.(use);
    }
  }

  async end(runtime: TaskRuntime): Promise<void> {
    const what = { purpose: 'gate', cwd: runtime.require('signalDir'), env: {}, tty: false } as const;
    const used = sandboxFor(runtime, this.#place, what);
    await used?.sandbox.endAll?.(used.use);
  }
}
