import { describeError } from '../../core/errors.ts';
import { runDetached } from '../detach.ts';
import type { Io } from '../io.ts';
import { EXIT_CODES, INTERRUPTED, onSignals, printer } from '../run.ts';
import { commandText } from '../shell-text.ts';
import { summary, totals } from '../summary.ts';
import type { ShownRun } from './shown-run.ts';
import type { Left } from './until-left.ts';

export interface FarewellOptions {
  readonly run: ShownRun;
  readonly background: readonly string[] | null;
}

/** What is left on the terminal, and to be done, after the dashboard. Resolves to the exit code. */
export async function farewell(left: Left, options: FarewellOptions, io: Io): Promise<number> {
  const { how, owned, session } = left;
  const { state } = session;
  if (how === 'screen_broke') return await withoutScreen(left, io);
  if (how === 'background' && owned) return await toBackground(options, io);
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
  if (state.run > 0) io.out(`${state.graph}, run ${state.run}: ${totals(state)}`);
  return exitCode(left);
}

/** Of a run that does not go on elsewhere. */
export function exitCode({ how, owned, session }: Left): number {
  const { outcome } = session.state;
  if (how === 'cancel' || how === 'signal' || owned) return INTERRUPTED;
  return outcome === null ? 0 : EXIT_CODES[outcome];
}

function comeBack({ run }: Pick<FarewellOptions, 'run'>): string {
  const where = run.targetRepo === '.' ? [] : ['-t', run.targetRepo];
  const server = run.tmuxSocket === null ? [] : ['-L', run.tmuxSocket];
  return commandText(['agentrelay', 'tui', ...(run.graphFile === null ? [] : [run.graphFile]), ...where, ...server]);
}

async function toBackground(options: FarewellOptions, io: Io): Promise<number> {
  const { run, background } = options;
  if (background === null || run.graphFile === null) {
    io.err('agentrelay: this run cannot go on in the background; its agents stay at work');
    return INTERRUPTED;
  }
  const { graphFile, targetRepo, settings, tmuxSocket, configModule } = run;
  const code = await runDetached(
    { graphFile, targetRepo, settings, tmuxSocket, configModule, json: false, argv: background },
    io,
  );
  if (code === 0) io.out(`  ${comeBack(options)}`);
  return code;
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
