import { join } from 'node:path';
import { z } from 'zod';
import { readUnlinked, writeFileAtomic } from '../../tools/atomic-file.ts';
import { ownIdentity } from '../../tools/process-identity.ts';

/** Beside the wrapper's traces of a process. */
const BEGUN_FILE = 'begun.json';

const begunSchema = z.object({
  /** Milliseconds since 1970. */
  at: z.number(),
  /** Bytes that the agent had printed before. */
  from: z.number(),
  /** Of its program. */
  framework: z.string(),
  place: z.string(),
  /** Of its wrapper; left out until that is started. */
  pid: z.number().optional(),
});

/** What is written down of an agent's process just before it is started, and once it is. */
export type Begun = z.infer<typeof begunSchema>;

export function writeBegun(folder: string, begun: Begun): void {
  writeFileAtomic(join(folder, BEGUN_FILE), `${JSON.stringify(begun)}\n`, { mode: 0o600, sync: false });
}

/** Null where nothing was begun, and for what the agent may have made of it. */
export function readBegun(folder: string): Begun | null {
  try {
    return begunSchema.parse(JSON.parse(readUnlinked(join(folder, BEGUN_FILE)) ?? 'null'));
  } catch {
    return null;
  }
}

/** This machine since it was last started, and what it shows of its processes: none of them is in another such place. */
export function machinePlace(): string {
  const { host, boot, namespace } = ownIdentity();
  return [host, boot ?? '', namespace ?? ''].join(' ');
}
