import { join } from 'node:path';
import { z } from 'zod';
import { readIfThere, writeFileAtomic } from '../../tools/atomic-file.ts';

/** Beside the signals of an attempt: where it lies on its machine, and what was taken from there. */
const FILE = 'ssh.json';

const schema = z.object({
  /** `user@host`. */
  machine: z.string(),
  /** Of the graph file: how it is reached. */
  environment: z.looseObject({ type: z.string() }),
  /** Absolute there, as those below. */
  clone: z.string(),
  tree: z.string(),
  signals: z.string(),
  /** Signals that were taken up, as they were written. */
  taken: z.array(z.string()),
  /** Its agent was stopped and its work brought here: nothing there counts any more. */
  released: z.boolean(),
  /** It could not be reached at its end: its agent may go on there. */
  abandoned: z.boolean(),
  /** Nothing of it is there any more. */
  removed: z.boolean(),
});

export type PlaceRecord = z.infer<typeof schema>;

/** Null where the attempt has never been on another machine. */
export function readPlaceRecord(signalDir: string): PlaceRecord | null {
  const text = readIfThere(join(signalDir, FILE));
  if (text === null) return null;
  const parsed = schema.safeParse(JSON.parse(text));
  return parsed.success ? parsed.data : null;
}

export function writePlaceRecord(signalDir: string, record: PlaceRecord): void {
  writeFileAtomic(join(signalDir, FILE), `${JSON.stringify(record)}\n`, { mode: 0o600 });
}
