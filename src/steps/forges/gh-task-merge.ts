import { PullRequestError, WorkspaceError } from '../../core/errors.ts';
import type { Proof } from '../../core/proofs.ts';
import type { MergeResult } from '../../core/steps.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import type { PullRequestSnapshot } from '../github/pull-request.ts';
import { type WatchOptions, WatchTimeout } from '../github/pull-request-watch.ts';
import { isSameRepository, pullRequestOf } from '../github/repository.ts';
import type { Pace } from '../github/watch-interval.ts';
import { mergedTree, planMerge } from '../local-merge.ts';
import { ToolError } from '../tools/exec.ts';
import { isUpdate } from '../update-merge.ts';
import { asPullRequestError, isUpToDate, notUpdated, tooLate } from './gh-failure.ts';
import type { GhTools } from './gh-tools.ts';
import { judge, type Pending, settled, type Verdict } from './gh-verdict.ts';
import { isAncestor } from './lane-branch.ts';
import { taskMergeMessage } from './merge-message.ts';
import { noteMerge } from './merged-note.ts';
import { seenThrough } from './seen-through.ts';

export interface GhTaskMergerOptions extends GhTools {
  /** Merged task branches are deleted in the teardown. */
  readonly removesBranches: boolean;
}

/** What has been merged, or what must happen first. */
export type Outcome = MergeResult | 'again';

/** Milliseconds that required checks may take where the task has no time limit. */
const CHECKS_LIMIT = 60 * 60_000;
/** Milliseconds for which GitHub may see a conflict that git here does not. */
const CONFLICT_LIMIT = 60_000;
/** Milliseconds after a merge that was refused, doubled each time. */
const FIRST_PAUSE = 300;
const LAST_PAUSE = 10_000;
/** Milliseconds until the head of a branch that GitHub brings up to date has moved. */
const UPDATE_LIMIT = 2 * 60_000;
/** Milliseconds until GitHub's API shows what was pushed or merged. */
const SEEN_LIMIT = 60_000;
/** A merge that is refused, or a conflict that git here does not see, is looked at again this often. */
export const MAX_TRIES = 8;

/** One go at merging a task's pull request at one commit: looks, and what follows from each. */
export class TaskMerge {
  readonly #runtime: TaskRuntime;
  readonly #prUrl: string;
  readonly #options: GhTaskMergerOptions;
  readonly #commit: string;
  readonly #base: string;
  #refused: string | null = null;
  #refusals = 0;

  constructor(runtime: TaskRuntime, prUrl: string, options: GhTaskMergerOptions) {
    this.#runtime = runtime;
    this.#prUrl = prUrl;
    this.#options = options;
    this.#commit = runtime.require('commit');
    this.#base = runtime.require('integrationBranch');
  }

  /** Waits until GitHub knows whether it can be merged, its required checks included. */
  async verdict(pace: Pace): Promise<Verdict> {
    return await this.#look((found) => settled(found), { pace });
  }

