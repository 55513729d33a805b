import { z } from 'zod';
import type { MergeMethod } from '../../core/graph/graph.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import type { Gh } from './gh.ts';
import { GhError } from './gh-error.ts';
import { GhProblem } from './gh-problem.ts';
import { mask } from './mask.ts';
import { patiently } from './patiently.ts';
import type { RateLimit } from './pull-request.ts';
import { type RemoteRepository, repositoryPath } from './repository.ts';

/** All that must be known of account and repository, in one request. */
const QUERY = `query AgentrelayPreflight($owner: String!, $name: String!) {
  viewer { login }
  repository(owner: $owner, name: $name) {
    nameWithOwner
    isArchived
    viewerPermission
    mergeCommitAllowed
    squashMergeAllowed
  }
  rateLimit { cost limit remaining resetAt }
}`;

const Answer = z.object({
  viewer: z.object({ login: z.string() }),
  repository: z
    .object({
      nameWithOwner: z.string(),
      isArchived: z.boolean(),
      viewerPermission: z.string().nullable(),
      mergeCommitAllowed: z.boolean(),
      squashMergeAllowed: z.boolean(),
    })
    .nullable(),
  // A GitHub Enterprise server may count nothing.
  rateLimit: z.object({ cost: z.number(), limit: z.number(), remaining: z.number(), resetAt: z.string() }).nullable(),
});

/** Who we are on GitHub, and what we may do with the repository. */
export interface GhAccount {
  readonly login: string;
  /** Null where there is none, or none that the account may see. */
  readonly repository: GhRepositoryFacts | null;
  readonly rateLimit: RateLimit | null;
  /** Of a classic token; null for every other kind. */
  readonly scopes: readonly string[] | null;
}

export interface GhRepositoryFacts {
  /** As GitHub has it now; another one where the repository was renamed. */
  readonly nameWithOwner: string;
  readonly isArchived: boolean;
  /** `ADMIN`, `MAINTAIN`, `WRITE`, `TRIAGE`, `READ`; null where GitHub does not say, as for an app. */
  readonly viewerPermission: string | null;
  /** Those of ours that it allows. */
  readonly mergeMethods: readonly MergeMethod[];
}

export interface AskOptions {
  /** Milliseconds for which what may pass is tried again. */
  readonly patience: number;
  readonly signal: AbortSignal;
}

/** Asks GitHub. Throws `GhProblem`. */
export async function readAccount(gh: Gh, { patience, signal }: AskOptions): Promise<GhAccount> {
  const { owner, name } = gh.repository;
  try {
    const answer = await patiently(
      async () => await gh.graphql(QUERY, { owner, name }, { signal, allowMissing: true }),
      {
        ...{ clock: REAL_CLOCK, gh, isRead: true, limit: patience, signal },
      },
    );
    return accountOf(Answer.parse(answer.data), answer.headers.get('x-oauth-scopes') ?? null);
  } catch (error) {
    if (error instanceof GhError) throw problemOf(error, gh.repository);
    throw error;
  }
}

function accountOf({ viewer, repository, rateLimit }: z.infer<typeof Answer>, scopes: string | null): GhAccount {
  const known = (scopes ?? '').split(/,\s*/).filter((scope) => scope !== '');
  return {
    login: viewer.login,
    repository: repository === null ? null : factsOf(repository),
    rateLimit,
    // Other kinds of tokens have none, and their rights are told nowhere.
    scopes: known.length === 0 ? null : known,
  };
}

function factsOf(answer: NonNullable<z.infer<typeof Answer>['repository']>): GhRepositoryFacts {
  const { nameWithOwner, isArchived, viewerPermission, mergeCommitAllowed, squashMergeAllowed } = answer;
  const mergeMethods: MergeMethod[] = [];
  if (mergeCommitAllowed) mergeMethods.push('merge');
  if (squashMergeAllowed) mergeMethods.push('squash');
  return { nameWithOwner, isArchived, viewerPermission, mergeMethods };
}

