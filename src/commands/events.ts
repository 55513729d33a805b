import type { RunEvent } from '../core/events.ts';
import type { RunStore } from '../steps/run-store.ts';
import { followJournal } from '../steps/tools/journal-follow.ts';
import { eventLine, subjectWidth } from './event-line.ts';
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
  const print = options.json ? (event: RunEvent) => io.out(JSON.stringify(event)) : linePrinter(io);
  if (options.follow) return await follow(store, run, print, io);
  for (const event of store.journal(run).events) print(event);
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

/** The widths are known from the first event on, which tells what the run is made of. */
function linePrinter(io: Io): (event: RunEvent) => void {
  let line = { width: 0, colour: io.colour, start: 0 };
  return (event) => {
    if (event.kind === 'run_started') line = { ...line, width: subjectWidth(event), start: Date.parse(event.at) };
    io.out(eventLine(event, line));
  };
}
