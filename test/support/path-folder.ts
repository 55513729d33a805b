import { existsSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** A folder for a PATH of its own: of this machine it has these programs, and no agents. */
export function pathFolder(folder: string, names: readonly string[]): string {
  mkdirSync(folder, { recursive: true });
  const folders = (process.env.PATH ?? '').split(':');
  for (const name of names) {
    const path = folders.map((one) => join(one, name)).find((candidate) => existsSync(candidate));
    if (path === undefined) throw new Error(`these tests need ${name}`);
    symlinkSync(path, join(folder, name));
  }
  return folder;
}

/** A program for such a folder, in the language of `sh`. */
export function writeProgram(folder: string, name: string, script: string): string {
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`, { mode: 0o755 });
  return path;
}
