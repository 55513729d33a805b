import { statSync } from 'node:fs';
import { resolve } from 'node:path';
import { watch } from 'chokidar';
import { DEFAULT_SETTINGS, type Graph, type Settings } from '../core/graph/graph.ts';
import { createTmuxEnvironment } from '../steps/environments/tmux.ts';
import {
  closeWindow,
  findOwnerWindows,
  type OwnerWindow,
  openOwnerWindow,
  ownerEnd,
  ownerOutput,
  windowName,
} from '../steps/owner-window.ts';
import { findRepository, preflight, type Repository } from '../steps/preflight.ts';
import { RunStore } from '../steps/run-store.ts';
import { makeFolder } from '../steps/tools/atomic-file.ts';
import { Git } from '../steps/tools/git.ts';
import { loadGraph } from '../steps/tools/graph-file.ts';
import { lockHolder } from '../steps/tools/lock-file.ts';
import { sessionMembers } from '../steps/tools/process-session.ts';
import { TmuxControl } from '../steps/tools/tmux-control.ts';
import { serverArguments } from '../steps/tools/tmux-session.ts';
import { requireTool, TMUX } from '../steps/tools/versions.ts';
import { chooseForge } from './choose-forge.ts';
import type { Io } from './io.ts';
import { loadOwnSettings } from './own-settings.ts';
import { readOptionsOf } from './read-options.ts';
import { runTaken } from './run-taken.ts';
import { commandText } from './shell-text.ts';

export interface DetachOptions {
  readonly graphFile: string;
  readonly targetRepo: string;
  readonly settings: Partial<Settings>;
  readonly tmuxSocket: string | null;
  readonly configModule: string | null;
  readonly json: boolean;
  /** What starts this run in the foreground: program and arguments. */
  readonly argv: readonly string[];
}

/** Milliseconds that an owner gets to begin. */
const LIMIT = 30_000;
/** Milliseconds; behind the watcher, for file systems that give no events. */
const POLL = 1_000;
const FAILURES = 1;
const DEFECT = 3;

/**
 * Starts the owner of a run in a tmux window of its own, and returns when it owns the run, or has ended. Throws
 * `UserError` for what `run` would refuse before it makes anything. Resolves to the exit code.
 */
export async function runDetached(options: DetachOptions, io: Io): Promise<number> {
  const { repository, graph, session } = await requireStartable(options);
  const store = new RunStore(repository.root, graph.name);
  makeFolder(store.directory);
  const before = progress(store);
  const control = await TmuxControl.connect({ socket: options.tmuxSocket, session });
  try {
    const earlier = await findOwnerWindows(serverArguments(options.tmuxSocket), store.directory);
    const owner = { graph: graph.name, folder: store.directory, cwd: process.cwd(), argv: options.argv };
    const window = await openOwnerWindow(control, owner);
    const outcome = await untilOwned({ control, window, store, before });
    if (outcome.kind === 'ended') return await reportEnd(control, window, outcome.code, io);
    for (const old of earlier) if (old.dead) await closeWindow(control, old.window);
    if (outcome.kind === 'slow') return reportSlow(graph, options, io);
    reportStart({ ...outcome, graph: graph.name, session, window }, options, io);
    return 0;
  } finally {
    await createTmuxEnvironment({ control }).disconnect();
  }
}

/** All that needs no owner to be refused. */
async function requireStartable(
  options: DetachOptions,
): Promise<{ repository: Repository; graph: Graph; session: string }> {
  const repository = await findRepository(options.targetRepo);
  const { extensions } = await loadOwnSettings(repository.root, options.configModule);
  const { graph } = await loadGraph(options.graphFile, readOptionsOf(extensions, options.settings));
  const settings = { ...DEFAULT_SETTINGS, ...graph.settings, ...options.settings };
  await requireTool(TMUX);
  const git = new Git(repository.root);
  try {
    const forge = await chooseForge(git, settings.forge);
    await preflight({ graph, settings, forge, git, repository, extensions });
  } finally {
    git.close();
  }
  const { lockFile } = new RunStore(repository.root, graph.name);
  const by = lockHolder(lockFile);
  if (by !== null) throw runTaken(graph.name, { lockFile, by });
  return { repository, graph, session: settings.tmuxSession };
}

