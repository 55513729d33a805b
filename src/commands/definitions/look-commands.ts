import { type Command, InvalidArgumentError } from 'commander';
import { UserError } from '../../core/errors.ts';
import { count } from '../run-flags.ts';
import { type Action, type Define, type RunPlaceFlags, withRunPlace } from './definition.ts';
import { lookOf, noScreen, type ScreenFlags, withScreen } from './screen-flags.ts';

/** What looks at a run from another terminal. */
export const LOOK_COMMANDS: readonly Define[] = [
  defineStatus,
  defineEvents,
  defineLogs,
  defineWhy,
  defineAttempts,
  defineReplay,
];

function lookCommand(program: Command, name: string, description: string): Command {
  return withRunPlace(program.command(`${name} [graph]`).description(description));
}

function defineStatus(program: Command, action: Action): void {
  lookCommand(program, 'status', 'where the last run stands').action(
    (graph: string | undefined, flags: RunPlaceFlags) =>
      action(async ({ io }) => {
        const { status } = await import('../status.ts');
        return status({ ...flags, graph: graph ?? null, run: flags.run ?? null, json: flags.json ?? false }, io);
      }),
  );
}

function defineEvents(program: Command, action: Action): void {
  lookCommand(program, 'events', 'what has happened in the last run')
    .option('-f, --follow', 'go on until the run is over')
    .action((graph: string | undefined, flags: RunPlaceFlags & { follow?: boolean }) =>
      action(async ({ io }) => {
        const { events } = await import('../events.ts');
        const { follow = false, json = false, run = null } = flags;
        return events({ ...flags, graph: graph ?? null, run, json, follow }, io);
      }),
    );
}

type TaskFlags = RunPlaceFlags & { readonly graph?: string };

/** About one task; the graph is an option, for it is needed only where several were run. */
function taskCommand(program: Command, name: string, description: string): Command {
  const command = program.command(`${name} <task>`).description(description);
  return withRunPlace(command.option('-G, --graph <name>', 'the graph, where several were run'));
}

/** What every command about a task needs. */
function taskOptions(task: string, { targetRepo, graph, run, json }: TaskFlags) {
  return { task, targetRepo, graph: graph ?? null, run: run ?? null, json: json ?? false };
}

function defineWhy(program: Command, action: Action): void {
  taskCommand(program, 'why', 'why a task is where it is, to the root of it').action((task: string, flags: TaskFlags) =>
    action(async ({ io }) => {
      const { why } = await import('../why.ts');
      return why(taskOptions(task, flags), io);
    }),
  );
}

function defineAttempts(program: Command, action: Action): void {
  taskCommand(program, 'attempts', 'the attempts of a task beside each other, and how their work differs')
    .option('--full', 'differences are not cut short')
    .action((task: string, flags: TaskFlags & { full?: boolean }) =>
      action(async ({ io }) => {
        const { attempts } = await import('../attempts.ts');
        return attempts({ ...taskOptions(task, flags), full: flags.full ?? false }, io);
      }),
    );
}

type LogsFlags = TaskFlags & {
  readonly follow?: boolean;
  readonly attempt?: number;
  readonly lines?: number;
  readonly raw?: boolean;
};

function defineLogs(program: Command, action: Action): void {
  program
    .command('logs <task>')
    .description("what a task's agent has written to its terminal")
    .option('-f, --follow', 'go on until the attempt has ended')
    .option('-a, --attempt <k>', 'an earlier attempt', count)
    .option('-n, --lines <n>', 'lines from the end (200 unless told)', count)
    .option('--raw', 'all bytes as the agent wrote them')
    .option('-G, --graph <name>', 'the graph, where several were run')
    .option('-t, --target-repo <path>', 'the repository', '.')
    .option('-r, --run <n>', 'an earlier run', count)
    .action((task: string, flags: LogsFlags) =>
      action(async ({ io }) => {
        const { logs } = await import('../logs.ts');
        const { attempt = null, lines = null, follow = false } = flags;
        const raw = flags.raw ? (bytes: Uint8Array) => void process.stdout.write(bytes) : null;
        return logs({ ...taskOptions(task, flags), attempt, lines, follow, raw }, io);
      }),
    );
}

interface ReplayFlags extends ScreenFlags {
  readonly targetRepo: string;
  readonly graph?: string;
  readonly speed?: number;
}

function defineReplay(program: Command, action: Action): void {
  const command = program
    .command('replay [run]')
    .description(
      'plays a run again on the dashboard: by its number, or the path of its folder or journal; pauses are cut to 2 s',
    )
    .option('--speed <n>', 'times as fast as it was (1 unless told)', speed)
    .option('-G, --graph <name>', 'the graph, where several were run')
    .option('-t, --target-repo <path>', 'the repository', '.');
  withScreen(command).action((run: string | undefined, flags: ReplayFlags) =>
    action(async ({ io }) => {
      const reason = await noScreen();
      if (reason !== null) {
        throw new UserError(`${reason}, so there is no screen to play it on`, {
          hint: 'agentrelay events prints what has happened',
        });
      }
      const { replay } = await import('../tui/replay/replay.ts');
      const { targetRepo, graph = null, speed = 1 } = flags;
      return replay({ run: run ?? null, graph, targetRepo, speed, ...lookOf(flags) }, io);
    }),
  );
}

const SLOWEST = 0.25;
const FASTEST = 1024;

function speed(text: string): number {
  const value = Number(text.replace(/x$/, ''));
  if (value >= SLOWEST && value <= FASTEST) return value;
  throw new InvalidArgumentError(`It is a number from ${SLOWEST} to ${FASTEST}.`);
}
