import type { BareRepository, BranchChange } from './bare-repository.ts';
import type { Check } from './checks.ts';
import { type PullRequest, timestamp } from './pull-request.ts';
import { Refusal } from './refusal.ts';

/** What a test or a person may change at any time. */
export interface RepositorySettings {
  /** Names of checks without whose success nothing is merged. */
  requiredChecks: readonly string[];
  reviewRequired: boolean;
  /** The head must contain the base: else BEHIND. */
  strictUpToDate: boolean;
  /** Some other rule forbids every merge: BLOCKED. */
  blocked: boolean;
  /** So many reads after each move of head or base answer UNKNOWN. */
  mergeableUnknownReads: number;
  /** So many reads after each move of a head still show the commit before. */
  headLagReads: number;
  deleteBranchOnMerge: boolean;
  allowMerge: boolean;
  allowSquash: boolean;
  viewerPermission: 'ADMIN' | 'MAINTAIN' | 'WRITE' | 'TRIAGE' | 'READ';
  archived: boolean;
  defaultBranch: string;
  /** What its bases' merge queue is read as; nothing is queued. */
  mergeQueue: boolean;
  /** Checks that a pull request has by itself, asked for on every read; those that are set go before them. */
  autoChecks: ((pr: Readonly<PullRequest>) => readonly Check[]) | null;
  /** Called in a merge after the base was read and before it is moved: the place for a race. */
  beforeMove: ((pr: Readonly<PullRequest>) => void | Promise<void>) | null;
}

const DEFAULTS: RepositorySettings = {
  requiredChecks: [],
  reviewRequired: false,
  strictUpToDate: false,
  blocked: false,
  mergeableUnknownReads: 0,
  headLagReads: 0,
  deleteBranchOnMerge: false,
  allowMerge: true,
  allowSquash: true,
  viewerPermission: 'ADMIN',
  archived: false,
  defaultBranch: 'main',
  mergeQueue: false,
  autoChecks: null,
  beforeMove: null,
};

/** A repository on the server: its branches are those of the bare repository, its pull requests follow them. */
export class HostedRepository {
  readonly nameWithOwner: string;
  readonly owner: string;
  readonly name: string;
  readonly bare: BareRepository;
  readonly settings: RepositorySettings = { ...DEFAULTS };
  readonly pulls: PullRequest[] = [];
  /** As of the last `sync`. */
  branches: ReadonlyMap<string, string> = new Map();
  readonly #checks = new Map<string, Map<string, Check>>();
  #turn: Promise<unknown> = Promise.resolve();

  constructor(nameWithOwner: string, bare: BareRepository) {
    const [owner = '', name = ''] = nameWithOwner.split('/');
    this.nameWithOwner = nameWithOwner;
    this.owner = owner;
    this.name = name;
    this.bare = bare;
  }

  /** One at a time, each on what the bare repository is by then. */
  inTurn<T>(work: () => T | Promise<T>): Promise<T> {
    const mine = this.#turn.then(async () => {
      await this.#catchUp();
      return await work();
    });
    this.#turn = mine.catch(() => undefined);
    return mine;
  }

  /** Takes in what was pushed. */
  sync(): Promise<void> {
    return this.inTurn(() => undefined);
  }

  pull(number: number): PullRequest {
    const pr = this.pulls[number - 1];
    if (pr !== undefined) return pr;
    const message = `Could not resolve to a PullRequest with the number of ${number}.`;
    throw new Refusal(message, { status: 404, type: 'NOT_FOUND' });
  }

  /** Checks of a commit, of what is set and of what comes by itself. */
  checksOf(pr: PullRequest | null, commit: string): Check[] {
    const found = new Map(
      (pr && this.settings.autoChecks?.({ ...pr }))?.map((check) => [check.id ?? check.name, check]),
    );
    for (const [id, check] of this.#checks.get(commit) ?? []) found.set(id, check);
    return [...found.values()];
  }

  setCheck(commit: string, check: Check): void {
    const checks = this.#checks.get(commit) ?? new Map<string, Check>();
    this.#checks.set(commit, checks.set(check.id ?? check.name, check));
  }

  /** A branch that was moved already: what follows for the pull requests. */
  async moved(changes: readonly BranchChange[]): Promise<void> {
    const branches = new Map(this.branches);
    const real = changes.filter(({ branch, to }) => (branches.get(branch) ?? null) !== to);
    for (const { branch, to } of real) {
      if (to === null) branches.delete(branch);
      else branches.set(branch, to);
    }
    this.branches = branches;
    // A base that gets a head's commits in the push that deletes the head has merged it.
    for (const change of real) await this.#baseMoved(change);
    for (const change of real) await this.#headMoved(change);
  }

  async #catchUp(): Promise<void> {
    for (const push of this.bare.newPushes()) await this.moved(push);
    const now = await this.bare.branches();
    const names = new Set([...this.branches.keys(), ...now.keys()]);
    const at = (map: ReadonlyMap<string, string>, branch: string) => map.get(branch) ?? null;
    const changes = [...names].map((branch) => ({ branch, from: at(this.branches, branch), to: at(now, branch) }));
    await this.moved(changes.filter(({ from, to }) => from !== to));
  }

  async #baseMoved({ branch, to }: BranchChange): Promise<void> {
    for (const pr of this.pulls) {
      if (pr.state !== 'OPEN' || pr.baseBranch !== branch) continue;
      pr.unknownReads = this.settings.mergeableUnknownReads;
      if (to === null) close(pr);
      else if ((await this.bare.distance(to, pr.head)).ahead === 0) merged(pr, { by: pr.author, commit: to });
    }
  }

  async #headMoved({ branch, to }: BranchChange): Promise<void> {
    for (const pr of this.pulls) {
      if (pr.state !== 'OPEN' || pr.headBranch !== branch || pr.headRepository !== this.nameWithOwner) continue;
      if (to === null) {
        close(pr);
        continue;
      }
      const base = this.branches.get(pr.baseBranch) ?? pr.base;
      pr.lag = { head: pr.head, base: pr.base, reads: this.settings.headLagReads };
      Object.assign(pr, { head: to, base, updatedAt: timestamp(), unknownReads: this.settings.mergeableUnknownReads });
      if ((await this.bare.distance(base, to)).ahead === 0) close(pr);
    }
  }
}

export function close(pr: PullRequest): void {
  const now = timestamp();
  Object.assign(pr, { state: 'CLOSED', closedAt: now, updatedAt: now });
}

export function merged(pr: PullRequest, { by, commit }: { by: string; commit: string }): void {
  const now = timestamp();
  Object.assign(pr, {
    state: 'MERGED',
    closedAt: now,
    mergedAt: now,
    updatedAt: now,
    mergedBy: by,
    mergeCommit: commit,
  });
}
