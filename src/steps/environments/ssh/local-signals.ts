import { closeSync, ftruncateSync, openSync, rmSync, statSync, writeSync } from 'node:fs';
import { join } from 'node:path';
import { GROWING } from '../../../agent/place/wire.ts';
import { readIfThere, writeFileAtomic } from '../../tools/atomic-file.ts';

/** The signal directory here, which follows the one there: who watches it need not know. */
export class LocalSignals {
  readonly #folder: string;

  constructor(folder: string) {
    this.#folder = folder;
  }

  /** Bytes of each file that only grows. */
  known(): Record<string, number> {
    const sizes = GROWING.map((name) => [name, statSync(join(this.#folder, name), { throwIfNoEntry: false })?.size]);
    return Object.fromEntries(sizes.filter(([, size]) => size !== undefined)) as Record<string, number>;
  }

  /** What was written there `at` this byte; a file that begins anew there begins anew here. */
  grow(name: string, at: number, bytes: Buffer): void {
    const file = openSync(join(this.#folder, name), at === 0 ? 'w' : 'a', 0o600);
    try {
      // Told twice, where a stream was lost on its way.
      if (at > 0) ftruncateSync(file, at);
      writeSync(file, bytes);
    } finally {
      closeSync(file);
    }
  }

  read(name: string): string | null {
    return readIfThere(join(this.#folder, name));
  }

  /** Whoever watches is not woken where it is so already. */
  write(name: string, text: string): void {
    if (this.read(name) === text) return;
    writeFileAtomic(join(this.#folder, name), text, { mode: 0o600, sync: name.startsWith('.') });
  }

  remove(name: string): void {
    rmSync(join(this.#folder, name), { force: true });
  }
}
