import { existsSync, readdirSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { WorkspaceError } from '../core/errors.ts';
import { KeyedQueue } from '../core/queue.ts';
import { BackupRefs, type SavedWork } from './backup-refs.ts';
import { readIfThere } from './tools/atomic-file.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';
import { withLock } from './tools/lock-file.ts';
import {
  clearLocks,
  commitTree,
  commitUncommitted,
  endOperations,
  setAside,
  setFolderAside,
  type WorktreeGit,
} from './uncommitted-work.ts';
import { gitDirOf, isWorktree, parseStatus, type WorktreeStatus } from './worktree-status.ts';

/** Milliseconds; beyond that, somebody may have come in who is not ours. */
const STILL_CLEAN = 500;

interface Found {
  readonly status: WorktreeStatus | null;
  /** Where the folder went that stood in the worktree's place. */
  readonly saved: SavedWork | null;
}

/** Git's worktrees of one repository: made, looked at, handed over and removed without losing a line of work. */
export class Worktrees {
  readonly #git: Git;
  readonly #commonDir: string;
  readonly #queue = new KeyedQueue();
  readonly #backups: BackupRefs;
  /** Worktrees that were left clean, and that nobody was let into since. */
  readonly #left = new Map<string, { readonly commit: string; readonly at: number }>();

  /** `commonDir` is where all worktrees keep their refs (`git rev-parse --git-common-dir`), absolute. */
  constructor(git: Git, commonDir: string) {
    this.#git = git;
    this.#backups = new BackupRefs(git);
    this.#commonDir = commonDir;
  }

  /**
   * Makes the worktree when it is not there. On `branch`, which is (re)made at `commit`, or detached without one.
   * A folder that git does not know is never touched: `WorkspaceError` `worktree_clash`.
   */
  async add(path: string, at: { commit: string; branch?: string }): Promise<void> {
    if (isWorktree(path)) {
      if (at.branch !== undefined) await this.checkout(path, at.branch, at.commit);
      return;
    }
    await this.#exclusively(async () => {
      // `-f` takes over the record of a worktree whose folder was deleted by hand.
      const branch = at.branch === undefined ? ['--detach'] : ['-B', at.branch];
      try {
        const add = () => this.#git.run(['worktree', 'add', '-q', '-f', ...branch, path, at.commit]);
        await add().catch(async (error: unknown) => {
          // Not from one that was on this very branch: that record must go first.
          const free = at.branch !== undefined && !existsSync(path) && (await this.whereIs(at.branch)) === null;
          if (!free) throw error;
          await this.#git.run(['worktree', 'remove', '-f', '-f', path], { accept: [0, 128] });
          await add();
        });
        if (at.branch === undefined) this.#left.set(path, { commit: at.commit, at: performance.now() });
      } catch (error) {
        throw new WorkspaceError('worktree_clash', `cannot make the worktree ${path}: ${reason(error)}`, {
          cause: error,
        });
      }
    });
  }

  /** Puts a clean worktree on `branch`, (re)made at `commit`. */
  async checkout(path: string, branch: string, commit: string): Promise<void> {
    this.#left.delete(path);
    try {
      await this.#in(path)(['checkout', '-q', '--no-track', '-B', branch, commit]);
    } catch (error) {
      throw new WorkspaceError('checkout_failed', `cannot check out ${branch} in ${path}: ${reason(error)}`, {
        cause: error,
      });
    }
  }

  /** Null when the folder is gone, or is no worktree any more. */
  async status(path: string): Promise<WorktreeStatus | null> {
    if (!isWorktree(path)) return null;
    const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '-z'];
    return parseStatus(await this.#in(path)(args));
  }

  /**
   * Leaves the worktree detached at `commit`, without a trace of who had it before: uncommitted work, and commits that
   * no branch holds, are kept under a backup ref, whose name and commit are returned; null when there was none.
   * Nobody may be at work in it any more.
   */
  async handOver(path: string, commit: string, run: number): Promise<SavedWork | null> {
    const left = this.#left.get(path);
    this.#left.delete(path);
    if (left?.commit === commit && performance.now() - left.at < STILL_CLEAN && isWorktree(path)) return null;
    const found = await this.#find(path, run, commit);
    if (found.status === null) {
      await this.add(path, { commit });
      return found.saved;
    }
    const { status } = found;
    const gitDir = gitDirOf(path);
    await clearLocks(gitDir);
    const stray = await this.#saveStray(status, commit, run);
    const saved = await this.clean(path, status, run, stray);
    await endOperations(this.#in(path), gitDir);
    const all = (await this.#detach(path, status, commit)) ? await this.#cleanAgain(path, run, saved) : saved;
    this.#left.set(path, { commit, at: performance.now() });
    return all;
  }

  /**
   * Takes what is uncommitted out of the worktree and keeps it under a backup ref, `earlier` if there is one already;
   * null when there was nothing.
   */
  async clean(
    path: string,
    status: WorktreeStatus,
    run: number,
    earlier: SavedWork | null = null,
  ): Promise<SavedWork | null> {
    const git = this.#in(path);
    let saved = earlier;
    // A second round where the changes themselves said what is ignored.
    for (let now: WorktreeStatus | null = status; now !== null && now.dirty.length > 0; ) {
      saved = await this.#save(path, now, run, saved);
      // In this order: the ignore rules are still those by which the work was saved.
      await git(['clean', '-fdq']);
      await git(['reset', '-q', '--hard']);
      const next = await this.status(path);
      // Changes inside of a submodule are not ours to take away.
      now = next?.dirty.join('\0') === now.dirty.join('\0') ? null : next;
    }
    return saved;
  }

  /** Removes the worktree, its work saved as by `handOver`. */
  async remove(path: string, run: number): Promise<SavedWork | null> {
    const found = await this.#find(path, run, 'HEAD');
    let saved = found.saved;
    if (found.status !== null) {
      await clearLocks(gitDirOf(path));
      saved = await this.#saveStray(found.status, null, run);
      if (found.status.dirty.length > 0) saved = await this.#save(path, found.status, run, saved);
    }
    await this.#exclusively(async () => {
      // Of a folder that is gone git forgets this one, and not those that are on a disk that is not here just now.
      const accept = existsSync(path) ? [0] : [0, 128];
      await this.#git.run(['worktree', 'remove', '-f', '-f', path], { accept });
    });
    return saved;
  }

  /** Where a branch is checked out: its worktree's absolute path, null for nowhere. */
  async whereIs(branch: string): Promise<string | null> {
    const { stdout } = await this.#git.run(['worktree', 'list', '--porcelain', '-z']);
    for (const entry of stdout.split('\0\0')) {
      const fields = entry.split('\0');
      if (!fields.includes(`branch refs/heads/${branch}`)) continue;
      const path = fields.find((field) => field.startsWith('worktree '))?.slice('worktree '.length);
      if (path !== undefined && existsSync(path)) return path;
    }
    return null;
  }

  /** True where that may have changed files. */
  async #detach(path: string, { head, branch, dirty }: WorktreeStatus, commit: string): Promise<boolean> {
    if (dirty.length === 0 && branch === null && head === commit) return false;
    if (dirty.length === 0 && (await this.#moveHead(path, head, commit))) return false;
    await this.#in(path)(['checkout', '-q', '--detach', commit]);
    return true;
  }

  /** What the new commit does not ignore, or does not link any more, was work on the old one. */
  async #cleanAgain(path: string, run: number, saved: SavedWork | null): Promise<SavedWork | null> {
    const status = await this.status(path);
    return status === null ? saved : await this.clean(path, status, run, saved);
  }

  /**
   * Detaches the HEAD of a clean worktree at `commit` where the files are right already, as they are after a merge that
   * nothing came before. False, and nothing is done, where they are not. No process is started.
   */
  async #moveHead(path: string, head: string | null, commit: string): Promise<boolean> {
    if (head === null) return false;
    const [has, wants] = [await this.#git.resolve(`${head}^{tree}`), await this.#git.resolve(`${commit}^{tree}`)];
    // Worktrees see each other's HEAD as worktrees/NAME/HEAD.
    const name = /\/(worktrees\/[^/\n]+)\n?$/.exec(readIfThere(join(path, '.git')) ?? '')?.[1];
    if (has === null || has !== wants || name === undefined) return false;
    return await this.#git.updateRefs([{ ref: `${name}/HEAD`, to: commit, from: head, noDeref: true }]);
  }

  /** Git in a worktree, and never in a repository further up: that is the user's. */
  #in(path: string): WorktreeGit {
    const ceiling = { GIT_CEILING_DIRECTORIES: dirname(path) };
    return async (args, options = {}) =>
      (await this.#git.run(args, { ...options, cwd: path, env: { ...ceiling, ...options.env } })).stdout;
  }

  /** The worktree's status, mended if git can. What is no worktree any more is set aside, and a ref tells where. */
  async #find(path: string, run: number, commit: string): Promise<Found> {
    if (!existsSync(path)) return { status: null, saved: null };
    const look = () =>
      this.status(path).catch((error: unknown) => {
        if (!(error instanceof ToolError) || error.exitCode === null) throw error;
        return null;
      });
    const status = await look();
    if (status !== null) return { status, saved: null };
    await this.#exclusively(() => this.#git.run(['worktree', 'repair'], { accept: [0, 1, 128] }));
    const mended = await look();
    if (mended !== null) return { status: mended, saved: null };
    if (readdirSync(path).length === 0) {
      rmSync(path, { recursive: true });
      return { status: null, saved: null };
    }
    const kept = setFolderAside(path, { commonDir: this.#commonDir, run });
    const git: WorktreeGit = async (args) => (await this.#git.run(args)).stdout;
    const message = `${path} was no worktree any more; it is kept in\n\n${kept}`;
    const told = await commitTree(git, `${commit}^{tree}`, [commit], message);
    return { status: null, saved: await this.#backups.keep(told, run, null) };
  }

  /** Commits of a detached HEAD that no ref holds. */
  async #saveStray({ head, branch }: WorktreeStatus, commit: string | null, run: number): Promise<SavedWork | null> {
    if (head === null || branch !== null || head === commit) return null;
    const held = await this.#git.run(['for-each-ref', '--count=1', '--contains', head]);
    return held.stdout === '' ? await this.#backups.keep(head, run, null) : null;
  }

  async #save(path: string, status: WorktreeStatus, run: number, earlier: SavedWork | null): Promise<SavedWork> {
    // Only repositories inside of this one are listed with a slash.
    const nested = status.dirty.filter((name) => name.endsWith('/'));
    const aside = nested.length === 0 ? null : setAside(path, nested, { commonDir: this.#commonDir, run });
    const note = aside === null ? '' : `\n\nThe repositories ${nested.join(', ')} are kept in\n\n${aside}`;
    const parents = earlier === null || earlier.commit === status.head ? [] : [earlier.commit];
    const work = { git: this.#in(path), gitDir: gitDirOf(path), status, parents, note };
    return await this.#backups.keep(await commitUncommitted(work), run, earlier);
  }

  /** `worktree add` and `remove` side by side fail now and then, in this process or in another. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const lock = join(this.#commonDir, 'agentrelay.lock');
    return await this.#queue.run('worktrees', () => withLock(lock, 60_000, work));
  }
}

function reason(error: unknown): string {
  return error instanceof ToolError && error.stderr.trim() !== '' ? error.stderr.trim() : String(error);
}
