import type { Clock } from '../../core/clock.ts';
import type { MergeMethod } from '../../core/graph/graph.ts';
import type { ApiRequest, Gh } from './gh.ts';
import { fieldOf } from './gh-answer.ts';
import { GhError } from './gh-error.ts';
import { patiently } from './patiently.ts';
import type { PullRequestSnapshot } from './pull-request.ts';
import type { PullRequestWatch } from './pull-request-watch.ts';
import { type RemoteRepository, repositoryPath } from './repository.ts';

export interface PullRequestsOptions {
  readonly gh: Gh;
  readonly watch: PullRequestWatch;
  readonly clock: Clock;
  readonly onLimited: (kind: 'primary' | 'secondary', until: number) => void;
}

/** What is asked of a merge: nothing but this commit, and in these words. */
export interface MergeRequest {
  readonly number: number;
  readonly commit: string;
  readonly method: MergeMethod;
  readonly subject: string;
  readonly body: string;
}

/** What a pull request says, and from where to where it goes. */
export interface PullRequestText {
  readonly head: string;
  readonly base: string;
  readonly title: string;
  readonly body: string;
}

export interface OpenPullRequest {
  readonly number: number;
  readonly url: string;
}

/** Failures after which the pull request is read and judged anew, and not asked for the same again. */
const LOOK_AGAIN = new Set<GhError['failure']>(['stale', 'not_mergeable', 'draft', 'protected', 'already_done']);

/** What is done to pull requests of one repository. Each can be asked for again: it finds what is done already. */
export class PullRequests {
  readonly #options: PullRequestsOptions;

  constructor(options: PullRequestsOptions) {
    this.#options = options;
  }

  /**
   * `merged`, or `refused` for a reason that a new look at the pull request tells. Throws `GhError`. Where the answer is
   * lost, it is read whether the merge was made. What is sent is ended by `sending` alone.
   */
  async merge(
    request: MergeRequest,
    signal: AbortSignal,
    sending = signal,
  ): Promise<'merged' | { readonly refused: GhError }> {
    const { gh, watch } = this.#options;
    const { number, commit, method, subject, body } = request;
    const args = ['pr', 'merge', String(number), '-R', repositoryPath(gh.repository), `--${method}`];
    const words = ['--match-head-commit', commit, '--subject', subject, '--body', body];
    const isMerged = (pr: PullRequestSnapshot | null) => pr?.state === 'MERGED' && pr.headRefOid === commit;
    try {
      return await this.#patiently(signal, {
        work: async () => {
          await gh.run([...args, ...words], { signal: sending });
          return 'merged' as const;
        },
        lookBack: async () => (isMerged(await watch.read(number, signal)) ? ('merged' as const) : null),
      });
    } catch (error) {
      if (error instanceof GhError && LOOK_AGAIN.has(error.failure)) return { refused: error };
      throw error;
    }
  }

  /**
   * Has GitHub merge the base into the head, from `commit` on; false where that conflicts. The head moves a little later.
   * Throws `GhError`, `already_done` where there is nothing new in the base.
   */
  async update(number: number, commit: string, signal: AbortSignal): Promise<boolean> {
    const { watch } = this.#options;
    const path = this.#path(`pulls/${number}/update-branch`);
    try {
      return await this.#patiently(signal, {
        work: async () => {
          await this.#options.gh.api({ method: 'PUT', path, body: { expected_head_sha: commit }, signal });
          return true;
        },
        lookBack: async () => ((await watch.read(number, signal))?.headRefOid === commit ? null : true),
      });
    } catch (error) {
      if (!(error instanceof GhError)) throw error;
      // The head has moved: by us, when the answer was lost, or by somebody; a new look tells.
      if (error.failure === 'stale') return true;
      if (error.failure === 'not_mergeable') return false;
      throw error;
    }
  }

  /** Opens a pull request, or takes the open one between the same branches and gives it these words. */
  async open(text: PullRequestText, signal: AbortSignal): Promise<OpenPullRequest> {
    const path = this.#path('pulls');
    const found = () => this.#find(text, signal);
    const opened = await this.#patiently(signal, {
      work: async () => {
        const { body } = await this.#options.gh.api({ method: 'POST', path, body: text, signal });
        return { ...openPullRequest(body), isNew: true };
      },
      lookBack: async () => await found(),
    }).catch(async (error: unknown) => {
      const there = error instanceof GhError && error.failure === 'already_done' ? await found() : null;
      if (there === null) throw error;
      return there;
    });
    if (!opened.isNew) await this.edit(opened.number, text, signal);
    return { number: opened.number, url: opened.url };
  }

  async edit(
    number: number,
    { title, body }: Pick<PullRequestText, 'title' | 'body'>,
    signal: AbortSignal,
  ): Promise<void> {
    const request: ApiRequest = { method: 'PATCH', path: this.#path(`pulls/${number}`), body: { title, body }, signal };
    // The same words twice are the same words.
    await this.#patiently(signal, { work: () => this.#options.gh.api(request), isRead: true });
  }

  /** The open pull request between the two branches; null for none. */
  async #find(
    { head, base }: PullRequestText,
    signal: AbortSignal,
  ): Promise<(OpenPullRequest & { isNew: false }) | null> {
    const { gh } = this.#options;
    const { owner } = gh.repository;
    const query = new URLSearchParams({ state: 'open', head: `${owner}:${head}`, base });
    const path = this.#path(`pulls?${query.toString()}`);
    const { body } = await this.#patiently(signal, { work: () => gh.api({ path, signal }), isRead: true });
    const listed = Array.isArray(body) ? (body as unknown[]) : [];
    // What GitHub does not understand of a query it leaves out, and lists all that are open.
    const own = listed.find((one) => isBetween(one, { head, base, repository: gh.repository }));
    return own === undefined ? null : { ...openPullRequest(own), isNew: false };
  }

  async #patiently<T>(
    signal: AbortSignal,
    how: { work: () => Promise<T>; lookBack?: () => Promise<T | null>; isRead?: boolean },
  ): Promise<T> {
    const { gh, clock, onLimited } = this.#options;
    const { work, ...rest } = how;
    return await patiently(work, { clock, gh, onLimited, signal, ...rest });
  }

  #path(rest: string): string {
    const { owner, name } = this.#options.gh.repository;
    return `repos/${owner}/${name}/${rest}`;
  }
}

function isBetween(
  answer: unknown,
  { head, base, repository }: { head: string; base: string; repository: RemoteRepository },
): boolean {
  const [from, to] = [fieldOf(answer, 'head'), fieldOf(answer, 'base')];
  const home = String(fieldOf(fieldOf(from, 'repo'), 'full_name')).toLowerCase();
  const isHome = home === `${repository.owner}/${repository.name}`.toLowerCase();
  return isHome && fieldOf(from, 'ref') === head && fieldOf(to, 'ref') === base;
}

function openPullRequest(answer: unknown): OpenPullRequest {
  const { number, html_url: url } = (answer ?? {}) as Record<string, unknown>;
  if (typeof number === 'number' && typeof url === 'string') return { number, url };
  throw new GhError('permanent', 'GitHub answered without the number and the URL of the pull request');
}
