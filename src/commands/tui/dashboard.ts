import { homedir } from 'node:os';
import { join } from 'node:path';
import type { Settings } from '../../core/graph/graph.ts';
import type { UserConfig } from '../../core/user-config/user-config.ts';
import { RunStore } from '../../steps/run-store.ts';
import { loadUserConfig } from '../../steps/user-config.ts';
import { CONFIG_NAMES, keyOverrides } from '../../ui/config-names.ts';
import { Dashboard } from '../../ui/dashboard.ts';
import { ASCII, UNICODE } from '../../ui/glyphs.ts';
import { createKeymap } from '../../ui/keymap/keymap.ts';
import type { Leave } from '../../ui/ports.ts';
import { takeTerminal } from '../../ui/terminal.ts';
import { themeFor } from '../../ui/theme.ts';
import type { AskOptions } from '../ask.ts';
import type { Io } from '../io.ts';
import { type PreparedRun, prepareRun, type RunOptions } from '../prepare-run.ts';
import { recordedGraph } from '../recorded-graph.ts';
import { findRun } from '../recorded-run.ts';
import { createActs } from './acts.ts';
import { farewell } from './farewell.ts';
import { LateDetails } from './late-details.ts';
import { createNotifier } from './notifier.ts';
import { knowsLinks, wantsAscii } from './screen-kind.ts';
import { RunSession } from './session.ts';
import { createStage } from './stage.ts';
import { untilLeft } from './until-left.ts';

export interface DashboardFlags {
  readonly readOnly: boolean;
  readonly theme: 'auto' | 'dark' | 'light' | null;
  readonly ascii: boolean;
  readonly screenReader: boolean;
}

export interface DashboardOptions extends DashboardFlags {
  /** `graphFile` null: the graph as it was last run here. */
  readonly run: Omit<RunOptions, 'graphFile'> & { readonly graphFile: string | null };
  /** What starts this run without a screen, from the folder that we are in: program and arguments; null where it cannot be. */
  readonly background: readonly string[] | null;
}

/** Shows a run in this terminal until the person leaves it: starts it, goes on with it, or joins who runs it. */
export async function dashboard(options: DashboardOptions, io: Io): Promise<number> {
  const terminal = takeTerminal(process.stdin, process.stdout);
  try {
    // Slow, and not needed before the run is known to be one.
    const screen = import('../../ui/mount.tsx');
    screen.catch(() => {});
    const [config, prepared] = await Promise.all([userConfig(), prepare(options)]);
    try {
      const left = await show({ options, config, prepared, screen: await screen });
      terminal.release();
      return await farewell(left, { ...options, graph: prepared.owner.graph }, io);
    } finally {
      prepared.close();
    }
  } finally {
    terminal.release();
  }
}

function userConfig(): Promise<UserConfig> {
  return loadUserConfig({ env: process.env, home: homedir(), names: CONFIG_NAMES });
}

async function prepare({ run }: DashboardOptions): Promise<PreparedRun> {
  if (run.graphFile !== null) return await prepareRun({ ...run, graphFile: run.graphFile });
  const { store, run: number } = await findRun({ graph: null, targetRepo: run.targetRepo, run: null });
  const { settings } = await recordedGraph(store, number, { root: store.root, configModule: run.configModule });
  const graphFile = join(store.runDirectory(number), 'graph.yaml');
  return await prepareRun({
    ...run,
    graphFile,
    settings: { ...settings, ...run.settings } satisfies Partial<Settings>,
  });
}

interface Showing {
  readonly options: DashboardOptions;
  readonly config: UserConfig;
  readonly prepared: PreparedRun;
  readonly screen: typeof import('../../ui/mount.tsx');
}

async function show({ options, config, prepared, screen }: Showing) {
  const { repository, graph, settings } = prepared.owner;
  const store = new RunStore(repository.root, graph.name);
  const owner = options.readOnly ? null : prepared.owner;
  const session = new RunSession({ store, owner, slots: settings.maxConcurrency });
  const details = new LateDetails();
  const leaving = Promise.withResolvers<Leave>();
  const stage = createStage();
  const notifier = createNotifier({
    config: config.notify,
    graphCommand: settings.notify,
    write: (bytes) => void process.stdout.write(bytes),
    onError: () => {},
  });
  const acts = createActs({
    session,
    store,
    graph: graph.name,
    stage: () => stage,
    notifier,
    owner,
    asking: askingOf(options, graph.name),
    leave: leaving.resolve,
  });
  const model = new Dashboard({
    ports: { feed: session, details, acts: { ...acts, play: () => {} } },
    ...looks(options, config),
    columns: process.stdout.columns,
    rows: process.stdout.rows,
    readOnly: options.readOnly,
    clock: Date.now,
  });
  const mounted = screen.mount({
    dashboard: model,
    theme: themeFor({
      choice: options.theme ?? config.dashboard.theme,
      env: process.env,
      overrides: config.dashboard.colours,
    }),
    links: knowsLinks(process.env),
    spoken: options.screenReader || config.dashboard.screenReader,
    stdin: process.stdin,
    stdout: process.stdout,
  });
  stage.enter(mounted);
  try {
    return await untilLeft({ session, mounted, leaving: leaving.promise, stage }, async () => {
      await session.open();
      details.begin({
        session,
        store,
        graph: graph.name,
        repositoryRoot: repository.root,
        tmuxSocket: options.run.tmuxSocket,
      });
    });
  } finally {
    model.close();
    await mounted.unmount();
    await details.close();
    await session.close();
  }
}

function looks(options: DashboardOptions, { dashboard: own }: UserConfig) {
  const ascii = options.ascii || own.glyphs === 'ascii' || wantsAscii(process.env);
  return {
    keymap: createKeymap(keyOverrides(own.keys)),
    glyphs: ascii ? ASCII : UNICODE,
    panelShare: own.panel,
    sort: own.sort,
  };
}

function askingOf({ run }: DashboardOptions, graph: string): AskOptions {
  const { targetRepo, tmuxSocket, configModule, agentScript } = run;
  const agentCommands = { node: process.execPath, agentScript };
  return { graph, targetRepo, run: null, tmuxSocket, configModule, json: false, agentCommands };
}
