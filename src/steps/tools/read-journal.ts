import { readFileSync } from 'node:fs';
import { PreconditionError, UserError } from '../../core/errors.ts';
import { isEventKind } from '../../core/event-kinds.ts';
import { EVENT_VERSION, type RunEvent } from '../../core/events.ts';
import { reduce } from '../../core/reduce.ts';
import { emptyRunState, type RunState } from '../../core/run-state.ts';

export interface JournalContent {
  readonly events: readonly RunEvent[];
  /** Bytes of whole lines. */
  readonly length: number;
  /** What a crash has left of its last lines, also zeros after a power cut; empty when there is nothing of the kind. */
  readonly torn: string;
}

/** Reads a journal. A torn end is left out and told; damage before it is a `UserError`, and nothing is changed. */
export function readJournal(path: string): JournalContent {
  const bytes = readBytes(path);
  const length = wholeLength(bytes);
  const events = parseLines(bytes.toString('utf8', 0, length), path, 1);
  return { events, length, torn: bytes.toString('utf8', length) };
}

/** The events of whole lines, of which the first is number `firstLine` of the file. Throws `UserError`. */
export function parseLines(text: string, path: string, firstLine: number): RunEvent[] {
  return text
    .split('\n')
    .slice(0, -1)
    .map((line, at) => parseLine(line, path, firstLine + at));
}

/** The state after the events of a journal. Throws `UserError` with the line of one that cannot be. */
export function replayJournal(events: readonly RunEvent[], path: string): RunState {
  const state = emptyRunState();
  try {
    for (const event of events) reduce(state, event);
    return state;
  } catch (error) {
    if (!(error instanceof PreconditionError)) throw error;
    const event = events[state.seq];
    throw damaged(
      path,
      state.seq + 1,
      `this event cannot follow what stands before it: ${error.message}`,
      event,
      error,
    );
  }
}

function readBytes(path: string): Buffer {
  try {
    return readFileSync(path);
  } catch (error) {
    const { code, message } = error as NodeJS.ErrnoException;
    const problem =
      code === 'ENOENT' ? `the journal ${path} is gone` : `the journal ${path} cannot be read: ${message}`;
    throw new UserError(problem, { hint: HINT, cause: error });
  }
}

/**
 * Up to the last whole line. After a power cut some file systems show zeros where the last lines would stand; JSON holds
 * none, so from the first one on it was not written to the end, unless whole lines follow.
 */
function wholeLength(bytes: Buffer): number {
  const whole = bytes.lastIndexOf(0x0a) + 1;
  const zero = bytes.indexOf(0);
  if (zero === -1 || zero >= whole) return whole;
  const start = bytes.lastIndexOf(0x0a, zero) + 1;
  const rest = bytes.toString('utf8', start, whole).split('\n');
  return rest.some((line) => parseEvent(line) !== null) ? whole : start;
}

function parseLine(line: string, path: string, number: number): RunEvent {
  const event = parseEvent(line);
  if (event === null) throw damaged(path, number, 'this line of the journal is damaged', line);
  if (event.v > EVENT_VERSION || !isEventKind(event.kind)) {
    throw new UserError(`${path}:${number}: a newer agentrelay wrote this event: ${excerpt(line)}`, {
      hint: 'go on with that version, or a newer one',
    });
  }
  if (event.seq === number) return event;
  const what = event.seq < number ? 'is there twice, or stands too late' : `stands where event ${number} is missing`;
  throw damaged(path, number, `event ${event.seq} ${what}`, line);
}

function parseEvent(line: string): RunEvent | null {
  try {
    const event = JSON.parse(line) as RunEvent;
    const { v, seq, kind, at } = event;
    const isWhole = typeof v === 'number' && typeof seq === 'number' && typeof kind === 'string';
    return isWhole && typeof at === 'string' ? event : null;
  } catch {
    // Told by the caller, who knows the place, as is JSON that is no event.
    return null;
  }
}

const HINT =
  'nothing was changed; put it right from a copy, or start over with --new-run, which keeps the old branches';

function damaged(path: string, line: number, problem: string, found: unknown, cause?: unknown): UserError {
  return new UserError(`${path}:${line}: ${problem}: ${excerpt(found)}`, { hint: HINT, cause });
}

const EXCERPT = 80;

/** In quotes, so that no control character reaches a terminal. */
function excerpt(found: unknown): string {
  const text = typeof found === 'string' ? found : JSON.stringify(found ?? null);
  return JSON.stringify(text.length > EXCERPT ? `${text.slice(0, EXCERPT)}…` : text);
}
