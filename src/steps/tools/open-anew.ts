import { openSync, rmSync } from 'node:fs';

/** A new, empty file to write to. An agent may have made a link or a pipe of that name: nobody writes through that. */
export function openAnew(path: string): number {
  rmSync(path, { recursive: true, force: true });
  return openSync(path, 'wx', 0o600);
}
