import { describeError } from '../../core/errors.ts';
import { serverOfRun } from '../../steps/recorded-server.ts';
import { RunStore } from '../../steps/run-store.ts';
import { runDetached } from '../detach.ts';
import type { Io } from '../io.ts';
import type { PreparedRun } from '../prepare-run.ts';
import { EXIT_CODES, INTERRUPTED, onSignals, printer } from '../run.ts';
import { flagsOf } from '../run-flags.ts';
import { commandText } from '../shell-text.ts';
import { summary, totals } from '../summary.ts';
import type { RunSession } from './session.ts';
import { recordedGraphFile, type ShownRun } from './shown-run.ts';
import type { Left } from './until-left.ts';

export interface FarewellOptions {
  readonly run: ShownRun;
  readonly prepared: PreparedRun;
  /** This very program, as it was started. */
  readonly program: readonly string[];
  /** What it was told behind `tui`, without what is about the screen alone. */
  readonly words: readonly string[];
}

/** What is left on the terminal, and to be done, after the dashboard. Resolves to the exit code. */
export async function farewell(left: Left, options: FarewellOptions, io: Io): Promise<number> {
  const { how, owned, session } = left;
  const { state } = session;
  if (how === 'screen_broke') return await withoutScreen(left, io);
  if (how === 'background' && owned) return await toBackground(session, options, io);
  if (how === 'cancel') {
    for (const line of summary(state, io.colour)) io.out(line);
    return exitCode(left);
  }
  if (owned) {
    io.err(
      `agentrelay: run ${state.run} of ${state.graph} is left; its agents stay at work, and nothing more is started`,
    );
    io.err(`  → ${comeBack(options)} goes on with it`);
    return exitCode(left);
  }
  if (state.run > 0) io.out(`${state.graph}, run ${state.run}: ${totals(state)}${goingOn(session)}`);
  return exitCode(left);
}

function goingOn({ standing, state }: RunSession): string {
  return standing.kind === 'other' && state.outcome === null ? `; process ${standing.pid} goes on with it` : '';
}

/** Of a run that does not go on elsewhere. */
export function exitCode({ how, owned, session }: Left): number {
  const { outcome } = session.state;
  if (how === 'cancel' || how === 'signal' || owned) return INTERRUPTED;
  return outcome === null ? 0 : EXIT_CODES[outcome];
}

function comeBack({ words }: FarewellOptions): string {
  return commandText(['agentrelay', 'tui', ...words]);
}

async function toBackground(session: RunSession, options: FarewellOptions, io: Io): Promise<number> {
  const { run, prepared, program } = options;
  const { targetRepo, settings, configModule } = run;
  const { graphFile, words, tmuxSocket } = backgroundRun(session, options);
  const argv = [...program, 'run', ...words];
  const inherited = run.graphFile === null ? prepared.owner.settings : settings;
  const code = await runDetached(
    { graphFile, targetRepo, settings: inherited, tmuxSocket, configModule, json: false, argv },
    io,
  );
  if (code === 0) io.out(`  ${comeBack(options)}`);
  return code;
}

/** Beside its agents; and without a graph file as it was recorded. */
function backgroundRun(session: RunSession, { run, prepared, words }: FarewellOptions) {
  const { repository, graph, settings } = prepared.owner;
  const store = new RunStore(repository.root, graph.name);
  const { socket } = serverOfRun(store, session.run, run.tmuxSocket);
  // The path of a socket is that of the tmux that we are in, or were.
  const tmuxSocket = socket === null || socket.startsWith('/') ? null : socket;
  const server = tmuxSocket === null || run.tmuxSocket !== null ? [] : ['--tmux-socket', tmuxSocket];
  if (run.graphFile !== null) return { graphFile: run.graphFile, words: [...words, ...server], tmuxSocket };
  const graphFile = recordedGraphFile(store, session.run);
  // What was told comes last, and counts.
  return { graphFile, words: [graphFile, ...flagsOf(settings), ...server, ...words], tmuxSocket };
}

/** The dashboard has a defect; the run has none, and goes on, a line an event. */
export async function withoutScreen({ session, error }: Left, io: Io): Promise<number> {
  tellDefect(error, io);
  const { orchestrator, log, ended } = session;
  if (orchestrator === null || log === null || ended === null) return DEFECT;
  io.err('agentrelay: the run goes on without it');
  const unsubscribe = log.subscribe(printer(log, { json: false }, io));
  const release = onSignals(orchestrator, io);
  try {
    const outcome = await ended;
    for (const line of summary(session.state, io.colour, Date.now())) io.out(line);
    return outcome === 'left' ? INTERRUPTED : EXIT_CODES[outcome];
  } finally {
    release();
    unsubscribe();
  }
}

/** What a dashboard that broke exits with. */
export const DEFECT = 3;

export function tellDefect(error: unknown, io: Io): void {
  io.err(`agentrelay: a defect of the dashboard, please report it: ${describeError(error)}`);
  if (error instanceof Error && error.stack !== undefined) io.err(error.stack);
}
