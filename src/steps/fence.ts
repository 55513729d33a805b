import { readdirSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFile, makeFolder } from './tools/atomic-file.ts';

/** Beside the signals of an attempt that is over, though its agent may go on somewhere: nothing that it says counts. */
const FENCED_FILE = '.fenced';

/** From now on the agent-side commands of this attempt refuse to work. Any number of times. */
export function fenceAttempt(signalDir: string): void {
  makeFolder(signalDir);
  ensureFile(join(signalDir, FENCED_FILE), 'this attempt is over\n', { mode: 0o600 });
}

/** The folder is read, since file systems of a network remember for long that a file was not there. */
export function isFenced(signalDir: string): boolean {
  return readdirSync(signalDir).includes(FENCED_FILE);
}
