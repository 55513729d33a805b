import type { RunEvent } from '../core/events.ts';
import type { RunStore } from '../steps/run-store.ts';
import { followJournal } from '../steps/tools/journal-follow.ts';
import { subjectWidth } from './event-line.ts';
import { EventLines } from './event-lines.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { runOwner } from './run-owner.ts';

const OWNER_GONE = 1;

/**
 * What has happened in a run; with `follow` until it is over, until nobody runs it any more, or Ctrl-C. Resolves to the
 * exit code: 1 for a run that was followed and that nobody goes on with.
 */
export async function events(
  options: RecordedRunOptions & { json: boolean; follow: boolean },
  io: Io,
): Promise<number> {
  const { store, run } = await findRun(options);
  const printer = options.json ? jsonPrinter(io) : linePrinter(io);
  if (options.follow) return await follow(store, run, printer.print, io).finally(printer.end);
  for (const event of store.journal(run).events) printer.print(event);
  printer.end();
  return 0;
}

async function follow(store: RunStore, run: number, print: (event: RunEvent) => void, io: Io): Promise<number> {
  const leave = new AbortController();
  const stop = () => leave.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  const owner = {
    lockFile: store.lockFile,
    isThere: () => runOwner(store, run) !== null,
  };
  // A run that was interrupted has ended before, and went on.
  const known = store.journal(run).events.length;
  try {
    for await (const event of followJournal(store.journalFile(run), leave.signal, owner)) {
      print(event);
      if (event.kind === 'run_finished' && event.seq >= known) return 0;
    }
    if (leave.signal.aborted) return 0;
    io.err('agentrelay: the owner is gone; the run is not over');
    io.err('  → agentrelay run GRAPH, as it was started before, goes on with it');
    return OWNER_GONE;
  } finally {
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

interface Printer {
  readonly print: (event: RunEvent) => void;
  readonly end: () => void;
}

function jsonPrinter(io: Io): Printer {
  return { print: (event) => io.out(JSON.stringify(event)), end: () => undefined };
}

/** The widths are known from the first event on, which tells what the run is made of. */
function linePrinter(io: Io): Printer {
  const { colour } = io;
  const lines = new EventLines({ width: 0, colour, start: 0 }, io.out);
  const print = (event: RunEvent) => {
    if (event.kind === 'run_started')
      lines.options = { width: subjectWidth(event), colour, start: Date.parse(event.at) };
    lines.add(event);
  };
  return { print, end: () => lines.flush() };
}
