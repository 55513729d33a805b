import type { LineCommit } from '../core/reset-world.ts';
import type { Git } from './tools/git.ts';

/** First parents in a range of commits, oldest first; `revisions` as git's `log` takes them. */
export async function readLine(git: Git, revisions: readonly string[]): Promise<LineCommit[]> {
  const args = ['log', '-z', '--first-parent', '--reverse', '--no-show-signature', '--format=%H%n%P%n%s'];
  const { stdout } = await git.run([...args, ...revisions]);
  const entries = stdout.split('\0').filter((entry) => entry !== '');
  return entries.map((entry) => {
    const [commit = '', parents = '', subject = ''] = entry.split('\n');
    return { commit, parents: parents.split(' '), subject };
  });
}