/** What in the answer stands in the way of pull requests. */
export function accountProblems(
  account: GhAccount,
  repository: RemoteRepository,
  { mergeMethod, remote }: { readonly mergeMethod: MergeMethod; readonly remote: string },
): GhProblem[] {
  const problems: GhProblem[] = [];
  const tell = (...words: ConstructorParameters<typeof GhProblem>) => problems.push(new GhProblem(...words));
  const path = repositoryPath(repository);
  const { login, scopes, repository: facts } = account;
  if (facts === null) {
    tell('repository', `${path} is not there, or ${login} may not see it`, {
      hint: `git remote -v names it; gh auth login --hostname ${repository.host} for another account`,
    });
    return problems;
  }
  const { nameWithOwner, viewerPermission, mergeMethods } = facts;
  if (nameWithOwner.toLowerCase() !== `${repository.owner}/${repository.name}`.toLowerCase()) {
    const hint = `git remote set-url ${remote} git@${repository.host}:${nameWithOwner}.git`;
    tell('repository', `${path} is called ${nameWithOwner} now, and pull requests would be there`, { hint });
  }
  if (facts.isArchived) {
    tell('repository', `${path} is archived: nothing can be pushed or merged`, {
      hint: `gh repo unarchive ${path}, or --forge local`,
    });
  }
  if (viewerPermission !== null && !['WRITE', 'MAINTAIN', 'ADMIN'].includes(viewerPermission)) {
    tell('permission', `${login} may not push to ${path}: the permission is ${viewerPermission}, and WRITE is needed`, {
      hint: `ask its owner for write access, or gh auth login --hostname ${repository.host} as somebody who has it`,
    });
  }
  if (scopes !== null && !scopes.includes('repo') && !scopes.includes('public_repo')) {
    tell('permission', `the token of ${login} may not change repositories: it lacks the scope repo`, {
      hint: `gh auth refresh --hostname ${repository.host} --scopes repo`,
    });
  }
  if (!mergeMethods.includes(mergeMethod)) {
    const allow = `gh repo edit ${path} --enable-${mergeMethod === 'merge' ? 'merge-commit' : 'squash-merge'}`;
    const [other] = mergeMethods;
    const instead = other === undefined ? '' : `merge_method: ${other} in the graph file, or `;
    tell('merge_method', `${path} does not allow merge_method ${mergeMethod}`, { hint: `${instead}${allow}` });
  }
  return problems;
}

const OFFLINE = 'see whether the network and https://www.githubstatus.com are well, or --forge local';

function problemOf(error: GhError, { host, owner, name }: RemoteRepository): GhProblem {
  const path = repositoryPath({ host, owner, name });
  const words = mask(error.message);
  const problem = (topic: GhProblem['topic'], message: string, hint: string) =>
    new GhProblem(topic, message, { hint, cause: error });
  switch (error.failure) {
    case 'unauthenticated':
      return notLoggedIn(error, host);
    case 'transient':
    case 'outcome_unknown':
      return problem('network', `${host} cannot be reached: ${words}`, OFFLINE);
    case 'primary_limit':
    case 'secondary_limit': {
      const when = error.retryAfter === null ? 'later' : `in ${Math.ceil(error.retryAfter / 60_000)} min`;
      return problem('network', `${host} wants no more requests for now: ${words}`, `try again ${when}`);
    }
    default:
      return problem('repository', `${path} cannot be asked about: ${words}`, `gh auth refresh --hostname ${host}`);
  }
}

/** Where gh takes a token from before it looks at what it has stored. */
function notLoggedIn(error: GhError, host: string, env: NodeJS.ProcessEnv = process.env): GhProblem {
  const isPublic = host === 'github.com' || host.endsWith('.ghe.com') || host === 'github.localhost';
  const variables = isPublic ? ['GH_TOKEN', 'GITHUB_TOKEN'] : ['GH_ENTERPRISE_TOKEN', 'GITHUB_ENTERPRISE_TOKEN'];
  const variable = variables.find((name) => env[name]);
  const login = `gh auth login --hostname ${host}`;
  if (error.status !== 401) {
    return new GhProblem('authentication', `gh is not logged in to ${host}`, { hint: login, cause: error });
  }
  const message = `${host} does not take the token ${variable === undefined ? 'of gh' : `in ${variable}`} any more`;
  const hint = variable === undefined ? login : `set ${variable} to another one, or unset it and ${login}`;
  return new GhProblem('authentication', message, { hint, cause: error });
}
