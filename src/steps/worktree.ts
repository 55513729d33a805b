import { existsSync, mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { WorkspaceError } from '../core/errors.ts';
import { backupRef } from '../core/names.ts';
import { KeyedQueue } from '../core/queue.ts';
import { ToolError } from './tools/exec.ts';
import { type Git, NO_COMMIT } from './tools/git.ts';
import { withLock } from './tools/lock-file.ts';

export interface WorktreeStatus {
  /** The commit of HEAD; null on a branch without commits. */
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
  /** Changed and untracked files that are not ignored. */
  readonly dirty: readonly string[];
}

/** Git's worktrees of one repository: made, looked at, handed over and removed without losing a line of work. */
export class Worktrees {
  readonly #git: Git;
  readonly #commonDir: string;
  readonly #queue = new KeyedQueue();
  #nextBackup: number | null = null;

  /** `commonDir` is where all worktrees keep their refs (`git rev-parse --git-common-dir`), absolute. */
  constructor(git: Git, commonDir: string) {
    this.#git = git;
    this.#commonDir = commonDir;
  }

  /**
   * Makes the worktree when it is not there. On `branch`, which is (re)made at `commit`, or detached without one.
   * A folder that git does not know is never touched: `WorkspaceError` `worktree_clash`.
   */
  async add(path: string, at: { commit: string; branch?: string }): Promise<void> {
    if (existsSync(join(path, '.git'))) {
      if (at.branch !== undefined) await this.checkout(path, at.branch, at.commit);
      return;
    }
    await this.#exclusively(async () => {
      // `-f` takes over the record of a worktree whose folder was deleted by hand.
      const branch = at.branch === undefined ? ['--detach'] : ['-B', at.branch];
      try {
        await this.#git.run(['worktree', 'add', '-q', '-f', ...branch, path, at.commit]);
      } catch (error) {
        throw new WorkspaceError('worktree_clash', `cannot make the worktree ${path}: ${reason(error)}`, {
          cause: error,
        });
      }
    });
  }

  /** Puts a clean worktree on `branch`, (re)made at `commit`. */
  async checkout(path: string, branch: string, commit: string): Promise<void> {
    try {
      await this.#git.run(['checkout', '-q', '--no-track', '-B', branch, commit], { cwd: path });
    } catch (error) {
      throw new WorkspaceError('checkout_failed', `cannot check out ${branch} in ${path}: ${reason(error)}`, {
        cause: error,
      });
    }
  }

  /** Null when the folder is gone, or is no worktree any more. */
  async status(path: string): Promise<WorktreeStatus | null> {
    if (!existsSync(join(path, '.git'))) return null;
    const args = ['status', '--porcelain=v2', '--branch', '--untracked-files=all', '-z'];
    return parseStatus((await this.#git.run(args, { cwd: path })).stdout);
  }

  /**
   * Leaves the worktree detached at `commit`, without a trace of who had it before: uncommitted work is kept under a
   * backup ref, whose name and commit are returned; null when there was none.
   */
  async handOver(path: string, commit: string, run: number): Promise<{ ref: string; commit: string } | null> {
    const status = await this.status(path);
    if (status === null) {
      rmSync(path, { recursive: true, force: true });
      await this.add(path, { commit });
      return null;
    }
    if (status.dirty.length === 0) {
      if (status.branch !== null || status.head !== commit) await this.#detach(path, commit);
      return null;
    }
    const saved = await this.clean(path, status, run);
    await this.#detach(path, commit);
    return saved;
  }

  /** Takes what is uncommitted out of the worktree and keeps it under a backup ref; null when there was nothing. */
  async clean(path: string, status: WorktreeStatus, run: number): Promise<{ ref: string; commit: string } | null> {
    if (status.dirty.length === 0) return null;
    const saved = await this.#save(path, status, run);
    await this.#git.run(['reset', '-q', '--hard'], { cwd: path });
    await this.#git.run(['clean', '-ffdq'], { cwd: path });
    return saved;
  }

  /** Removes the worktree, its uncommitted work saved as by `handOver`. */
  async remove(path: string, run: number): Promise<{ ref: string; commit: string } | null> {
    const status = await this.status(path);
    const saved = status === null || status.dirty.length === 0 ? null : await this.#save(path, status, run);
    await this.#exclusively(async () => {
      if (existsSync(path)) await this.#git.run(['worktree', 'remove', '-f', '-f', path]);
      else await this.#git.run(['worktree', 'prune']);
    });
    return saved;
  }

  /** Where a branch is checked out: its worktree's absolute path, null for nowhere. */
  async whereIs(branch: string): Promise<string | null> {
    const { stdout } = await this.#git.run(['worktree', 'list', '--porcelain', '-z']);
    for (const entry of stdout.split('\0\0')) {
      const fields = entry.split('\0');
      if (!fields.includes(`branch refs/heads/${branch}`)) continue;
      return fields.find((field) => field.startsWith('worktree '))?.slice('worktree '.length) ?? null;
    }
    return null;
  }

  async #detach(path: string, commit: string): Promise<void> {
    await this.#git.run(['checkout', '-q', '--detach', commit], { cwd: path });
  }

  /** Commits everything in the worktree, untracked files included, through an index of its own. */
  async #save(path: string, status: WorktreeStatus, run: number): Promise<{ ref: string; commit: string }> {
    const folder = mkdtempSync(join(tmpdir(), 'agentrelay-index-'));
    try {
      const env = { GIT_INDEX_FILE: join(folder, 'index') };
      if (status.head !== null) await this.#git.run(['read-tree', 'HEAD'], { cwd: path, env });
      await this.#git.run(['add', '-A'], { cwd: path, env });
      const tree = (await this.#git.run(['write-tree'], { cwd: path, env })).stdout;
      const parent = status.head === null ? [] : ['-p', status.head];
      const message = `Uncommitted work of ${status.branch ?? 'a detached worktree'}`;
      const commit = (await this.#git.run(['commit-tree', tree, ...parent, '-m', message])).stdout;
      return { ref: await this.#keep(commit, run), commit };
    } finally {
      rmSync(folder, { recursive: true, force: true });
    }
  }

  async #keep(commit: string, run: number): Promise<string> {
    this.#nextBackup ??= await this.#firstFreeBackup(run);
    for (;;) {
      const ref = backupRef(run, this.#nextBackup++);
      if (await this.#git.updateRefs([{ ref, to: commit, from: NO_COMMIT }])) return ref;
    }
  }

  async #firstFreeBackup(run: number): Promise<number> {
    const folder = backupRef(run, 0).slice(0, -1);
    const { stdout } = await this.#git.run(['for-each-ref', '--format=%(refname)', folder]);
    const taken = stdout.split('\n').map((ref) => Number(ref.slice(folder.length)) || 0);
    return Math.max(0, ...taken) + 1;
  }

  /** `worktree add` and `remove` side by side fail now and then, in this process or in another. */
  async #exclusively<T>(work: () => Promise<T>): Promise<T> {
    const lock = join(this.#commonDir, 'agentrelay.lock');
    return await this.#queue.run('worktrees', () => withLock(lock, 60_000, work));
  }
}

/** Of `git status --porcelain=v2 --branch -z`. */
function parseStatus(text: string): WorktreeStatus {
  let head: string | null = null;
  let branch: string | null = null;
  const dirty: string[] = [];
  const fields = text.split('\0');
  for (let at = 0; at < fields.length; at++) {
    const field = fields[at] ?? '';
    const [sort] = field;
    if (field.startsWith('# branch.oid ')) head = field.slice(13) === '(initial)' ? null : field.slice(13);
    else if (field.startsWith('# branch.head ')) branch = field.slice(14) === '(detached)' ? null : field.slice(14);
    else if (sort === '1') dirty.push(field.split(' ').slice(8).join(' '));
    else if (sort === '2') {
      dirty.push(field.split(' ').slice(9).join(' '));
      at++; // the path that it was renamed from
    } else if (sort === 'u') dirty.push(field.split(' ').slice(10).join(' '));
    else if (sort === '?') dirty.push(field.slice(2));
  }
  return { head, branch, dirty };
}

function reason(error: unknown): string {
  return error instanceof ToolError && error.stderr.trim() !== '' ? error.stderr.trim() : String(error);
}
