import { relative } from 'node:path';
import { isInside } from '../../tools/git-processes.ts';

/**
 * What a sandbox makes of one place of the file system. Paths are absolute and without links.
 * - `hide`: an empty folder, of which nothing is kept; `frozen` once what belongs in it is there
 * - `link`: a symbolic link, where the one of the machine is hidden
 * - `folder`: an empty one in what is hidden
 * - `show`: as it is, read-only, where it would be hidden
 * - `bind`: a place of the machine, whatever is around it
 * - `veil`: never read, whatever is around it
 */
export type Sight =
  | { readonly kind: 'hide'; readonly path: string; readonly frozen?: boolean }
  | { readonly kind: 'link'; readonly path: string; readonly target: string }
  | { readonly kind: 'folder'; readonly path: string }
  | { readonly kind: 'show'; readonly path: string }
  | { readonly kind: 'bind'; readonly path: string; readonly source: string; readonly access: 'ro' | 'rw' }
  | { readonly kind: 'veil'; readonly path: string };

/** Which of two at the same place counts; of the same kind it is the later one. */
const RANK: Readonly<Record<Sight['kind'], number>> = { link: 0, folder: 0, show: 1, hide: 2, bind: 3, veil: 4 };

/** The sights that make a difference, in the order in which they are to be mounted: a folder before what is in it. */
export function arrange(sights: readonly Sight[]): Sight[] {
  const byPath = new Map<string, Sight>();
  for (const sight of [...sights, ...mirrored(sights)]) {
    const known = byPath.get(sight.path);
    if (known === undefined || RANK[sight.kind] >= RANK[known.kind]) byPath.set(sight.path, sight);
  }
  const sorted = [...byPath.values()].toSorted((a, b) => depth(a.path) - depth(b.path));
  const kept: Sight[] = [];
  for (const sight of sorted) {
    const isHidden = around(kept, sight.path)?.kind === 'hide';
    const isNeeded = sight.kind === 'bind' || sight.kind === 'hide' || isHidden !== (sight.kind === 'veil');
    if (isNeeded) kept.push(sight);
  }
  return kept;
}

/** The nearest of those that a place lies in; undefined for one that is as on the machine. */
function around(arranged: readonly Sight[], path: string): Sight | undefined {
  return arranged.findLast((one) => one.path !== path && isInside(path, one.path));
}

/** The options of bwrap, for sights that are arranged. */
export function bwrapOptions(arranged: readonly Sight[]): string[] {
  const frozen = arranged.filter((sight) => sight.kind === 'hide' && sight.frozen === true);
  return [...arranged.flatMap(optionOf), ...frozen.flatMap(({ path }) => ['--remount-ro', path])];
}

function optionOf(sight: Sight): string[] {
  switch (sight.kind) {
    case 'hide':
      // As programs want a home, and the folder of a socket, to be.
      return ['--perms', '0700', '--tmpfs', sight.path];
    case 'link':
      return ['--symlink', sight.target, sight.path];
    case 'folder':
      return ['--dir', sight.path];
    case 'show':
      return ['--ro-bind', sight.path, sight.path];
    case 'bind':
      return [sight.access === 'ro' ? '--ro-bind' : '--bind', sight.source, sight.path];
    case 'veil':
      // A device of a file system without devices: whoever opens it is refused.
      return ['--ro-bind', '/dev/null', sight.path];
  }
}

/** What is not to be read lies as well where a folder around it is mounted at another place. */
function mirrored(sights: readonly Sight[]): Sight[] {
  const moved = sights.filter((one) => one.kind === 'bind').filter(({ source, path }) => source !== path);
  const secret = sights.filter(({ kind }) => kind === 'veil' || kind === 'hide');
  return moved.flatMap(({ source, path: target }) =>
    secret
      .filter(({ path }) => isInside(path, source))
      .map(({ kind, path }) => ({ kind, path: joined(target, relative(source, path)) }) as Sight),
  );
}

function joined(folder: string, below: string): string {
  return below === '' ? folder : `${folder}/${below}`;
}

function depth(path: string): number {
  return path === '/' ? 0 : path.split('/').length;
}
