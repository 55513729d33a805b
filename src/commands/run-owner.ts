import type { RunStore } from '../steps/run-store.ts';
import { lockHolder } from '../steps/tools/lock-file.ts';

/** The process that runs it now; null for none. Only the last run of a graph can have one. */
export function runOwner(store: RunStore, run: number): ReturnType<typeof lockHolder> {
  return run === store.runs().at(-1) ? lockHolder(store.lockFile) : null;
}
