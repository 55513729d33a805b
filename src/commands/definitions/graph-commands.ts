import type { Command } from 'commander';
import { UserError } from '../../core/errors.ts';
import type { Sandbox } from '../../core/graph/graph.ts';
import type { Io } from '../io.ts';
import type { RunOptions } from '../prepare-run.ts';
import { type RunFlags, settingsOf, withConfig, withRunOptions, withTarget } from '../run-flags.ts';
import type { GraphCommandOptions } from '../validate.ts';
import type { Action, CommandContext, Define } from './definition.ts';
import { lookOf, noScreen, type ScreenFlags, withScreen } from './screen-flags.ts';

/** What works on a graph file, and the demo. */
export const GRAPH_COMMANDS: readonly Define[] = [
  defineRun,
  defineTui,
  defineDemo,
  defineInit,
  defineValidate,
  defineDryRun,
  defineList,
];

function defineRun(program: Command, action: Action): void {
  withRunOptions(program.command('run <graph>').description('run a graph; a line an event, a table at the end')).action(
    (graph: string, flags: RunFlags) => action((context) => run(graph, flags, context)),
  );
}

interface TuiFlags extends RunFlags, ScreenFlags {
  readonly tui: boolean;
  readonly readOnly?: boolean;
}

function defineTui(program: Command, action: Action): void {
  const command = program
    .command('tui [graph]')
    .description('the dashboard: starts the run, goes on with it, or joins who runs it; without a graph the last one');
  withRunOptions(command)
    .option('--no-tui', 'without the dashboard, as run')
    .option('--read-only', 'look only: nothing is started, nothing is changed');
  withScreen(command).action((graph: string | undefined, flags: TuiFlags) =>
    action((context) => tui(graph ?? null, flags, context)),
  );
}

async function tui(graph: string | null, flags: TuiFlags, context: CommandContext): Promise<number> {
  const { io } = context;
  const reason = await noScreen();
  const isWanted = flags.tui && !flags.json && !flags.dryRun && !flags.detach;
  if (isWanted && reason === null) return await showDashboard(graph, flags, context);
  if (isWanted) io.err(`agentrelay: ${reason}, so there is no dashboard: a line an event instead`);
  if (graph !== null) return await run(graph, flags, context);
  throw new UserError('without the dashboard a graph is needed', { hint: 'agentrelay run GRAPH' });
}

async function showDashboard(
  graph: string | null,
  flags: TuiFlags,
  { io, agentScript }: CommandContext,
): Promise<number> {
  const [{ resolveGraph }, { dashboard }] = await Promise.all([import('../list.ts'), import('../tui/dashboard.ts')]);
  const graphFile = graph === null ? null : await resolveGraph(graph, flags.graphDir ?? null);
  const run = { ...runOptions(flags, agentScript), graphFile };
  const words = withoutScreenFlags(process.argv.slice(3));
  return await dashboard(
    { run, ...lookOf(flags), readOnly: flags.readOnly ?? false, program: sameProgram(), words },
    io,
  );
}

async function run(graph: string, flags: RunFlags, { io, agentScript }: CommandContext): Promise<number> {
  const { resolveGraph } = await import('../list.ts');
  const graphFile = await resolveGraph(graph, flags.graphDir ?? null);
  if (flags.dryRun) {
    const { dryRun } = await import('../dry-run.ts');
    return dryRun(graphFile, await graphOptions(flags), io);
  }
  if (flags.detach) return runInBackground(graphFile, flags, io);
  const { runHeadless } = await import('../run.ts');
  return runHeadless({ ...runOptions(flags, agentScript), graphFile }, io);
}

function runOptions(flags: RunFlags, agentScript: string): Omit<RunOptions, 'graphFile'> {
  return {
    targetRepo: flags.targetRepo,
    settings: settingsOf(flags),
    tmuxSocket: flags.tmuxSocket ?? null,
    configModule: flags.config ?? null,
    newRun: flags.newRun ?? false,
    json: flags.json ?? false,
    agentScript,
    wait: flags.wait ?? null,
  };
}

async function runInBackground(graphFile: string, flags: RunFlags, io: Io): Promise<number> {
  const { runDetached } = await import('../detach.ts');
  return runDetached(
    {
      graphFile,
      targetRepo: flags.targetRepo,
      settings: settingsOf(flags),
      tmuxSocket: flags.tmuxSocket ?? null,
      configModule: flags.config ?? null,
      json: flags.json ?? false,
      argv: [...sameProgram(), ...process.argv.slice(2).filter((word) => word !== '--detach')],
    },
    io,
  );
}

/** Runs in the folder that we are in, so that every path means the same. */
function sameProgram(): string[] {
  const [node, program = ''] = process.argv;
  return [node ?? process.execPath, ...process.execArgv, program];
}

