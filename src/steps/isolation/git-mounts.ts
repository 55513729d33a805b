import { appendFileSync, existsSync } from 'node:fs';
import { join } from 'node:path';
import { BRANCH_ROOT } from '../../core/names.ts';
import { makeFolder, readIfThere } from '../tools/atomic-file.ts';
import { writing } from '../tools/file-error.ts';

/** A file or folder that a sandbox shows at its own path. */
export interface BindMount {
  /** Absolute. */
  readonly path: string;
  readonly access: 'ro' | 'rw';
}

/** The git folders that a task's worktree needs; paths are absolute. */
export interface GitPlace {
  readonly graph: string;
  readonly worktree: string;
  /** The git folder of this one worktree. */
  readonly gitDir: string;
  /** What all worktrees share. */
  readonly commonDir: string;
}

/** Git removes a folder of refs with its last ref, from under the sandbox that has it; no ref begins with a dot. */
const KEEPER = '.agentrelay';

/**
 * What an agent commits with: objects, the branches of its graph, those of remotes, and its worktree's own index and HEAD.
 * Configuration, hooks, other branches and what names the repository can be read and not be changed, since the owner's git
 * believes them. In the order in which they are to be mounted: a later one lies over an earlier.
 */
export function gitMounts(place: GitPlace, isThere: (path: string) => boolean = existsSync): BindMount[] {
  const { worktree, gitDir, commonDir } = place;
  const inCommon = (names: readonly string[]) => names.map((name) => join(commonDir, name));
  const writable = [...inCommon(['objects', 'lfs', 'reftable']), ...refFolders(place), gitDir].filter(isThere);
  const fixed = ['commondir', 'gitdir', 'config.worktree'].map((name) => join(gitDir, name));
  const kept = inCommon(['objects/info', laneRefs(place)]);
  const readable = [...kept, ...fixed, join(worktree, '.git')].filter(isThere);
  return [
    { path: commonDir, access: 'ro' },
    ...writable.map((path) => ({ path, access: 'rw' }) as const),
    ...readable.map((path) => ({ path, access: 'ro' }) as const),
  ];
}

/** Makes the folders that can be written to only where they are there. Any number of times. */
export function makeGitFolders(place: GitPlace): void {
  // Where git looks for objects elsewhere: the next sandbox would show that place.
  makeFolder(join(place.commonDir, 'objects/info'));
  for (const folder of [...refFolders(place), join(place.commonDir, laneRefs(place))]) makeFolder(join(folder, KEEPER));
  // Git reads settings from such a file where the repository says so: the agent must not be the one who makes it.
  if (!/worktreeconfig/i.test(readIfThere(join(place.commonDir, 'config')) ?? '')) return;
  const config = join(place.gitDir, 'config.worktree');
  writing(config, () => appendFileSync(config, ''));
}

/** Integration branches are the owner's alone. */
function laneRefs({ graph }: GitPlace): string {
  return join('refs/heads', BRANCH_ROOT, graph, 'ws');
}

function refFolders({ commonDir, graph }: GitPlace): string[] {
  return [join('refs/heads', BRANCH_ROOT, graph), 'refs/remotes'].map((name) => join(commonDir, name));
}
