import { mkdtempSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import type { Graph, Settings } from '../../core/graph/graph.ts';
import type { ChosenForge } from '../forges/forge.ts';
import { Gh } from '../github/gh.ts';
import { checkGh, type GhFacts } from '../github/gh-preflight.ts';
import type { GhProblem, GhTopic } from '../github/gh-problem.ts';
import { leftoverProblem } from '../github/remote-branches.ts';
import { repositoryPath } from '../github/repository.ts';
import type { Git } from '../tools/git.ts';
import { type Finding, findingOf, ok, warn } from './finding.ts';

export interface GitHubChecks {
  readonly forge: Extract<ChosenForge, { name: 'gh' }>;
  readonly git: Git;
  readonly graph: Graph | null;
  readonly settings: Pick<Settings, 'mergeMethod'>;
  /** Whether the graph has a run: then branches of ours may be on the remote. */
  readonly hasRuns: boolean;
}

/** Milliseconds: who asks is here, and can ask again. */
const PATIENCE = 3_000;

/** Whether a run could be on GitHub. Nothing is left of what gh keeps of it. */
export async function checkGitHub(options: GitHubChecks): Promise<Finding[]> {
  const { forge, git, graph, settings } = options;
  const { remote, repository } = forge;
  const cacheFolder = mkdtempSync(join(tmpdir(), 'agentrelay-gh-'));
  try {
    const gh = new Gh({ repository, cacheFolder });
    const { problems, facts } = await checkGh({ gh, graph, settings, git, remote, patience: PATIENCE });
    const left = graph === null || options.hasRuns ? null : leftoverProblem(facts.leftovers, remote);
    return [
      ok('remote', `${remote} is ${repositoryPath(repository)}`),
      ...gitHubFindings(left === null ? problems : [...problems, left], facts, options),
    ];
  } finally {
    rmSync(cacheFolder, { recursive: true, force: true });
  }
}

const WORDS: Readonly<Record<GhTopic, string>> = {
  gh: 'gh',
  network: 'network',
  authentication: 'login',
  repository: 'repository',
  permission: 'permission',
  merge_method: 'merge method',
  git: 'git access',
  branches: 'branches',
};

/** A line for each topic: its problems, or what is known to be well. */
export function gitHubFindings(
  problems: readonly GhProblem[],
  facts: GhFacts,
  { forge, graph, settings }: Pick<GitHubChecks, 'forge' | 'graph' | 'settings'>,
): Finding[] {
  const isRead = facts.viewerPermission !== null || facts.mergeMethods.length > 0;
  const bases = Object.entries(facts.bases).map(([branch, commit]) => `${branch} at ${commit.slice(0, 8)}`);
  const good: Readonly<Record<GhTopic, string | null>> = {
    gh: facts.version,
    network: null,
    authentication: facts.login === null ? null : `${facts.login} on ${forge.repository.host}`,
    repository: null,
    permission: facts.viewerPermission,
    merge_method: isRead && graph !== null ? settings.mergeMethod : facts.mergeMethods.join(', ') || null,
    git: facts.isRemoteRead ? `may read ${forge.remote}` : null,
    branches: bases.join(', ') || null,
  };
  const topics = Object.keys(WORDS) as GhTopic[];
  const found = topics.flatMap((topic) => {
    const own = problems.filter((problem) => problem.topic === topic);
    // Without a graph nobody says which method it is to be.
    const level = topic === 'merge_method' && graph === null ? 'warn' : 'fail';
    if (own.length > 0) return own.map((problem) => findingOf(WORDS[topic], problem, level));
    const detail = good[topic];
    return detail === null ? [] : [ok(WORDS[topic], detail)];
  });
  return [...found, ...budgetFinding(facts.rateLimit)];
}

function budgetFinding(budget: GhFacts['rateLimit']): Finding[] {
  if (budget === null) return [];
  const { remaining, limit, resetAt } = budget;
  const detail = `${remaining} of ${limit} requests are left until ${resetAt}`;
  if (remaining >= limit / 10) return [ok('API budget', detail)];
  return [warn('API budget', `${detail}; a run would be slow`, null)];
}
