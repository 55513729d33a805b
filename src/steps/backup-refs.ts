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
  #next: number | null = null;

  constructor(git: Git) {
    this.#git = git;
  }

  /** Keeps `commit` under `earlier`, which it must descend from, or under a new ref. */
  async keep(commit: string, run: number, earlier: SavedWork | null): Promise<SavedWork> {
    if (earlier !== null && (await this.#git.updateRefs([{ ref: earlier.ref, to: commit, from: earlier.commit }]))) {
      return { ref: earlier.ref, commit };
    }
    this.#next ??= await this.#firstFree(run);
    for (;;) {
      const ref = backupRef(run, this.#next++);
      if (await this.#git.updateRefs([{ ref, to: commit, from: NO_COMMIT }])) return { ref, commit };
    }
  }

  async #firstFree(run: number): Promise<number> {
    const folder = backupRef(run, 0).slice(0, -1);
    const { stdout } = await this.#git.run(['for-each-ref', '--format=%(refname)', folder]);
    const taken = stdout.split('\n').map((ref) => Number(ref.slice(folder.length)) || 0);
    return Math.max(0, ...taken) + 1;
  }
}
