import type { RemoteCommands } from './remote.ts';

/** Updates in a row, one on top of the other. */
const MAX_UPDATES = 50;

export interface UpdateQuestion {
  readonly tip: string;
  /** Where the integration branch is on the remote. */
  readonly base: string;
  readonly isOwn: (commit: string) => Promise<boolean>;
}

/**
 * Whether a commit is this task's own work with nothing done to it but bringing it up to date with the integration
 * branch, as GitHub does when it is asked to. What a person resolved by hand in such a merge is work, and is none.
 */
export async function isUpdateOf({ tip, base, isOwn }: UpdateQuestion, git: RemoteCommands): Promise<boolean> {
  let at = tip;
  for (let updates = 0; updates < MAX_UPDATES; updates++) {
    const { exitCode, stdout } = await git.look('rev-parse', `${at}^{tree}`, `${at}^@`);
    const [tree, own, other, ...more] = stdout.split('\n');
    if (exitCode !== 0 || own === undefined || other === undefined || more.length > 0) return false;
    if ((await git.look('merge-base', '--is-ancestor', other, base)).exitCode !== 0) return false;
    const merged = await git.look('merge-tree', '--write-tree', '--no-messages', own, other);
    if (merged.exitCode !== 0 || merged.stdout !== tree) return false;
    if (await isOwn(own)) return true;
    at = own;
  }
  return false;
}
