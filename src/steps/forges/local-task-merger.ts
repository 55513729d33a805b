import { PullRequestError } from '../../core/errors.ts';
import type { MergeMethod } from '../../core/graph/graph.ts';
import type { MergeQueue } from '../../core/merge-queue.ts';
import { localPullRequest } from '../../core/names.ts';
import type { MergeResult, TaskMerger } from '../../core/steps.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { mergeIntoBranch } from '../local-merge.ts';
import type { Git } from '../tools/git.ts';
import { taskMergeMessage } from './merge-message.ts';
import { noteMerge } from './merged-note.ts';

export interface LocalTaskMergerOptions {
  readonly git: Git;
  /** One merge at a time into each branch. */
  readonly queue: MergeQueue;
  readonly method: MergeMethod;
}

/** Merges a task's branch with git alone, after proving that what was signalled is what is there. */
export class LocalTaskMerger implements TaskMerger {
  readonly #options: LocalTaskMergerOptions;

  constructor(options: LocalTaskMergerOptions) {
    this.#options = options;
  }

  async mergePr(runtime: TaskRuntime, prUrl: string): Promise<MergeResult> {
    const { queue, git, method } = this.#options;
    const target = runtime.require('integrationBranch');
    const position = queue.length(target);
    if (position > 0) runtime.report({ kind: 'task_merge_queued', target, position });
    return await queue.run(target, { task: runtime.task.id }, runtime.signal, async () => {
      const commit = await this.#prove(runtime, prUrl);
      const { subject: message } = taskMergeMessage(runtime.task, null);
      const result = await mergeIntoBranch(git, { into: target, commit, method, message, findMerge: true });
      if (result.kind === 'merged') {
        noteMerge(runtime, result.commit);
      }
      return result;
    });
  }

  /** The commit that was recorded, gated, and is still what the pull request and the branch name. */
  async #prove(runtime: TaskRuntime, prUrl: string): Promise<string> {
    const branch = runtime.require('branchName');
    const commit = runtime.require('commit');
    if (prUrl !== localPullRequest(branch, commit)) {
      throw new PullRequestError(
        'pr_head_mismatch',
        `the signal names ${prUrl}, and the task's branch is ${localPullRequest(branch, commit)}`,
      );
    }
    const head = await this.#options.git.branch(branch);
    if (head !== commit) {
      throw new PullRequestError('head_moved', `branch ${branch} moved from ${commit} to ${head} after the signal`);
    }
    return commit;
  }
}
