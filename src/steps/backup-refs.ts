import { backupRef } from '../core/names.ts';
import { type Git, NO_COMMIT } from './tools/git.ts';

/** A backup ref, and the commit that it keeps. */
export interface SavedWork {
  readonly ref: string;
  readonly commit: string;
}

/** The refs under which work is kept that nobody has committed, or that no branch holds. */
export class BackupRefs {
  readonly #git: Git;
  /** The number of the last one of an earlier process; 0 for none. */
  #earlier: Promise<number> | null = null;
  #next = 1;

  constructor(git: Git) {
    this.#git = git;
  }

  /**
   * Keeps `commit` under `earlier`, which it must descend from, or under a new ref. One that an earlier process of this
   * run has kept last, before it came to its end, is not kept twice; nor is a `copy` of uncommitted work like it.
   */
  async keep(
    commit: string,
    run: number,
    earlier: SavedWork | null,
    sort: 'original' | 'copy' = 'original',
  ): Promise<SavedWork> {
    if (earlier !== null && (await this.#git.updateRefs([{ ref: earlier.ref, to: commit, from: earlier.commit }]))) {
      return { ref: earlier.ref, commit };
    }
    // Of several who ask at the beginning, only one can be the one that was cut short.
    const isFirst = this.#earlier === null;
    this.#earlier ??= this.#lastTaken(run);
    const number = await this.#earlier.catch((error: unknown) => {
      this.#earlier = null;
      throw error;
    });
    if (isFirst && number > 0) {
      const ref = backupRef(run, number);
      const last = await this.#git.resolve(ref);
      const isSame = last === commit || (sort === 'copy' && last !== null && (await this.#isLike(last, commit)));
      if (isSame) return { ref, commit: last };
    }
    this.#next = Math.max(this.#next, number + 1);
    for (;;) {
      const ref = backupRef(run, this.#next++);
      if (await this.#git.updateRefs([{ ref, to: commit, from: NO_COMMIT }])) return { ref, commit };
    }
  }

  /** The same files of the same branch, on top of the same commits. */
  async #isLike(one: string, other: string): Promise<boolean> {
    const { stdout } = await this.#git.run(['show', '-s', '--format=%T %P %s', one, other]);
    const [first, second] = stdout.split('\n');
    return first === second;
  }

  async #lastTaken(run: number): Promise<number> {
    const folder = backupRef(run, 0).slice(0, -1);
    const { stdout } = await this.#git.run(['for-each-ref', '--format=%(refname)', folder]);
    const taken = stdout.split('\n').map((ref) => Number(ref.slice(folder.length)) || 0);
    return Math.max(0, ...taken);
  }
}
