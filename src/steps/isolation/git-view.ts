import { rmSync, statSync, symlinkSync } from 'node:fs';
import { join, relative } from 'node:path';
import { makeFolder } from '../tools/atomic-file.ts';
import { type BindMount, type GitPlace, gitMounts } from './git-mounts.ts';

/**
 * How a sandbox shows the common git folder, so that git can lock what it may not change. Whatever deletes a ref, such as
 * the end of a rebase or of a cherry-pick, makes `packed-refs.lock` beside `packed-refs`, needed or not: in a folder that
 * is read-only it leaves a worktree behind that is for ever in the middle of a cherry-pick. So the folder is one of the
 * sandbox's own, and what is in it leads to the real one.
 */
export interface GitView {
  /** The common git folder, where an empty one is to be that can be written to. */
  readonly folder: string;
  /** What belongs in it, and around it, in the order of mounting. */
  readonly mounts: readonly (BindMount & { readonly source: string })[];
  /** Symbolic links in it: files that are replaced as a whole, and so would never change in a mount of their own. */
  readonly links: readonly { readonly path: string; readonly target: string }[];
  /** Empty folders in it. */
  readonly folders: readonly string[];
}

const FOLDERS = ['refs', 'hooks', 'info', 'modules'];
const FILES = ['HEAD', 'config', 'description', 'shallow'];

/** Git follows so many links by itself to find the place of a lock, and leaves the rest to the system. */
const LINKS_OF_LOCKS = 5;

/** Where a sandbox has all of the common git folder, read-only. */
const REAL = '/run/agentrelay/git';

/** Paths are without links, as those of `place` have to be. */
export function gitView(place: GitPlace, real = REAL): GitView {
  const { commonDir } = place;
  const inside = (name: string) => join(commonDir, name);
  const isFolder = (path: string) => statSync(path, { throwIfNoEntry: false })?.isDirectory() === true;
  const [, ...mounts] = gitMounts(place);
  const read = FOLDERS.map(inside).filter(isFolder);
  return {
    folder: commonDir,
    mounts: [
      { source: commonDir, path: real, access: 'ro' },
      ...read.map((path) => ({ source: path, path, access: 'ro' }) as const),
      ...mounts.map((mount) => ({ ...mount, source: mount.path })),
    ],
    links: [...FILES.map((name) => ({ path: inside(name), target: join(real, name) })), ...packedRefs(commonDir, real)],
    // Nobody takes refs out of their own files in favour of a list that only the sandbox has.
    // Logs of refs are the sandbox's own: the owner's git would write to them through any link that is made in there.
    folders: [inside('logs'), inside(`${linkNamed(LINKS_OF_LOCKS)}.new/kept`)],
  };
}

/** Makes the folder of a view anew, for who can mount one and make no links in it: what was in it may have made something else of it. */
export function makeGitView({ folder, links, folders }: GitView, made: string): void {
  const place = (path: string) => join(made, relative(folder, path));
  rmSync(made, { recursive: true, force: true });
  for (const path of [folder, ...folders]) makeFolder(place(path));
  for (const { path, target } of links) {
    symlinkSync(target, place(path));
  }
}

/** The lock is made beside the last but one, in the sandbox's own folder; what is read is always the real file. */
function packedRefs(commonDir: string, real: string): GitView['links'] {
  const names = Array.from({ length: LINKS_OF_LOCKS + 1 }, (_, at) => linkNamed(at));
  return names.map((name, at) => ({
    path: join(commonDir, name),
    target: names[at + 1] ?? join(real, 'packed-refs'),
  }));
}

function linkNamed(at: number): string {
  return at === 0 ? 'packed-refs' : `packed-refs.${at}`;
}
