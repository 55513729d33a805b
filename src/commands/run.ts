import type { EventLog } from '../core/event-log.ts';
import type { RunEvent } from '../core/events.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { RunOutcome } from '../core/lifecycle.ts';
import type { Orchestrator } from '../core/orchestrator.ts';
import { callPerson } from './call-person.ts';
import { subjectWidth } from './event-line.ts';
import { EventLines } from './event-lines.ts';
import type { Io } from './io.ts';
import { awaitedWords } from './need-lines.ts';
import { onOutputClosed } from './output-closed.ts';
import { type OwnedRun, ownRun } from './owner.ts';
import { prepareRun, type RunOptions } from './prepare-run.ts';
import { notingSlowness } from './slow-note.ts';
import { summary } from './summary.ts';

/** What a run that has come to this end exits with. */
export const EXIT_CODES: Readonly<Record<RunOutcome, number>> = {
  succeeded: 0,
  completed_with_failures: 1,
  fatal_internal_error: 3,
  waiting_for_person: 4,
  cancelled: 130,
};
export const INTERRUPTED = 130;

/** Runs a graph without a screen: a line an event, a table at the end. Resolves to the exit code. */
export async function runHeadless(options: RunOptions, io: Io): Promise<number> {
  const prepared = await prepareRun(options);
  try {
    const owning = ownRun(prepared.owner);
    const run = await (prepared.owner.forge.name === 'gh' ? notingSlowness(owning, io) : owning);
    try {
      for (const note of run.notes) io.err(`agentrelay: ${note}`);
      if (run.orchestrator === null) return reportOver(run, prepared.owner.graph, options, io);
      const { graph, settings } = prepared.owner;
      const told = { log: run.log, graph: graph.name, config: prepared.notify, graphCommand: settings.notify };
      const endCalls = callPerson({ ...told, terminal: process.stderr });
      return await follow(run.orchestrator, run, options, io).finally(endCalls);
    } finally {
      await run.close();
    }
  } finally {
    prepared.close();
  }
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
export function printer(log: EventLog, options: Pick<RunOptions, 'json'>, io: Io): (event: RunEvent) => void {
  if (options.json) return (event) => io.out(JSON.stringify(event));
  const { state } = log;
  const width = subjectWidth({
    tasks: [...state.tasks.values()].map((task) => task.outline),
    workstreams: [...state.workstreams.values()].map((lane) => lane.outline),
  });
  const lines = new EventLines({ width, colour: io.colour, start: Date.now() }, io.out);
  return (event) => {
    // It grows all the time; the table at the end tells the sum.
    if (event.kind !== 'task_usage') lines.add(event);
  };
}

/** Ctrl-C stops scheduling, again cancels. A closed terminal or pipe, or SIGTERM, leaves the agents for the next owner. */
export function onSignals(orchestrator: Orchestrator, io: Io): () => void {
  let interrupts = 0;
  const interrupt = () => {
    interrupts++;
    if (interrupts > 1) return orchestrator.cancel();
    const running = orchestrator.running();
    io.err(
      running.length === 0
        ? 'agentrelay: stopping'
        : `agentrelay: no more tasks are started; waiting for ${awaitedWords(orchestrator.state, running)}. Ctrl-C again cancels them.`,
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
