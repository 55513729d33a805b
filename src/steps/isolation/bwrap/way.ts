import { lstatSync, readlinkSync } from 'node:fs';
import { dirname, isAbsolute, join } from 'node:path';

/** How a path leads to a file. Paths are absolute. */
export interface Way {
  /** Symbolic links on it, each at its own place. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** The file that it ends at, without links. */
  readonly real: string;
}

/** As many as the kernel follows. */
const MAX_LINKS = 40;

/** The way to a file or folder; null where there is none. */
export function wayTo(path: string): Way | null {
  const links: { path: string; target: string }[] = [];
  const rest = path.split('/');
  let real = '/';
  for (let name = rest.shift(); name !== undefined; name = rest.shift()) {
    if (name === '' || name === '.') continue;
    const here = name === '..' ? dirname(real) : join(real, name);
    const stat = lstatSync(here, { throwIfNoEntry: false });
    if (stat === undefined) return null;
    if (!stat.isSymbolicLink()) {
      real = here;
      continue;
    }
    const target = readlinkSync(here);
    if (links.push({ path: here, target }) > MAX_LINKS) return null;
    if (isAbsolute(target)) real = '/';
    rest.unshift(...target.split('/'));
  }
  return { links, real };
}
