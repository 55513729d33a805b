import { UserError } from '../../core/errors.ts';
import type { Graph, MergeMethod, Settings } from '../../core/graph/graph.ts';
import type { Git } from '../tools/git.ts';
import { GH, requireTool } from '../tools/versions.ts';
import type { Gh } from './gh.ts';
import { accountProblems, type GhAccount, readAccount } from './gh-account.ts';
import { GhProblem } from './gh-problem.ts';
import type { RateLimit } from './pull-request.ts';
import {
  baseCommits,
  branchProblems,
  leftoverBranches,
  type RemotePlace,
  type RemoteRef,
  readRemoteBranches,
} from './remote-branches.ts';

export interface CheckGhOptions {
  readonly gh: Gh;
  /** Null looks at no branches of a graph. */
  readonly graph: Graph | null;
  readonly settings: Pick<Settings, 'mergeMethod'>;
  readonly git: Git;
  /** Such as `origin`. */
  readonly remote: string;
  /** Milliseconds for which what may pass is tried again; 60,000 unless told. */
  readonly patience?: number;
  readonly signal?: AbortSignal;
}

/** What is known after the look; null or empty where it could not be told. */
export interface GhFacts {
  /** Such as `2.23.0`. */
  readonly version: string | null;
  readonly login: string | null;
  readonly viewerPermission: string | null;
  readonly mergeMethods: readonly MergeMethod[];
  readonly rateLimit: RateLimit | null;
  /** Whether the remote's branches could be read. */
  readonly isRemoteRead: boolean;
  /** The commit of each base branch on the remote, by its short name. */
  readonly bases: Readonly<Record<string, string>>;
  /** Branches of ours that are there already: of this run, or of one that has no records here. */
  readonly leftovers: readonly RemoteRef[];
}

export interface GhCheck {
  readonly problems: readonly GhProblem[];
  readonly facts: GhFacts;
}

/** Whether the run can be on GitHub: gh, account, repository and branches. Nothing is changed; gh and git run at once. */
export async function checkGh(options: CheckGhOptions): Promise<GhCheck> {
  const { gh, git, graph, remote, settings, patience = 60_000 } = options;
  const place: RemotePlace = { remote, repository: gh.repository };
  const problems: GhProblem[] = [];
  const orNull = async <T>(work: Promise<T>): Promise<T | null> => await work.catch(collectInto(problems));
  const gaveUp = new AbortController();
  const signal = AbortSignal.any([gaveUp.signal, ...(options.signal === undefined ? [] : [options.signal])]);
  const asked = readAccount(gh, { patience, signal });
  asked.catch(() => {});
  const [version, found] = await Promise.all([
    orNull(requireTool(GH)),
    orNull(readRemoteBranches(git, place, graph, options.signal)),
  ]);
  // A gh that is missing or too old, or a network that git has not found either, is told of once.
  if (version === null || problems.some(({ topic }) => topic === 'network')) gaveUp.abort();
  const account = await orNull(gaveUp.signal.aborted ? asked.catch(() => null) : asked);
  if (account !== null) {
    problems.push(...accountProblems(account, gh.repository, { remote, mergeMethod: settings.mergeMethod }));
  }
  if (found !== null) problems.push(...branchProblems(found, place, graph));
  return { problems, facts: { version, ...accountFacts(account), ...branchFacts(found, graph) } };
}

function collectInto(problems: GhProblem[]): (error: unknown) => null {
  return (error) => {
    if (!(error instanceof UserError)) throw error;
    const { message, hint } = error;
    problems.push(
      error instanceof GhProblem ? error : new GhProblem('gh', message, { hint: hint ?? '', cause: error }),
    );
    return null;
  };
}

function accountFacts(account: GhAccount | null): Omit<GhFacts, 'version' | 'isRemoteRead' | 'bases' | 'leftovers'> {
  return {
    login: account?.login ?? null,
    viewerPermission: account?.repository?.viewerPermission ?? null,
    mergeMethods: account?.repository?.mergeMethods ?? [],
    rateLimit: account?.rateLimit ?? null,
  };
}

function branchFacts(
  found: ReadonlyMap<string, string> | null,
  graph: Graph | null,
): Pick<GhFacts, 'isRemoteRead' | 'bases' | 'leftovers'> {
  if (found === null) return { isRemoteRead: false, bases: {}, leftovers: [] };
  if (graph === null) return { isRemoteRead: true, bases: {}, leftovers: [] };
  return { isRemoteRead: true, bases: baseCommits(found, graph), leftovers: leftoverBranches(found, graph) };
}
