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
    if (this.#next === null) {
      this.#next = await this.#firstFree(run);
      const before = this.#next > 1 ? await this.#sameWork(backupRef(run, this.#next - 1), commit) : null;
      if (before !== null) return before;
    }
    for (;;) {
      const ref = backupRef(run, this.#next++);
      if (await this.#git.updateRefs([{ ref, to: commit, from: NO_COMMIT }])) return { ref, commit };
    }
  }

  /** What was saved just before the end of the process that saved it, and is still there to be saved again. */
  async #sameWork(ref: string, commit: string): Promise<SavedWork | null> {
    for (const part of ['^{tree}', '^1', '^2', '^3']) {
      if ((await this.#git.resolve(`${ref}${part}`)) !== (await this.#git.resolve(`${commit}${part}`))) return null;
    }
    const kept = await this.#git.resolve(ref);
    return kept === null ? null : { ref, commit: kept };
  }

  async #firstFree(run: number): Promise<number> {
    const folder = backupRef(run, 0).slice(0, -1);
    const { stdout } = await this.#git.run(['for-each-ref', '--format=%(refname)', folder]);
    const taken = stdout.split('\n').map((ref) => Number(ref.slice(folder.length)) || 0);
    return Math.max(0, ...taken) + 1;
  }
}