interface Progress {
  /** 0 before the first one. */
  readonly run: number;
  /** Bytes of its journal. */
  readonly size: number;
}

function progress(store: RunStore): Progress {
  const run = store.runs().at(-1) ?? 0;
  const size = statSync(store.journalFile(run), { throwIfNoEntry: false })?.size ?? 0;
  return { run, size };
}

interface Awaited {
  readonly control: TmuxControl;
  readonly window: OwnerWindow;
  readonly store: RunStore;
  readonly before: Progress;
}

type Outcome =
  | { readonly kind: 'owns'; readonly run: number; readonly pid: number }
  | { readonly kind: 'ended'; readonly code: number | null }
  | { readonly kind: 'slow' };

/** Waits until the owner has written to the journal, or has ended. */
async function untilOwned(awaited: Awaited): Promise<Outcome> {
  const { control, store } = awaited;
  const result = Promise.withResolvers<Outcome>();
  let looking: Promise<void> = Promise.resolve();
  const look = () => {
    looking = looking.then(async () => {
      const outcome = await outcomeNow(awaited);
      if (outcome !== null) result.resolve(outcome);
    });
    looking.catch(result.reject);
  };
  // Deep enough for the journal of a run, and not for the signals of its tasks.
  const watcher = watch(store.directory, { depth: 2, ignoreInitial: true }).on('all', look).on('ready', look);
  const forget = control.onPaneChange(look);
  const poll = setInterval(look, POLL);
  const limit = setTimeout(() => result.resolve({ kind: 'slow' }), LIMIT);
  try {
    return await result.promise;
  } finally {
    clearInterval(poll);
    clearTimeout(limit);
    forget();
    await watcher.close();
  }
}

async function outcomeNow({ control, window, store, before }: Awaited): Promise<Outcome | null> {
  const holder = lockHolder(store.lockFile);
  if (holder !== null && (await sessionMembers(window.pid)).includes(holder.pid)) {
    const { run, size } = progress(store);
    if (size > 0 && (run !== before.run || size !== before.size)) return { kind: 'owns', run, pid: holder.pid };
  }
  const end = await ownerEnd(control, window);
  return end === null ? null : { kind: 'ended', code: end.code };
}

/** Its output is told here, so that its window has nothing more to say. */
async function reportEnd(control: TmuxControl, window: OwnerWindow, code: number | null, io: Io): Promise<number> {
  const print = code === 0 || code === FAILURES ? io.out : io.err;
  for (const line of await ownerOutput(control, window, { colour: io.colour })) print(line);
  await closeWindow(control, window.window);
  if (code === null) io.err('agentrelay: the owner was ended before it began');
  return code ?? DEFECT;
}

function reportSlow({ name }: Graph, options: DetachOptions, io: Io): number {
  io.err(`agentrelay: the owner has not begun after ${LIMIT / 1000} s; it is still trying`);
  io.err(`  → ${follow('attach', name, options)} shows it`);
  return FAILURES;
}

interface Started {
  readonly graph: string;
  readonly run: number;
  readonly pid: number;
  readonly session: string;
  readonly window: OwnerWindow;
}

function reportStart({ graph, run, pid, session, window }: Started, options: DetachOptions, io: Io): void {
  if (options.json) {
    const { tmuxSocket: socket } = options;
    io.out(JSON.stringify({ graph, run, pid, tmux: { socket, session, window: window.window, pane: window.pane } }));
    return;
  }
  const place = `window ${windowName(graph)} of the tmux session ${session}`;
  io.out(`run ${run} of ${graph} goes on in the background: process ${pid}, ${place}`);
  for (const command of ['status', 'events', 'attach'] as const) io.out(`  ${follow(command, graph, options)}`);
}

/** A command that looks at the run from the folder that we are in. */
function follow(command: 'status' | 'events' | 'attach', graph: string, options: DetachOptions): string {
  const subject = command === 'attach' ? ['-G', graph] : [graph];
  const more = command === 'events' ? ['--follow'] : [];
  const place = options.targetRepo === '.' ? [] : ['-t', resolve(options.targetRepo)];
  const server = command === 'attach' && options.tmuxSocket !== null ? ['-L', options.tmuxSocket] : [];
  return commandText(['agentrelay', command, ...subject, ...more, ...place, ...server]);
}