  /** The same in its turn; null where checks are to be waited for, which others need not wait for. */
  async verdictInTurn(): Promise<Verdict | null> {
    const onlyMergeable = (found: Verdict | Pending) =>
      found.kind === 'pending' && found.on === 'mergeable' ? null : found;
    return settled(await this.#look(onlyMergeable, { pace: 'prompt' }));
  }

  /** Resolves when it is seen, while others have their turns, that it cannot be merged as it is. */
  async obstacle(signal: AbortSignal): Promise<Verdict> {
    const isInTheWay = ({ kind }: Verdict | Pending) => kind !== 'pending' && kind !== 'ready' && kind !== 'behind';
    const accept = (found: Verdict | Pending) => (isInTheWay(found) ? settled(found) : null);
    // Others may take as long as they take.
    return await this.#look(accept, { pace: 'brisk', atOnce: false, limit: null, signal });
  }

  async #look<T>(accept: (found: Verdict | Pending) => T | null, how: Partial<WatchOptions>): Promise<T> {
    const { signal, task } = this.#runtime;
    const { repository, watch } = this.#options;
    const id = pullRequestOf(this.#prUrl);
    const judging = {
      target: { repository, head: this.#runtime.require('branchName'), commit: this.#commit, base: this.#base },
      prUrl: this.#prUrl,
      onProof: (proof: Proof) => this.#runtime.proved(this.#prUrl, proof),
    };
    // A number of another repository must not be looked up in this one: this throws.
    if (id === null || !isSameRepository(id, repository)) judge(null, judging);
    const options = { pace: 'brisk', limit: task.timeoutMs ?? CHECKS_LIMIT, signal, ...how } as const;
    try {
      return await watch.until(this.#number, (pr) => accept(judge(pr, judging)), options);
    } catch (error) {
      if (error instanceof WatchTimeout) throw tooLate(this.#prUrl, error);
      throw asPullRequestError(error, `pull request ${this.#prUrl} cannot be read`);
    }
  }

  async follow(verdict: Verdict): Promise<Outcome> {
    switch (verdict.kind) {
      case 'ready':
        return await this.#merge();
      case 'merged':
        return await this.#land();
      case 'behind':
        return await this.#update();
      case 'conflict':
        return await this.#conflict();
      case 'moved':
        return await this.#takeUpdate(verdict.error);
      case 'checks_failed':
        return verdict;
    }
  }

  whyNot(): string {
    return `pull request ${this.#prUrl} was not merged in ${MAX_TRIES} tries: ${this.#refused ?? 'GitHub did not say why'}`;
  }

  get #number(): number {
    return pullRequestOf(this.#prUrl)?.number ?? 0;
  }

  async #merge(): Promise<Outcome> {
    const { pullRequests, method } = this.#options;
    const { signal, task } = this.#runtime;
    const [number, commit] = [this.#number, this.#commit];
    const message = taskMergeMessage(task, { number, url: this.#prUrl });
    const wanted = { number, commit, method, ...message };
    const answer = await pullRequests.merge(wanted, signal, seenThrough(signal)).catch((error: unknown) => {
      throw asPullRequestError(error, `pull request ${this.#prUrl} cannot be merged`);
    });
    if (answer === 'merged') return await this.#land();
    // Such as a target that was moved just now.
    return await this.#againAfter(answer.refused.message);
  }

  async #againAfter(refused: string): Promise<'again'> {
    this.#refused = refused;
    await this.#options.clock.sleep(Math.min(FIRST_PAUSE * 2 ** this.#refusals++, LAST_PAUSE), this.#runtime.signal);
    return 'again';
  }

  /** GitHub has merged it: brings the merge here, and believes in it when it is there. */
  async #land(): Promise<MergeResult> {
    const { branches, method, removesBranches } = this.#options;
    const signal = seenThrough(this.#runtime.signal);
    const tip = await branches.follow(this.#base, signal);
    // A person may have merged it in another way than ours.
    const found = method === 'squash' ? null : await this.#mergeIn(tip);
    const commit = found ?? (await this.#namedMerge(tip, signal));
    // The teardown waits for it.
    if (removesBranches) void branches.beginDelete(this.#runtime.require('branchName'), this.#commit);
    noteMerge(this.#runtime, commit);
    return { kind: 'merged', commit };
  }

  /** The merge that brought the commit in; null where it is not in the branch itself. */
  async #mergeIn(tip: string): Promise<string | null> {
    if ((await this.#options.git.resolve(`${tip}^2`)) === this.#commit) return tip;
    const plan = { into: this.#base, commit: this.#commit, method: 'merge', message: '', findMerge: true } as const;
    const planned = await planMerge(this.#options.git, plan);
    return planned.kind === 'contained' ? planned.commit : null;
  }

  /** Only GitHub knows which commit a squash has become. */
  async #namedMerge(tip: string, signal: AbortSignal): Promise<string> {
    const { git, watch } = this.#options;
    const options = { pace: 'prompt', limit: SEEN_LIMIT, signal } as const;
    const mergeOf = (pr: PullRequestSnapshot | null) => (pr?.headRefOid === this.#commit ? pr.mergeCommit : null);
    const commit = await watch.until(this.#number, mergeOf, options).catch((error: unknown) => {
      if (!(error instanceof WatchTimeout))
        throw asPullRequestError(error, `pull request ${this.#prUrl} cannot be read`);
      const words = `counts as merged, and GitHub names no merge of ${this.#commit}`;
      throw new PullRequestError('merge_missing', `${this.#prUrl} ${words}: ${error.message}`);
    });
    if (commit === tip) return commit;
    const isHere = (await git.resolve(`${commit}^{commit}`)) !== null;
    if (isHere && (await isAncestor(git, commit, tip))) return commit;
    throw new PullRequestError(
      'merge_missing',
      `${this.#prUrl} counts as merged, and ${commit} is not in ${this.#base}`,
    );
  }

  /** The target comes into the branch, here too; gate and proofs are for what that makes. */
  async #update(): Promise<Outcome> {
    const { pullRequests, watch } = this.#options;
    const { signal } = this.#runtime;
    const failed = (error: unknown): never => {
      if (error instanceof WatchTimeout) throw notUpdated(this.#prUrl, error);
      throw asPullRequestError(error, `pull request ${this.#prUrl} cannot be brought up to date`);
    };
    try {
      if (!(await pullRequests.update(this.#number, this.#commit, signal))) return await this.#conflict();
    } catch (error) {
      // It was behind when GitHub last looked.
      if (isUpToDate(error)) return await this.#againAfter(error.message);
      failed(error);
    }
    const moved = (pr: { headRefOid: string } | null) => (pr?.headRefOid === this.#commit ? null : true);
    await watch.until(this.#number, moved, { pace: 'brisk', limit: UPDATE_LIMIT, signal }).catch(failed);
    return await this.#takeUpdate(null);
  }

  /** What GitHub has added to the branch comes here too. A commit of anybody else is not what was signalled. */
  async #takeUpdate(error: PullRequestError | null): Promise<Outcome> {
    const { remote, branches, git, worktrees } = this.#options;
    const { signal } = this.#runtime;
    const branch = this.#runtime.require('branchName');
    const tip = await branches.follow(this.#base, signal);
    const head = await remote.fetch(branch, signal);
    if (error !== null && head === this.#commit) return await this.#waitForHead(error);
    const parents = head === null ? [] : [await git.resolve(`${head}^1`), await git.resolve(`${head}^2`)];
    const [own, other] = parents;
    const isOurs = head !== null && own === this.#commit && other !== null && other !== undefined;
    if (!isOurs || !(await isUpdate(git, { commit: head, parents: [own, other] }, tip))) {
      throw (
        error ?? new PullRequestError('head_moved', `proof "head" of ${this.#prUrl} failed: it moved on to ${head}`)
      );
    }
    const cwd = this.#runtime.require('worktreePath');
    worktrees.forget(cwd);
    await git.run(['merge', '-q', '--ff-only', '--no-autostash', head], { cwd }).catch((cause: unknown) => {
      if (!(cause instanceof ToolError)) throw cause;
      const words = `${this.#prUrl} took ${this.#base} in, and its worktree ${cwd} cannot follow`;
      throw new WorkspaceError('worktree_changed', `${words}: ${cause.stderr.trim()}`, { cause });
    });
    this.#runtime.branchUpdated(this.#base, head);
    return { kind: 'updated' };
  }

  /** The branch is where it must be, and GitHub's API does not show it yet: after a push that may take a moment. */
  async #waitForHead(error: PullRequestError): Promise<Outcome> {
    const { watch } = this.#options;
    const isThere = (pr: PullRequestSnapshot | null) =>
      pr?.state === 'OPEN' && pr.headRefOid !== this.#commit ? null : true;
    const options = { pace: 'prompt', limit: SEEN_LIMIT, signal: this.#runtime.signal } as const;
    await watch.until(this.#number, isThere, options).catch((late: unknown) => {
      throw late instanceof WatchTimeout
        ? error
        : asPullRequestError(late, `pull request ${this.#prUrl} cannot be read`);
    });
    return 'again';
  }

  /** GitHub does not say which files: git here does. */
  async #conflict(): Promise<Outcome> {
    const { branches, git, watch } = this.#options;
    const { signal } = this.#runtime;
    const tip = await branches.follow(this.#base, signal);
    const merged = await mergedTree(git, tip, this.#commit).catch((error: unknown) => {
      if (error instanceof WorkspaceError) throw new PullRequestError(error.code, error.message);
      throw error;
    });
    if (Array.isArray(merged)) return { kind: 'conflict', files: merged };
    // What GitHub said was of a target that has moved on: it will see so, too.
    const seen = (pr: PullRequestSnapshot | null) => (pr?.mergeable === 'CONFLICTING' ? null : true);
    const options = { pace: 'prompt', limit: CONFLICT_LIMIT, signal } as const;
    await watch.until(this.#number, seen, options).catch((error: unknown) => {
      if (!(error instanceof WatchTimeout))
        throw asPullRequestError(error, `pull request ${this.#prUrl} cannot be read`);
      const words = 'GitHub says that it conflicts, and git here merges it without a conflict';
      throw new PullRequestError('pr_conflicts', `pull request ${this.#prUrl}: ${words}`);
    });
    return 'again';
  }
}
