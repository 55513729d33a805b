import type { Check } from './checks.ts';
import type { HostedRepository, RepositorySettings } from './hosted-repository.ts';
import { type MergeWish, mergePullRequest } from './merging.ts';
import type { PullRequest } from './pull-request.ts';
import {
  closePullRequest,
  openForeignPullRequest,
  openPullRequest,
  reopenPullRequest,
} from './pull-request-changes.ts';

/** What is done to a repository from outside the API: by a test, or by the person `hubot` in the browser. */
export class RepositoryControl {
  readonly #repository: HostedRepository;

  constructor(repository: HostedRepository) {
    this.#repository = repository;
  }

  /** Rules and knobs, to be set at any time. */
  get settings(): RepositorySettings {
    return this.#repository.settings;
  }

  /** The folder of the bare repository. */
  get folder(): string {
    return this.#repository.bare.folder;
  }

  requireChecks(names: readonly string[]): void {
    this.settings.requiredChecks = [...names];
  }

  /** Of a commit, or of the commit that a pull request's head is at now. */
  async setCheck(target: string | number, check: Check): Promise<void> {
    const commit = typeof target === 'number' ? (await this.pullRequest(target)).head : target;
    this.#repository.setCheck(commit, check);
  }

  /** All of them as they are now. */
  async pullRequests(): Promise<readonly Readonly<PullRequest>[]> {
    await this.#repository.sync();
    return this.#repository.pulls.map((pr) => ({ ...pr, comments: [...pr.comments] }));
  }

  async pullRequest(number: number): Promise<Readonly<PullRequest>> {
    await this.#repository.sync();
    const pr = this.#repository.pull(number);
    return { ...pr, comments: [...pr.comments] };
  }

  /** Opens one in the browser; its number. */
  async openPr(wanted: {
    head: string;
    base: string;
    title?: string;
    body?: string;
    draft?: boolean;
  }): Promise<number> {
    const pr = { title: wanted.head, author: 'hubot', ...wanted };
    return (await this.#inTurn((repository) => openPullRequest(repository, pr))).number;
  }

  /** One of a fork, from a branch that is not here: its head is this commit; its number. */
  async openForkPr(wanted: {
    fork?: string;
    head: string;
    base: string;
    commit: string;
    title?: string;
  }): Promise<number> {
    const pr = { title: wanted.head, author: 'mallory', fork: 'mallory', ...wanted };
    return (await this.#inTurn((repository) => openForeignPullRequest(repository, pr))).number;
  }

  async closePr(number: number): Promise<void> {
    await this.#inTurn((repository) => closePullRequest(repository, repository.pull(number)));
  }

  async reopenPr(number: number): Promise<void> {
    await this.#inTurn((repository) => reopenPullRequest(repository, repository.pull(number)));
  }

  /** The merge commit. */
  async mergePr(number: number, wish: Partial<MergeWish> = {}): Promise<string> {
    const full = { method: 'MERGE', by: 'hubot', ...wish } as const;
    return await this.#inTurn((repository) => mergePullRequest(repository, repository.pull(number), full));
  }

  async setDraft(number: number, draft = true): Promise<void> {
    await this.#inTurn((repository) => {
      repository.pull(number).draft = draft;
    });
  }

  async review(number: number, decision: 'APPROVED' | 'CHANGES_REQUESTED' | null): Promise<void> {
    await this.#inTurn((repository) => {
      repository.pull(number).review = decision;
    });
  }

  /** The next so many reads of this one find its mergeability unknown. */
  async forgetMergeability(number: number, reads = 1): Promise<void> {
    await this.#inTurn((repository) => {
      repository.pull(number).unknownReads = reads;
    });
  }

  #inTurn<T>(work: (repository: HostedRepository) => T | Promise<T>): Promise<T> {
    return this.#repository.inTurn(() => work(this.#repository));
  }
}
