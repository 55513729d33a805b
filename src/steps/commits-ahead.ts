import type { TaskRuntime } from '../core/task-runtime.ts';
import type { Git } from './tools/git.ts';

/** Commits of the task itself, from where its branch was cut to `commit`. */
export async function commitsAhead(git: Git, runtime: TaskRuntime, commit: string): Promise<number> {
  const base = runtime.require('baseCommit');
  const straight = await git.straightAhead(base, commit);
  if (straight !== null) return straight;
  const count = async (from: string) => Number((await git.run(['rev-list', '--count', `${from}..${commit}`])).stdout);
  // What a merge of the integration branch has brought is not the task's; of work that is merged all is there already.
  const own = await count(`refs/heads/${runtime.require('integrationBranch')}`);
  return own > 0 ? own : await count(base);
}
