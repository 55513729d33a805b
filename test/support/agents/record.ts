import { appendFileSync, mkdirSync } from 'node:fs';
import { join } from 'node:path';
import type { NewFact } from './script.ts';

/** Appends what a stand-in sees and does to `$STAND_IN_RECORD/<task>.jsonl`. */
export type Recorder = (fact: NewFact) => void;

export function recorder(folder: string | undefined, task: string): Recorder {
  if (folder === undefined) return () => {};
  mkdirSync(folder, { recursive: true });
  return (fact) =>
    appendFileSync(join(folder, `${task}.jsonl`), `${JSON.stringify({ at: Date.now(), pid: process.pid, ...fact })}\n`);
}
