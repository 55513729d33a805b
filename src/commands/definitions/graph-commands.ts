import type { Command } from 'commander';
import type { Io } from '../io.ts';
import { type RunFlags, settingsOf, withConfig, withRunOptions, withTarget } from '../run-flags.ts';
import type { GraphCommandOptions } from '../validate.ts';
import type { Action, CommandContext, Define } from './definition.ts';

/** What works on a graph file, and the demo. */
export const GRAPH_COMMANDS: readonly Define[] = [defineRun, defineDemo, defineValidate, defineDryRun, defineList];

function defineRun(program: Command, action: Action): void {
  withRunOptions(program.command('run <graph>').description('run a graph; a line an event, a table at the end')).action(
    (graph: string, flags: RunFlags) => action((context) => run(graph, flags, context)),
  );
  withRunOptions(program.command('tui <graph>').description('the dashboard; --no-tui is the same run without it'))
    .option('--no-tui', 'without the dashboard')
    .action((graph: string, flags: RunFlags & { tui: boolean }) =>
      action(async (context) => {
        if (flags.tui) context.io.err('agentrelay: the dashboard comes with a later version; running without it');
        return run(graph, flags, context);
      }),
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
  return runHeadless(
    {
      graphFile,
      targetRepo: flags.targetRepo,
      settings: settingsOf(flags),
      tmuxSocket: flags.tmuxSocket ?? null,
      configModule: flags.config ?? null,
      newRun: flags.newRun ?? false,
      json: flags.json ?? false,
      agentScript,
      wait: flags.wait ?? null,
    },
    io,
  );
}

async function runInBackground(graphFile: string, flags: RunFlags, io: Io): Promise<number> {
  const { runDetached } = await import('../detach.ts');
  const [node, program = '', ...words] = process.argv;
  return runDetached(
    {
      graphFile,
      targetRepo: flags.targetRepo,
      settings: settingsOf(flags),
      tmuxSocket: flags.tmuxSocket ?? null,
      configModule: flags.config ?? null,
      json: flags.json ?? false,
      // In the same folder, so that every path of it means the same.
      argv: [node ?? process.execPath, ...process.execArgv, program, ...words.filter((word) => word !== '--detach')],
    },
    io,
  );
}

function defineDemo(program: Command, action: Action): void {
  program
    .command('demo')
    .description('a real run in a throw-away repository; no account, no network')
    .option('--keep-tmux', 'leave the private tmux server running, to look at its panes')
    .action((flags: { keepTmux?: boolean }) =>
      action(async ({ io, agentScript }) => {
        const { demo } = await import('../demo/demo.ts');
        // The program that we were started as, for the commands that the demo names.
        const program = process.argv[1] ?? 'agentrelay';
        return demo({ agentScript, program, keepTmux: flags.keepTmux ?? false }, io);
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
  readonly json?: boolean;
}

function graphCommand(program: Command, name: string, description: string): Command {
  return withConfig(withTarget(program.command(`${name} <graph>`).description(description))).option(
    '--json',
    'as JSON',
  );
}

/** With the names that the config module adds, which a run would know too. */
async function graphOptions({ targetRepo, config, model, json }: GraphFlags): Promise<GraphCommandOptions> {
  const { findRoot, loadExtensions, namesOf } = await import('../../steps/extensions.ts');
  const names = namesOf(await loadExtensions(findRoot(targetRepo), config ?? null));
  return { ...names, model: model ?? null, json: json ?? false };
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
