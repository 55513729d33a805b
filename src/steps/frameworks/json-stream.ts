import type { z } from 'zod';
import type { HeadlessStream, Told } from './framework.ts';
import { plainTrouble } from './plain-stream.ts';
import { shownLines } from './stream-words.ts';
import { parseLine } from './transcript-lines.ts';

/** One kind of line of a program's stream. */
export interface StreamFormat<Event> {
  /** What a line must be; others that are JSON are passed over. */
  readonly schema: z.ZodType<Event>;
  /** Lines that tell nothing and come often, before they are parsed. */
  readonly skipped?: RegExp;
  reader(): (event: Event, at: number) => Told | null;
  show(event: Event): readonly string[];
  readonly usageInTranscript?: true;
}

/** A stream of JSON lines, with words of the program between them. */
export function jsonStream<Event>({ schema, skipped, ...format }: StreamFormat<Event>): HeadlessStream {
  const isSkipped = (line: string) => skipped?.test(line) === true;
  const isJson = (line: string) => line.trimStart().startsWith('{');
  const eventOf = (line: string): Event | null => schema.safeParse(parseLine(line)).data ?? null;
  return {
    reader() {
      const read = format.reader();
      return (line, at = Date.now()) => {
        if (isSkipped(line)) return null;
        if (!isJson(line)) return plainTrouble(line, at);
        const event = eventOf(line);
        return event === null ? null : read(event, at);
      };
    },
    show(line) {
      if (isSkipped(line)) return [];
      if (!isJson(line)) return shownLines(line);
      const event = eventOf(line);
      if (event !== null) return format.show(event);
      // One that was cut, or that is no JSON after all.
      return parseLine(line) === null ? shownLines(line) : [];
    },
    ...(format.usageInTranscript === undefined ? {} : { usageInTranscript: true }),
  };
}

/** Milliseconds since 1970 of an ISO time; what is known otherwise where it is none. */
export function timeOf(timestamp: string | undefined, otherwise: number): number {
  const time = Date.parse(timestamp ?? '');
  return Number.isNaN(time) ? otherwise : time;
}
