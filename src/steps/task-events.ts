import { readFile } from 'node:fs/promises';
import type { RunEvent } from '../core/events.ts';

/** The last events of one task, out of a journal. */
export interface TaskEvents {
  readonly events: readonly RunEvent[];
  /** How many came before them. */
  readonly omitted: number;
}

/** `upTo` is asked once the file is read, for the number of the last event that counts. */
export async function taskEvents(
  journalFile: string,
  task: string,
  { limit, upTo, signal }: { readonly limit: number; readonly upTo: () => number; readonly signal?: AbortSignal },
): Promise<TaskEvents> {
  const bytes = await readFile(journalFile, { signal });
  const last = upTo();
  const lines = linesWith(bytes, `"task":${JSON.stringify(task)}`);
  const found = lines.flatMap((line) => {
    const event = JSON.parse(line) as RunEvent;
    // Another's event may name it, as what it waits for.
    return 'task' in event && event.task === task && event.seq <= last ? [event] : [];
  });
  const events = found.slice(-limit);
  return { events, omitted: found.length - events.length };
}

/** Of a journal of thousands of events only those lines become text that may be meant. */
function linesWith(bytes: Buffer, words: string): string[] {
  const lines: string[] = [];
  // What a crash has left behind the last line break is no event.
  const end = bytes.lastIndexOf(0x0a) + 1;
  for (let at = bytes.indexOf(words); at !== -1 && at < end; ) {
    const from = bytes.lastIndexOf(0x0a, at) + 1;
    const to = bytes.indexOf(0x0a, at);
    lines.push(bytes.toString('utf8', from, to));
    at = bytes.indexOf(words, to);
  }
  return lines;
}
