import { appendFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere, writeFileAtomic } from '../../steps/tools/atomic-file.ts';
import type { Attempt } from '../attempt.ts';

/** What this attempt last put on the remote branch. */
const PUSHED = '.pushed';
/** One line for each push that was begun: who is killed right after a push has still said that it was ours. */
const PUSHING = '.pushing';

type Place = Pick<Attempt, 'signalDir' | 'attempt'>;

/** The commit that this task's last push is known to have left on the remote; null when there was none. */
export function lastPush(place: Place): string | null {
  return pushesIn(place, PUSHED)[0] ?? null;
}

/** Every commit that a push of this task may have put there. */
export function ownPushes(place: Place): ReadonlySet<string> {
  return new Set([...pushesIn(place, PUSHED), ...pushesIn(place, PUSHING)]);
}

export function notePushBegun({ signalDir }: Place, commit: string): void {
  appendFileSync(join(signalDir, PUSHING), `${commit}\n`);
}

export function notePushed({ signalDir }: Place, commit: string): void {
  writeFileAtomic(join(signalDir, PUSHED), `${commit}\n`);
}

/** Of the newest attempt first. */
function pushesIn({ signalDir, attempt }: Place, name: string): string[] {
  const numbers = Array.from({ length: attempt }, (_, back) => attempt - back);
  const folders = numbers.map((number) => (number === attempt ? signalDir : siblingOf(signalDir, number)));
  const lines = folders.flatMap((folder) => (readIfThere(join(folder, name)) ?? '').split('\n'));
  // A line that a crash tore is none.
  return lines.filter((line) => /^([0-9a-f]{40}|[0-9a-f]{64})$/.test(line));
}

function siblingOf(signalDir: string, attempt: number): string {
  return join(dirname(signalDir), `attempt-${attempt}`);
}
