import type { LineCommit } from '../core/reset-world.ts';
import { mergedTree } from './local-merge.ts';
import type { Git } from './tools/git.ts';

/**
 * Whether a commit does nothing but bring `target` in, as GitHub's own button does. What somebody has resolved in such a
 * merge is work.
 */
export async function isUpdate(
  git: Git,
  { commit, parents }: Omit<LineCommit, 'subject'> & { readonly subject?: string },
  target: string | null,
): Promise<boolean> {
  const [own, other, ...more] = parents;
  if (target === null || own === undefined || other === undefined || more.length > 0) return false;
  const isOfTarget = await git.run(['merge-base', '--is-ancestor', other, target], { accept: [0, 1] });
  if (isOfTarget.exitCode !== 0) return false;
  return (await mergedTree(git, own, other)) === (await git.resolve(`${commit}^{tree}`));
}
