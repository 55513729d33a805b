import { setTimeout as delay } from 'node:timers/promises';
import { UserError, WorkspaceError } from '../../core/errors.ts';
import type { GhForge } from '../forges/forge.ts';
import { type FoundPullRequests, findPullRequests } from '../github/branch-pull-requests.ts';
import { Gh } from '../github/gh.ts';
import { fieldOf } from '../github/gh-answer.ts';
import { GhError } from '../github/gh-error.ts';
import { patiently } from '../github/patiently.ts';
import { RemoteGit, type RemoteMove } from '../github/remote-git.ts';
import { isSameRepository, pullRequestOf } from '../github/repository.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import type { Git } from '../tools/git.ts';

/** Milliseconds for which what may pass is tried again: somebody waits. */
const PATIENCE = 45_000;
/** Milliseconds: a branch that has just come back is not known everywhere at once. */
const BEFORE_SECOND_TRY = 1_500;
const UNPROCESSABLE = 422;
const MAX_RACES = 5;
const NOTHING_CHANGED = 'nothing was changed; the same command tries again';

export interface RemoteSideOptions {
  readonly forge: GhForge;
  readonly git: Git;
  /** Takes what a person is to know of it. */
  readonly tell: (note: string) => void;
}

/** What a rollback reads and changes on GitHub. Each can be asked for again, and finds what is done. Throws `UserError`. */
export class RemoteSide {
  /** Such as `origin`. */
  readonly name: string;
  readonly #options: RemoteSideOptions;
  readonly #gh: Gh;
  readonly #remote: RemoteGit;

  constructor(options: RemoteSideOptions) {
    const { forge, git } = options;
    this.#options = options;
    this.name = forge.remote;
    this.#gh = new Gh({ repository: forge.repository, cacheFolder: forge.cacheFolder });
    this.#remote = new RemoteGit({ git, remote: forge.remote, clock: REAL_CLOCK });
  }

  /** Commits of branches, by full name; they are here then. A `*` in a name stands for anything. */
  async branches(names: readonly string[]): Promise<ReadonlyMap<string, string>> {
    return await reached(this.#remote.bring(names), NOTHING_CHANGED);
  }

  async pullRequests(asked: Parameters<typeof findPullRequests>[1]): Promise<FoundPullRequests> {
    if (asked.branches.length + asked.urls.length === 0) return { open: [], merged: new Map() };
    return await reached(
      this.#patiently(() => findPullRequests(this.#gh, asked)),
      NOTHING_CHANGED,
    );
  }

  /** Moves what is not there yet, all or none. */
  async move(moves: readonly RemoteMove[]): Promise<void> {
    for (let race = 0; race < MAX_RACES; race++) {
      const open = await this.#notDone(moves);
      if (open.length === 0 || (await reached(this.#remote.moveAll(open)))) return;
    }
    throw new UserError(`${this.name} did not move its branches in ${MAX_RACES} tries, and did not say why`);
  }

  async close(url: string): Promise<void> {
    const answer = await reached(this.#patch(url, 'closed'));
    if (fieldOf(answer, 'merged') === true || fieldOf(answer, 'merged_at')) {
      this.#options.tell(`${url} was merged before it could be closed; what it brought in stays where it went`);
    }
  }

  /** False where GitHub does not do it: its branch was something else meanwhile, or is gone. */
  async reopen(url: string): Promise<boolean> {
    for (let tries = 0; ; tries++) {
      try {
        await this.#patch(url, 'open');
        return true;
      } catch (error) {
        if (!(error instanceof GhError) || error.status !== UNPROCESSABLE) throw asUserError(error, null);
        if (tries === 1) break;
        await delay(BEFORE_SECOND_TRY);
      }
    }
    this.#options.tell(`${url} stays closed: GitHub does not open it again. The next run opens a new one`);
    return false;
  }

  async #notDone(moves: readonly RemoteMove[]): Promise<RemoteMove[]> {
    if (moves.length === 0) return [];
    const now = await reached(this.#remote.list(moves.map(({ ref }) => ref.slice('refs/heads/'.length))));
    return moves.filter((move) => {
      const at = now.get(move.ref) ?? null;
      if (at !== move.to && at !== move.from) throw movedMeanwhile(this.name, move, at);
      return at !== move.to;
    });
  }

  async #patch(url: string, state: 'open' | 'closed'): Promise<unknown> {
    const { repository } = this.#gh;
    const id = pullRequestOf(url);
    if (id === null || !isSameRepository(id, repository)) throw new UserError(`${url} is not of this repository`);
    const path = `repos/${repository.owner}/${repository.name}/pulls/${id.number}`;
    const { body } = await this.#patiently(() => this.#gh.api({ method: 'PATCH', path, body: { state } }));
    return body;
  }

  async #patiently<T>(work: () => Promise<T>): Promise<T> {
    // Closing what is closed is no change.
    return await patiently(work, { clock: REAL_CLOCK, gh: this.#gh, isRead: true, limit: PATIENCE });
  }
}

async function reached<T>(work: Promise<T>, hint: string | null = null): Promise<T> {
  return await work.catch((error: unknown) => {
    throw asUserError(error, hint);
  });
}

function asUserError(error: unknown, hint: string | null): unknown {
  if (!(error instanceof GhError) && !(error instanceof WorkspaceError)) return error;
  const isLogin = error instanceof GhError && error.failure === 'unauthenticated';
  const said = isLogin ? 'gh auth status tells who is logged in' : hint;
  return new UserError(error.message, { ...(said === null ? {} : { hint: said }), cause: error });
}

function movedMeanwhile(remote: string, { ref, from }: RemoteMove, now: string | null): UserError {
  const branch = ref.replace('refs/heads/', '');
  const keep =
    now === null ? '' : `git fetch ${remote} ${branch} && git branch keep-${now.slice(0, 8)} ${now} keeps that; `;
  const lease = `git push --force-with-lease=${ref}:${now ?? ''} ${remote} ${from ?? ''}:${ref}`;
  return new UserError(
    `${branch} of ${remote} is at ${now ?? 'no commit'}: somebody moved it in the middle of the rollback`,
    { hint: `${keep}${lease} lets it go on` },
  );
}
