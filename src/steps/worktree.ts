import { existsSync, readdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { WorkspaceError } from '../core/errors.ts';
import { KeyedQueue } from '../core/queue.ts';
import type { SavedWork } from './backup-refs.ts';
import { moveCheckout, wasOnItsWay } from './finish-checkout.ts';
import { dropHalfMade, isHalfMade } from './half-made-worktree.ts';
import { detachFromLost } from './lost-branch.ts';
import { dropForeignFiles, dropPointer } from './own-git-files.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';
import { againWhenKilled } from './tools/killed-git.ts';
import { withLock } from './tools/lock-file.ts';
import { listWorktrees } from './tools/worktree-list.ts';
import { clearLocks, endOperations } from './uncommitted-work.ts';
import { WorktreeBackup } from './worktree-backup.ts';
import { headOf, worktreeGit } from './worktree-git.ts';
import { forgetHolder, makeWorktree, reason } from './worktree-making.ts';
import { removeWorktree } from './worktree-removal.ts';
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
  readonly #backup: WorktreeBackup;
  /** Worktrees that were left clean, and that nobody was let into since. */
  readonly #left = new Map<string, { readonly commit: string; readonly at: number }>();
  /** Worktrees that no git of ours was killed in, since we looked. */
  readonly #sound = new Set<string>();

  /** `commonDir` is where all worktrees keep their refs (`git rev-parse --git-common-dir`), absolute. */
  constructor(git: Git, commonDir: string) {
    this.#git = git;
    this.#backup = new WorktreeBackup(git, commonDir);
    this.#commonDir = commonDir;
  }

  /**
   * Makes the worktree when it is not there. On `branch`, which is (re)made at `commit`, or detached without one.
   * A folder that git does not know is never touched: `WorkspaceError` `worktree_clash`.
   */
  async add(path: string, at: { commit: string; branch?: string }): Promise<void> {
    await this.#forgetHalfMade(path);
    if (isWorktree(path)) {
      if (at.branch !== undefined) await this.checkout(path, at.branch, at.commit);
      return;
    }
    const wanted = { path, commit: at.commit, branch: at.branch, commonDir: this.#commonDir };
    const isOurs = await this.#exclusively(() => makeWorktree(this.#git, wanted));
    if (!isOurs) return await this.add(path, at);
    this.#sound.add(path);
    if (at.branch === undefined) this.#left.set(path, { commit: at.commit, at: performance.now() });
  }

  /** Puts a clean worktree on `branch`, (re)made at `commit`. */
  async checkout(path: string, branch: string, commit: string): Promise<void> {
    this.#left.delete(path);
    dropPointer(branch, this.#commonDir);
    const mayBeTorn = !this.#sound.delete(path);
    const checkout = () => this.#move(path, commit, ['--no-track', '-B', branch, commit], mayBeTorn);
    try {
      await checkout().catch(async (error: unknown) => {
        const holder = { path, branch, commonDir: this.#commonDir };
        if (!(await forgetHolder(this.#git, holder))) throw error;
        await checkout();
      });
      this.#sound.add(path);
    } catch (error) {
      throw new WorkspaceError('checkout_failed', `cannot check out ${branch} in ${path}: ${reason(error)}`, {
        cause: error,
      });
    }
  }

  /** Null when the folder is gone, is no worktree any more, or is none yet. */
  async status(path: string): Promise<WorktreeStatus | null> {
    if (!isWorktree(path) || (!this.#sound.has(path) && isHalfMade(path, this.#commonDir))) return null;
    dropForeignFiles(gitDirOf(path), this.#commonDir);
    // Into a repository that an agent has put in its worktree git would go with that one's own filters.
    const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '--ignore-submodules=dirty', '-z'];
    return parseStatus(await worktreeGit(this.#git, path)(args));
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
    const stray = await this.#backup.saveStray(found.status, commit, run);
    const status = await this.#finishCheckout(path, found.status, commit);
    const saved = await this.clean(path, status, run, stray);
    await endOperations(worktreeGit(this.#git, path), gitDirOf(path));
    const all = (await this.#detach(path, status, commit)) ? await this.#cleanAgain(path, run, saved) : saved;
    this.#left.set(path, { commit, at: performance.now() });
    this.#sound.add(path);
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
    const git = worktreeGit(this.#git, path);
    let saved = earlier;
    // A second round where the changes themselves said what is ignored.
    for (let now: WorktreeStatus | null = status; now !== null && now.dirty.length > 0; ) {
      saved = await this.#backup.saveUncommitted(path, now, run, saved);
      // In this order: the ignore rules are still those by which the work was saved.
      await againWhenKilled(() => git(['clean', '-fdq']));
      await againWhenKilled(() => git(['reset', '-q', '--hard']));
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
      saved = await this.#backup.saveStray(found.status, null, run);
      if (found.status.dirty.length > 0) saved = await this.#backup.saveUncommitted(path, found.status, run, saved);
    }
    this.forget(path);
    await this.#exclusively(() => removeWorktree(this.#git, path, this.#commonDir));
    return saved;
  }

  /** Somebody else has been in there: nothing is known of it any more. */
  forget(path: string): void {
    this.#left.delete(path);
    this.#sound.delete(path);
  }

  /** Where a branch is checked out: its worktree's absolute path, null for nowhere. */
  async whereIs(branch: string): Promise<string | null> {
    const listed = await listWorktrees(this.#git);
    return listed.find((worktree) => worktree.branch === branch && existsSync(worktree.path))?.path ?? null;
  }

  async #forgetHalfMade(path: string): Promise<void> {
    if (this.#sound.has(path) || !existsSync(path) || !isHalfMade(path, this.#commonDir)) return;
    await this.#exclusively(() => dropHalfMade(path, this.#commonDir));
  }

  /** Goes on with a checkout of `commit` in whose middle git was killed: that is no work of anybody's. */
  async #finishCheckout(path: string, status: WorktreeStatus, commit: string): Promise<WorktreeStatus> {
    if (this.#sound.delete(path) || !(await wasOnItsWay(this.#git, path, status, commit))) return status;
    await againWhenKilled(() => worktreeGit(this.#git, path)(['checkout', '-q', '-f', '--detach', commit]));
    return { head: commit, branch: null, dirty: [] };
  }

  /** True where that may have changed files. */
  async #detach(path: string, { head, branch, dirty }: WorktreeStatus, commit: string): Promise<boolean> {
    if (dirty.length === 0 && branch === null && head === commit) return false;
    if (dirty.length === 0 && (await this.#moveHead(path, head, commit))) return false;
    await this.#move(path, commit, ['--detach', commit], false);
    return true;
  }

  async #move(path: string, to: string, args: readonly string[], mayBeTorn: boolean): Promise<void> {
    const status = () => this.status(path);
    await moveCheckout({ git: this.#git, path, args, to, mayBeTorn, status });
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
    const ref = headOf(path);
    if (has === null || has !== wants || ref === null) return false;
    return await this.#git.updateRefs([{ ref, to: commit, from: head, noDeref: true }]);
  }

  /** Also of a worktree whose branch was deleted by hand. */
  async #statusOnCommit(path: string): Promise<WorktreeStatus | null> {
    const status = await this.status(path);
    return status !== null && (await detachFromLost(this.#git, path, status)) ? await this.status(path) : status;
  }

  /** The worktree's status, mended if git can. What is no worktree any more is set aside, and a ref tells where. */
  async #find(path: string, run: number, commit: string): Promise<Found> {
    await this.#forgetHalfMade(path);
    if (!existsSync(path)) return { status: null, saved: null };
    if (isWorktree(path)) await clearLocks(this.#git, gitDirOf(path));
    const look = () =>
      this.#statusOnCommit(path).catch((error: unknown) => {
        if (!(error instanceof ToolError) || error.exitCode === null) throw error;
        return null;
      });
    const status = await look();
    if (status !== null) return { status, saved: null };
    const repair = () => this.#git.run(['worktree', 'repair'], { accept: [0, 1, 128] });
    await this.#exclusively(() => againWhenKilled(repair));
    const mended = await look();
    if (mended !== null) return { status: mended, saved: null };
    if (readdirSync(path).length === 0) {
      rmSync(path, { recursive: true });
      return { status: null, saved: null };
    }
    return { status: null, saved: await this.#backup.saveFolder(path, commit, run) };
  }

  /** `worktree add` and `remove` side by side fail now and then, in this process or in another. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const lock = join(this.#commonDir, 'agentrelay.lock');
    return await this.#queue.run('worktrees', () => withLock(lock, 60_000, work));
  }
}
