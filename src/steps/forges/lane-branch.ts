import { WorkspaceError } from '../../core/errors.ts';
import { mergedTree } from '../local-merge.ts';
import { type Git, NO_COMMIT } from '../tools/git.ts';

/**
 * The commit of a lane's integration branch. One that was deleted by hand is made again, and one that was moved back is
 * refused; `tip` is what was last recorded of it, null before the first merge.
 */
export async function findLaneBranch(git: Git, branch: string, recorded: string, tip: string | null): Promise<string> {
  const found = await git.branch(branch);
  if (found !== null && (found === tip || tip === null)) return found;
  if ((await git.resolve(recorded)) === null) {
    throw new WorkspaceError(
      'branch_lost',
      `branch ${branch} ${found === null ? 'is gone' : `was moved to ${found}`}, and its last commit ${recorded} is in this repository no more`,
    );
  }
  if (found === null) {
    if (await git.updateRefs([{ ref: `refs/heads/${branch}`, to: recorded, from: NO_COMMIT }])) return recorded;
    throw new WorkspaceError('branch_moved', `branch ${branch} was made by somebody else just now`);
  }
  // A commit more may be there than was recorded, when the end came in between.
  if (await isAncestor(git, recorded, found)) return found;
  throw new WorkspaceError(
    'branch_rewound',
    `branch ${branch} was moved to ${found}, without work that was merged up to ${recorded}; ` +
      `bring it back with: git branch -f ${branch} ${recorded}`,
  );
}

/** Whether all that `commit` holds is in `tip`. */
export async function isAncestor(git: Git, commit: string, tip: string): Promise<boolean> {
  return (await git.run(['rev-list', '--count', `${tip}..${commit}`])).stdout === '0';
}

/** Also when it was squashed: then merging it once more would change nothing. */
export async function holdsWork(git: Git, target: string, commit: string): Promise<boolean> {
  if (await isAncestor(git, commit, target)) return true;
  const merged = await mergedTree(git, target, commit).catch((error: unknown) => {
    if (error instanceof WorkspaceError) return null;
    throw error;
  });
  return merged !== null && merged === (await git.resolve(`${target}^{tree}`));
}
