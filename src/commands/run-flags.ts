import { resolve } from 'node:path';
import { type Command, InvalidArgumentError, Option } from 'commander';
import { parseDuration } from '../core/graph/duration.ts';
import type { ForgeName, Sandbox, Settings, TearDownMode } from '../core/graph/graph.ts';

/** What the command line says of a run. */
export interface RunFlags {
  readonly targetRepo: string;
  readonly graphDir?: string;
  readonly maxConcurrency?: number;
  readonly maxTaskAttempts?: number;
  readonly teardownMode?: TearDownMode;
  readonly keepPanes?: boolean;
  readonly tmuxSession?: string;
  readonly tmuxSocket?: string;
  readonly model?: string;
  readonly environment?: string;
  readonly sandbox?: Sandbox;
  readonly credentials?: string;
  readonly failFastWorkstream?: boolean;
  readonly failFastInternal: boolean;
  readonly forge?: ForgeName;
  readonly config?: string;
  readonly newRun?: boolean;
  readonly dryRun?: boolean;
  readonly detach?: boolean;
  readonly json?: boolean;
  readonly wait?: number;
}

export function withRunOptions(command: Command): Command {
  return withConfig(withTarget(command))
    .option('-c, --max-concurrency <n>', 'live agents at once', count)
    .option('-a, --max-task-attempts <n>', 'attempts for each task', count)
    .addOption(
      new Option('-T, --teardown-mode <mode>', 'when an attempt is cleared away').choices([
        'always',
        'never',
        'on_success',
      ]),
    )
    .option('-k, --keep-panes', 'keep the dead panes of finished agents')
    .option('-s, --tmux-session <name>', 'session for the agents, made if missing', tmuxName)
    .option('-L, --tmux-socket <name>', 'private tmux server for the agents', tmuxName)
    .option('-m, --model <name>', 'model for agents that have none')
    .option('--environment <type>', 'where all agents live, whatever the graph says: tmux, process, slurm, ssh')
    .addOption(
      new Option(
        '-S, --sandbox <name>',
        'what keeps all agents apart from the machine, whatever the graph says',
      ).choices(['none', 'bwrap', 'oci']),
    )
    .option('-C, --credentials <file>', 'what agents get of tokens and accounts; nobody else may be able to read it')
    .option('-W, --fail-fast-workstream', 'start nothing more once a task has failed for good')
    .option('-I, --no-fail-fast-internal', 'go on after an internal error')
    .addOption(new Option('--forge <name>', 'where task branches are merged').choices(['gh', 'local']))
    .option('--new-run', 'start over; the last run keeps its records, and its branches as refs')
    .option('-d, --dry-run', 'show what would run, and run nothing')
    .option('--detach', 'in the background, in a tmux window of its own: the run outlives this terminal')
    .option('--wait <duration>', 'how long to wait for a person when nothing else can move', duration)
    .option('--json', 'the events themselves, one JSON object a line');
}

export function withTarget(command: Command): Command {
  return command
    .option('-t, --target-repo <path>', 'the repository to work in', '.')
    .option('-g, --graph-dir <dir>', 'folder of graphs; a graph may then be given by name');
}

export function withConfig(command: Command): Command {
  return command.option('--config <file>', 'config module, instead of agentrelay.config.{ts,mjs,js} of the repository');
}

/** Only what was given: the rest is the graph file's to say. */
export function settingsOf(flags: Partial<RunFlags>): Partial<Settings> {
  const given: { [K in keyof Settings]?: Settings[K] | undefined } = {
    maxConcurrency: flags.maxConcurrency,
    maxTaskAttempts: flags.maxTaskAttempts,
    teardownMode: flags.teardownMode,
    keepPanes: flags.keepPanes,
    tmuxSession: flags.tmuxSession,
    model: flags.model,
    environment: flags.environment,
    sandbox: flags.sandbox,
    credentials: flags.credentials === undefined ? undefined : resolve(flags.credentials),
    forge: flags.forge,
    failFastOnWorkstreamError: flags.failFastWorkstream,
    failFastOnInternalError: flags.failFastInternal === false ? false : undefined,
  };
  return Object.fromEntries(Object.entries(given).filter(([, value]) => value !== undefined));
}

/** The flags that say what these settings are. */
export function flagsOf(settings: Settings): string[] {
  const { model, forge, teardownMode, tmuxSession, environment, sandbox, credentials } = settings;
  return [
    ...['--max-concurrency', String(settings.maxConcurrency), '--max-task-attempts', String(settings.maxTaskAttempts)],
    ...['--teardown-mode', teardownMode, '--tmux-session', tmuxSession],
    ...(settings.keepPanes ? ['--keep-panes'] : []),
    ...(model === null ? [] : ['--model', model]),
    ...(environment === null ? [] : ['--environment', environment]),
    ...(sandbox === null ? [] : ['--sandbox', sandbox]),
    ...(credentials === null ? [] : ['--credentials', credentials]),
    ...(forge === null ? [] : ['--forge', forge]),
    ...(settings.failFastOnWorkstreamError ? ['--fail-fast-workstream'] : []),
    ...(settings.failFastOnInternalError ? [] : ['--no-fail-fast-internal']),
  ];
}

export function count(text: string): number {
  const value = Number(text);
  if (!/^\d+$/.test(text) || value < 1) throw new InvalidArgumentError('It is a whole number from 1.');
  return value;
}

/** A server's name is a file name, a session's is part of tmux's targets. */
export function tmuxName(text: string): string {
  if (!/^[A-Za-z0-9_][A-Za-z0-9_-]{0,63}$/.test(text)) {
    throw new InvalidArgumentError('It is 1 to 64 of A-Z a-z 0-9 _ -, starting with a letter, a digit or _.');
  }
  return text;
}

function duration(text: string): number {
  const value = parseDuration(text);
  if (value === null) throw new InvalidArgumentError('It is a number of seconds, or such as 90s, 30m, 2h.');
  return value;
}
