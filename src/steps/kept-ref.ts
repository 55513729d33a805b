import { type Git, NO_COMMIT, type RefUpdate } from './tools/git.ts';

/**
 * The update that keeps `commit` under `ref`, and never takes the place of another commit: graphs of one repository
 * count their runs each for itself, so that two may want one name. The later one gets `-2`, `-3`, …
 */
export async function keepUnder(git: Git, ref: string, commit: string): Promise<RefUpdate> {
  for (let k = 1; ; k++) {
    const name = k === 1 ? ref : `${ref}-${k}`;
    const known = await git.resolve(name);
    if (known === null || known === commit) return { ref: name, to: commit, from: known ?? NO_COMMIT };
  }
}
