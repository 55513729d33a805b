import type { Git } from '../tools/git.ts';
import { clearLocks, commitUncommitted } from '../uncommitted-work.ts';
import type { Worktrees } from '../worktree.ts';
import { worktreeGit } from '../worktree-git.ts';
import { gitDirOf } from '../worktree-status.ts';

/** Commits of what is staged and of the files; null where that is what HEAD has. */
export interface Uncommitted {
  readonly index: string | null;
  readonly files: string | null;
}

/** What `write-tree` exits with while a file conflicts: such an index cannot be kept, the files can. */
const UNMERGED = 128;

/** Makes commits of all that is uncommitted in a worktree; nothing in it changes. */
export async function commitWhatIsThere(git: Git, worktrees: Worktrees, path: string): Promise<Uncommitted> {
  const status = await worktrees.status(path);
  if (status === null || status.head === null || status.dirty.length === 0) return { index: null, files: null };
  const [inside, gitDir] = [worktreeGit(git, path), gitDirOf(path)];
  await clearLocks(git, gitDir);
  const staged = await inside(['write-tree'], { accept: [0, UNMERGED] });
  const files = await commitUncommitted({ git: inside, gitDir, status, parents: [], note: '' });
  if (staged === '' || staged === (await git.resolve(`${status.head}^{tree}`))) return { index: null, files };
  // What is in the files no more is a parent of their commit.
  const isSame = staged === (await git.resolve(`${files}^{tree}`));
  return { index: isSame ? files : await git.resolve(`${files}^2`), files };
}

/** The same staged content and the same files, whenever they were kept. */
export async function isSameWork(git: Git, one: Uncommitted, other: Uncommitted): Promise<boolean> {
  const tree = async (commit: string | null) => (commit === null ? null : await git.resolve(`${commit}^{tree}`));
  const same = async (key: keyof Uncommitted) => (await tree(one[key])) === (await tree(other[key]));
  return (await same('index')) && (await same('files'));
}