/** Flags of the dashboard alone, with how many words each has. */
const SCREEN_FLAGS: ReadonlyMap<string, number> = new Map([
  ['--read-only', 1],
  ['--theme', 2],
  ['--ascii', 1],
  ['--screen-reader', 1],
  ['--new-run', 1],
]);

/** What the dashboard was told of the run; a run that has begun is gone on with. */
function withoutScreenFlags(words: readonly string[]): string[] {
  const kept: string[] = [];
  for (let at = 0; at < words.length; ) {
    const word = words[at] ?? '';
    const taken = SCREEN_FLAGS.get(word) ?? (word.startsWith('--theme=') ? 1 : 0);
    if (taken === 0) kept.push(word);
    at += Math.max(1, taken);
  }
  return kept;
}

function defineDemo(program: Command, action: Action): void {
  program
    .command('demo')
    .description('a real run in a throw-away repository; no account, no network')
    .option('--tui', 'on the dashboard, at a pace to watch and act: answer an agent, retry a task')
    .option('--keep-tmux', 'leave the private tmux server running, to look at its panes')
    .action((flags: { keepTmux?: boolean; tui?: boolean }) =>
      action(async ({ io, agentScript }) => {
        const { demo } = await import('../demo/demo.ts');
        const reason = flags.tui ? await noScreen() : null;
        if (reason !== null) io.err(`agentrelay: ${reason}, so there is no dashboard: the demo runs without it`);
        // The program that we were started as, for the commands that the demo names.
        const program = process.argv[1] ?? 'agentrelay';
        const onScreen = flags.tui === true && reason === null;
        return demo({ agentScript, program, keepTmux: flags.keepTmux ?? false, onScreen }, io);
      }),
    );
}

function defineInit(program: Command, action: Action): void {
  const command = program
    .command('init [file]')
    .description('write a graph to begin with, made for the repository and what is installed; graph.yaml, or FILE')
    .option('-t, --target-repo <path>', 'the repository, or a folder of it; FILE is in there', '.');
  withConfig(command)
    .option('--json', 'as JSON')
    .action((file: string | undefined, flags: GraphFlags) =>
      action(async ({ io }) => {
        const { init } = await import('../init.ts');
        const { targetRepo, config: configModule = null, json = false } = flags;
        return init({ file: file ?? null, targetRepo, configModule, json }, io);
      }),
    );
}

function defineValidate(program: Command, action: Action): void {
  graphCommand(program, 'validate', 'check a graph file: every problem at once, with its place').action(
    (graph: string, flags: GraphFlags) =>
      action(async ({ io }) => {
        const [{ resolveGraph }, { validate }] = await Promise.all([import('../list.ts'), import('../validate.ts')]);
        return validate(await resolveGraph(graph, flags.graphDir ?? null), await graphOptions(flags), io);
      }),
  );
}

function defineDryRun(program: Command, action: Action): void {
  graphCommand(program, 'dry-run', 'lanes, order, critical path, and what each task waits for').action(
    (graph: string, flags: GraphFlags) =>
      action(async ({ io }) => {
        const [{ resolveGraph }, { dryRun }] = await Promise.all([import('../list.ts'), import('../dry-run.ts')]);
        return dryRun(await resolveGraph(graph, flags.graphDir ?? null), await graphOptions(flags), io);
      }),
  );
}

interface GraphFlags {
  readonly targetRepo: string;
  readonly graphDir?: string;
  readonly config?: string;
  readonly model?: string;
  readonly environment?: string;
  readonly sandbox?: Sandbox;
  readonly json?: boolean;
}

function graphCommand(program: Command, name: string, description: string): Command {
  return withConfig(withTarget(program.command(`${name} <graph>`).description(description))).option(
    '--json',
    'as JSON',
  );
}

/** With the names that the config module adds, which a run would know too. */
async function graphOptions(flags: GraphFlags): Promise<GraphCommandOptions> {
  const [{ findRoot }, { loadOwnSettings }, { readOptionsOf }] = await Promise.all([
    import('../../steps/extensions.ts'),
    import('../own-settings.ts'),
    import('../read-options.ts'),
  ]);
  const { extensions } = await loadOwnSettings(findRoot(flags.targetRepo), flags.config ?? null);
  return { ...readOptionsOf(extensions, settingsOf(flags)), json: flags.json ?? false };
}

function defineList(program: Command, action: Action): void {
  const command = program
    .command('list')
    .description('the graphs of a folder')
    .option('-t, --target-repo <path>', 'the repository to work in', '.')
    .option('-g, --graph-dir <dir>', 'folder of graphs', '.');
  withConfig(command)
    .option('--json', 'as JSON')
    .action((flags: GraphFlags & { graphDir: string }) =>
      action(async ({ io }) => {
        const { list } = await import('../list.ts');
        return list(flags.graphDir, await graphOptions(flags), io);
      }),
    );
}
