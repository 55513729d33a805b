import { setTimeout as delay } from 'node:timers/promises';
import { UserError } from '../core/errors.ts';
import type { EventLog } from '../core/event-log.ts';
import type { RunEvent } from '../core/events.ts';
import { DEFAULT_SETTINGS, type ForgeName, type Graph, type Settings } from '../core/graph/graph.ts';
import type { RunOutcome } from '../core/lifecycle.ts';
import type { Orchestrator } from '../core/orchestrator.ts';
import { loadExtensions, namesOf } from '../steps/extensions.ts';
import { findRepository } from '../steps/preflight.ts';
import { Git } from '../steps/tools/git.ts';
import { loadGraph } from '../steps/tools/graph-file.ts';
import { eventLine, subjectWidth } from './event-line.ts';
import type { Io } from './io.ts';
import { onOutputClosed } from './output-closed.ts';
import { type OwnedRun, ownRun } from './owner.ts';
import { summary } from './summary.ts';

export interface RunOptions {
  readonly graphFile: string;
  readonly targetRepo: string;
  /** What the command line says; it comes before the graph file. */
  readonly settings: Partial<Settings>;
  readonly tmuxSocket: string | null;
  readonly configModule: string | null;
  readonly newRun: boolean;
  readonly json: boolean;
  /** The script behind the agent-side commands; absolute. */
  readonly agentScript: string;
  /** Milliseconds; null ends a run that only waits for a person at once. */
  readonly wait: number | null;
}

const EXIT_CODES: Readonly<Record<RunOutcome, number>> = {
  succeeded: 0,
  completed_with_failures: 1,
  fatal_internal_error: 3,
  waiting_for_person: 4,
  cancelled: 130,
};
const INTERRUPTED = 130;

/** Runs a graph without a screen: a line an event, a table at the end. Resolves to the exit code. */
export async function runHeadless(options: RunOptions, io: Io): Promise<number> {
  const repository = await findRepository(options.targetRepo);
  const extensions = await loadExtensions(repository.root, options.configModule);
  const readOptions = { ...namesOf(extensions), model: options.settings.model ?? null };
  const loaded = await loadGraph(options.graphFile, readOptions);
  const settings = effectiveSettings(loaded.graph, options.settings);
  const git = new Git(repository.root);
  try {
    const run = await ownRun({
      repository,
      git,
      graph: loaded.graph,
      graphText: loaded.text,
      digest: loaded.digest,
      readOptions,
      settings,
      extensions,
      tmuxSocket: options.tmuxSocket,
      newRun: options.newRun,
      agentCommands: { node: process.execPath, agentScript: options.agentScript },
      waitForPerson: options.wait === null ? null : patience(options.wait),
    });
    try {
      for (const note of run.notes) io.err(`agentrelay: ${note}`);
      if (run.orchestrator === null) return reportOver(run, loaded.graph, options, io);
      return await follow(run.orchestrator, run, options, io);
    } finally {
      await run.close();
    }
  } finally {
    git.close();
  }
}

/** Command line, then graph file, then defaults. Throws `UserError` for what is not to be had yet. */
function effectiveSettings(graph: Graph, flags: Partial<Settings>): Settings {
  const settings = { ...DEFAULT_SETTINGS, ...graph.settings, ...flags };
  const forge: ForgeName = settings.forge ?? 'local';
  if (forge === 'gh') {
    throw new UserError('this version merges with git alone; pull requests on GitHub come with a later one', {
      hint: '--forge local',
    });
  }
  return { ...settings, forge };
}

function patience(milliseconds: number): (signal: AbortSignal) => Promise<void> {
  return (signal) => delay(milliseconds, undefined, { signal });
}

async function follow(
  orchestrator: Orchestrator,
  { log, opening, followRequests }: OwnedRun,
  options: RunOptions,
  io: Io,
): Promise<number> {
  const print = printer(log, options, io);
  for (const event of opening) print(event);
  const unsubscribe = log.subscribe(print);
  const release = onSignals(orchestrator, io);
  try {
    const outcome = orchestrator.run();
    const requests = followRequests();
    const ended = await outcome.finally(() => requests.close());
    if (!options.json) for (const line of summary(log.state, io.colour, Date.now())) io.out(line);
    return ended === null ? INTERRUPTED : EXIT_CODES[ended];
  } finally {
    release();
    unsubscribe();
  }
}

/** What is printed of each event. */
function printer(log: EventLog, options: RunOptions, io: Io): (event: RunEvent) => void {
  if (options.json) return (event) => io.out(JSON.stringify(event));
  const { state } = log;
  const width = subjectWidth({
    tasks: [...state.tasks.values()].map((task) => task.outline),
    workstreams: [...state.workstreams.values()].map((lane) => lane.outline),
  });
  const line = { width, colour: io.colour, start: Date.now() };
  return (event) => io.out(eventLine(event, line));
}

/** Ctrl-C stops scheduling, again cancels. A closed terminal or pipe, or SIGTERM, leaves the agents for the next owner. */
function onSignals(orchestrator: Orchestrator, io: Io): () => void {
  let interrupts = 0;
  const interrupt = () => {
    interrupts++;
    if (interrupts > 1) return orchestrator.cancel();
    const running = orchestrator.running();
    io.err(
      running.length === 0
        ? 'agentrelay: stopping'
        : `agentrelay: no more tasks are started; waiting for ${running.join(', ')}. Ctrl-C again cancels them.`,
    );
    orchestrator.stop('interrupted');
  };
  const leave = () => orchestrator.detach();
  process.on('SIGINT', interrupt).on('SIGTERM', leave).on('SIGHUP', leave);
  const keepOutput = onOutputClosed(leave);
  return () => {
    keepOutput();
    process.off('SIGINT', interrupt).off('SIGTERM', leave).off('SIGHUP', leave);
  };
}

function reportOver({ log, opening }: OwnedRun, graph: Graph, options: RunOptions, io: Io): number {
  const { state } = log;
  if (options.json) for (const event of opening) io.out(JSON.stringify(event));
  if (!options.json) for (const line of summary(state, io.colour)) io.out(line);
  const again = state.outcome === 'succeeded' ? '' : 'agentrelay retry TASK tries a task again, ';
  io.err(`agentrelay: run ${state.run} of ${graph.name} is over; ${again}--new-run starts over`);
  return state.outcome === null ? INTERRUPTED : EXIT_CODES[state.outcome];
}
