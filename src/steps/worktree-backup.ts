import { BackupRefs, type SavedWork } from './backup-refs.ts';
import type { Git } from './tools/git.ts';
import { commitTree, commitUncommitted, setAside, setFolderAside } from './uncommitted-work.ts';
import { type WorktreeGit, worktreeGit } from './worktree-git.ts';
import { gitDirOf, type WorktreeStatus } from './worktree-status.ts';

/** Keeps what a worktree holds and no branch does, under backup refs. */
export class WorktreeBackup {
  readonly #git: Git;
  readonly #commonDir: string;
  readonly #refs: BackupRefs;

  constructor(git: Git, commonDir: string) {
    this.#git = git;
    this.#commonDir = commonDir;
    this.#refs = new BackupRefs(git);
  }

  /** Commits of a detached HEAD that no ref holds; not those of `commit`, which stays. */
  async saveStray({ head, branch }: WorktreeStatus, commit: string | null, run: number): Promise<SavedWork | null> {
    if (head === null || branch !== null || head === commit) return null;
    const held = await this.#git.run(['for-each-ref', '--count=1', '--contains', head]);
    return held.stdout === '' ? await this.#refs.keep(head, run, null) : null;
  }

  /** All that is not committed and not ignored, on top of `earlier`. */
  async saveUncommitted(
    path: string,
    status: WorktreeStatus,
    run: number,
    earlier: SavedWork | null,
  ): Promise<SavedWork> {
    // Only repositories inside of this one are listed with a slash.
    const nested = status.dirty.filter((name) => name.endsWith('/'));
    const aside = nested.length === 0 ? null : setAside(path, nested, { commonDir: this.#commonDir, run });
    const note = aside === null ? '' : `\n\nThe repositories ${nested.join(', ')} are kept in\n\n${aside}`;
    const parents = earlier === null || earlier.commit === status.head ? [] : [earlier.commit];
    const work = { git: worktreeGit(this.#git, path), gitDir: gitDirOf(path), status, parents, note };
    return await this.#refs.keep(await commitUncommitted(work), run, earlier, 'copy');
  }

  /** A folder that is no worktree any more, moved away whole; a commit on top of `commit` tells where it is. */
  async saveFolder(path: string, commit: string, run: number): Promise<SavedWork> {
    const kept = setFolderAside(path, { commonDir: this.#commonDir, run });
    const git: WorktreeGit = async (args) => (await this.#git.run(args)).stdout;
    const message = `${path} was no worktree any more; it is kept in\n\n${kept}`;
    return await this.#refs.keep(await commitTree(git, `${commit}^{tree}`, [commit], message), run, null);
  }
}
