import type { Clock } from '../../core/clock.ts';
import { WorkspaceError } from '../../core/errors.ts';
import { KeyedQueue } from '../../core/queue.ts';
import { ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import { listedRefs } from './listed-refs.ts';
import { mask } from './mask.ts';
import { isNetworkTrouble } from './network-trouble.ts';
import { NO_QUESTIONS } from './no-questions.ts';

/** Milliseconds; a large repository over a slow line. */
const TIMEOUT = 5 * 60_000;
/** The same where no commits are carried. */
const SHORT_TIMEOUT = 60_000;
/** Waits between tries, in milliseconds, where the network fails. */
const WAITS = [500, 2_000, 5_000, 15_000];

/** What the person has set for pushes of their own is not meant here: tags and submodules stay where they are. */
const PUSH = ['push', '-q', '--no-verify', '--no-follow-tags', '--recurse-submodules=no'];
const FETCH = ['fetch', '-q', '--no-tags', '--no-write-fetch-head', '--no-recurse-submodules', '--no-auto-maintenance'];

export interface RemoteGitOptions {
  readonly git: Git;
  /** Such as `origin`. */
  readonly remote: string;
  readonly clock: Clock;
}

/** `from` is null for a branch that is not there, `to` for one that goes. */
export interface RemoteMove {
  readonly ref: string;
  readonly from: string | null;
  readonly to: string | null;
}

/** A branch that moves while it is read is read again this often. */
const MAX_RACES = 5;

/**
 * The branches of a remote, through git itself: never asks anybody, never forces what is not as it must be, and tries
 * again when the line fails.
 */
export class RemoteGit {
  readonly #options: RemoteGitOptions;
  readonly #fetches = new KeyedQueue();

  constructor(options: RemoteGitOptions) {
    this.#options = options;
  }

  /** Brings a branch here, below `refs/remotes/`; its commit, null when the remote has no such branch. */
  async fetch(branch: string, signal?: AbortSignal): Promise<string | null> {
    const { git, remote } = this.#options;
    const tracking = `refs/remotes/${remote}/${branch}`;
    // Two at once would be in each other's way.
    return await this.#fetches.run('fetch', async () => {
      const found = await this.#run([...FETCH, remote, `+refs/heads/${branch}:${tracking}`], signal, [NO_SUCH_REF]);
      return found === null ? null : await git.resolve(tracking);
    });
  }

  /** The same of several at once, with one process where all of them are there. */
  async fetchAll(branches: readonly string[], signal?: AbortSignal): Promise<(string | null)[]> {
    const { git, remote } = this.#options;
    const wanted = [...new Set(branches)];
    const refspecs = wanted.map((branch) => `+refs/heads/${branch}:refs/remotes/${remote}/${branch}`);
    const found = await this.#fetches.run('fetch', () =>
      this.#run([...FETCH, remote, ...refspecs], signal, [NO_SUCH_REF]),
    );
    return await Promise.all(
      branches.map((branch) => {
        return found === null ? this.fetch(branch, signal) : git.resolve(`refs/remotes/${remote}/${branch}`);
      }),
    );
  }

  /** Moves a branch of the remote from `from`, null for one that is not there; false when it is something else. */
  async push(
    branch: string,
    { from, to }: { from: string | null; to: string },
    signal?: AbortSignal,
  ): Promise<boolean> {
    const { remote } = this.#options;
    const lease = `--force-with-lease=refs/heads/${branch}:${from ?? ''}`;
    // Hooks are for people's pushes; this moves what has been pushed already.
    const args = [...PUSH, lease, remote, `${to}:refs/heads/${branch}`];
    return (await this.#run(args, signal, [STALE])) !== null;
  }

  /** False when it is not at `commit` any more, or gone. */
  async delete(branch: string, commit: string, signal?: AbortSignal): Promise<boolean> {
    const { remote } = this.#options;
    const lease = `--force-with-lease=refs/heads/${branch}:${commit}`;
    const args = [...PUSH, lease, remote, `:refs/heads/${branch}`];
    return (await this.#run(args, signal, [STALE, NOT_THERE], SHORT_TIMEOUT)) !== null;
  }

  /** Commits of the branches of these names, by full name; a `*` stands for anything. */
  async list(names: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
    const patterns = names.map((name) => `refs/heads/${name}`);
    const output = await this.#run(
      ['ls-remote', '--heads', this.#options.remote, ...patterns],
      signal,
      [],
      SHORT_TIMEOUT,
    );
    return listedRefs(output ?? '');
  }

  /** The same, with all of these commits brought here. */
  async bring(names: readonly string[], signal?: AbortSignal): Promise<Map<string, string>> {
    const { git, remote } = this.#options;
    for (let race = 0; race < MAX_RACES; race++) {
      const found = await this.list(names, signal);
      const missing: string[] = [];
      for (const [ref, commit] of found) if ((await git.resolve(`${commit}^{commit}`)) === null) missing.push(ref);
      if (missing.length === 0) return found;
      const specs = missing.map((ref) => `+${ref}:refs/remotes/${remote}/${ref.slice('refs/heads/'.length)}`);
      await this.#fetches.run('fetch', () => this.#run([...FETCH, remote, ...specs], signal, [NO_SUCH_REF]));
    }
    throw new WorkspaceError('remote_moves', `branches of ${remote} moved ${MAX_RACES} times while they were read`);
  }

  /** Moves and deletes branches, all or none, also backwards, each only from what it must be; false when one is not. */
  async moveAll(moves: readonly RemoteMove[], signal?: AbortSignal): Promise<boolean> {
    const leases = moves.map(({ ref, from }) => `--force-with-lease=${ref}:${from ?? ''}`);
    const specs = moves.map(({ ref, to }) => `${to ?? ''}:${ref}`);
    const args = [...PUSH, '--atomic', ...leases, this.#options.remote, ...specs];
    return (await this.#run(args, signal, [STALE, NOT_THERE])) !== null;
  }

  /** Null for a refusal that is an answer. Throws `WorkspaceError` `remote_failed`. */
  async #run(
    args: readonly string[],
    signal: AbortSignal | undefined,
    answers: readonly RegExp[],
    timeout = TIMEOUT,
  ): Promise<string | null> {
    const { git, clock } = this.#options;
    for (let attempt = 0; ; attempt++) {
      try {
        return (await git.run(args, { timeout, signal, env: NO_QUESTIONS })).stdout;
      } catch (error) {
        if (!(error instanceof ToolError)) throw error;
        if (answers.some((answer) => answer.test(error.stderr))) return null;
        const wait = WAITS[attempt];
        if (wait === undefined || !isPassing(error)) throw this.#failed(args[0] ?? '', error);
        await clock.sleep(wait * (0.5 + clock.random()), signal);
      }
    }
  }

  #failed(verb: string, error: ToolError): WorkspaceError {
    const { remote } = this.#options;
    const said = mask(error.stderr.trim()) || (error.timedOut ? 'it ran out of time' : 'it said nothing');
    const what = isPassing(error)
      ? `git cannot reach ${remote}`
      : `git ${verb} is refused by ${remote}, or cannot be done`;
    return new WorkspaceError('remote_failed', `${what}: ${said}`);
  }
}

/** It may work later. */
function isPassing({ timedOut, stderr }: ToolError): boolean {
  return timedOut || isNetworkTrouble(stderr);
}

const NO_SUCH_REF = /couldn't find remote ref/;
const STALE =
  /\((stale info|fetch first|non-fast-forward|remote ref updated since checkout)\)|cannot lock ref|failed to update ref/;
const NOT_THERE = /remote ref does not exist/;
