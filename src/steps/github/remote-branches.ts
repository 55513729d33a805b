import type { Graph } from '../../core/graph/graph.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import { ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import { GhProblem } from './gh-problem.ts';
import { listedRefs } from './listed-refs.ts';
import { mask } from './mask.ts';
import { isNetworkTrouble } from './network-trouble.ts';
import { NO_QUESTIONS } from './no-questions.ts';
import { type RemoteRepository, repositoryPath } from './repository.ts';

/** Milliseconds. */
const TIMEOUT = 30_000;
/** Milliseconds before each further try where the line fails: somebody waits for the answer. */
const WAITS = [500, 2_000];

export interface RemoteRef {
  /** `refs/heads/…`. */
  readonly ref: string;
  readonly commit: string;
}

export interface RemotePlace {
  /** Such as `origin`. */
  readonly remote: string;
  readonly repository: RemoteRepository;
}

/** The branches of the remote that matter to a graph, by full name; one git process a try. Throws `GhProblem`. */
export async function readRemoteBranches(
  git: Git,
  { remote, repository }: RemotePlace,
  graph: Graph | null,
  signal?: AbortSignal,
): Promise<ReadonlyMap<string, string>> {
  const names = [BRANCH_ROOT, ...(graph === null ? [] : [...basesOf(graph), ...prefixesOf(graph), `${ours(graph)}/*`])];
  const args = ['ls-remote', '--heads', remote, ...names.map((name) => `refs/heads/${name}`)];
  for (let round = 0; ; round++) {
    try {
      return listedRefs((await git.run(args, { timeout: TIMEOUT, env: NO_QUESTIONS, signal })).stdout);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      const wait = WAITS[round];
      if (wait === undefined || error.timedOut || !isNetworkTrouble(error.stderr)) {
        throw gitProblem(error, { remote, repository });
      }
      await REAL_CLOCK.sleep(wait, signal);
    }
  }
}

/** What stands in the way of the graph's branches. */
export function branchProblems(
  found: ReadonlyMap<string, string>,
  { remote, repository }: RemotePlace,
  graph: Graph | null,
): GhProblem[] {
  const problems: GhProblem[] = [];
  for (const prefix of [BRANCH_ROOT, ...(graph === null ? [] : prefixesOf(graph))]) {
    if (!found.has(`refs/heads/${prefix}`)) continue;
    const { host, owner, name } = repository;
    const branch = `repos/${owner}/${name}/branches/${encodeURIComponent(prefix)}`;
    problems.push(
      new GhProblem('branches', `branch ${prefix} of ${remote} is in the way of the branches that the run makes`, {
        hint: `gh api --hostname ${host} -X POST ${branch}/rename -f new_name=another-name`,
      }),
    );
  }
  for (const { id, baseBranch, mergeTargetBranch } of graph?.workstreams ?? []) {
    const keys = {
      base_branch: baseBranch,
      ...(mergeTargetBranch !== baseBranch && { merge_target_branch: mergeTargetBranch }),
    };
    for (const [key, branch] of Object.entries(keys)) {
      if (found.has(`refs/heads/${branch}`)) continue;
      problems.push(
        new GhProblem('branches', `workstream ${id}: ${key} ${branch} does not exist on ${remote}`, {
          hint: `git push ${remote} ${branch}, or name another branch in the graph file`,
        }),
      );
    }
  }
  return problems;
}

/** The commits of the graph's base branches, by short name. */
export function baseCommits(found: ReadonlyMap<string, string>, graph: Graph): Record<string, string> {
  const bases = graph.workstreams.flatMap(({ baseBranch }) => {
    const commit = found.get(`refs/heads/${baseBranch}`);
    return commit === undefined ? [] : [[baseBranch, commit]];
  });
  return Object.fromEntries(bases);
}

/** Branches that runs of the graph have left there. */
export function leftoverBranches(found: ReadonlyMap<string, string>, graph: Graph): RemoteRef[] {
  const prefix = `refs/heads/${ours(graph)}/`;
  return [...found].flatMap(([ref, commit]) => (ref.startsWith(prefix) ? [{ ref, commit }] : []));
}

/** Why they stop a run that has no records here: its branches would be taken for theirs. */
export function leftoverProblem(leftovers: readonly RemoteRef[], remote: string): GhProblem | null {
  const [first, ...others] = leftovers.map(({ ref }) => ref.replace('refs/heads/', ''));
  if (first === undefined) return null;
  const more = others.length === 0 ? '' : ` and ${others.length} more`;
  const message = `branch ${first} of ${remote}${more} is left from a run that has no records here`;
  return new GhProblem('branches', message, {
    hint:
      `--new-run keeps such branches here under refs/agentrelay/archive/0/@${remote}/, deletes them on ${remote} and ` +
      'starts over; where somebody else runs this graph, give it another name',
  });
}

function ours(graph: Graph): string {
  return `${BRANCH_ROOT}/${graph.name}`;
}

/** Git cannot hold one of these beside the branches below it. */
function prefixesOf(graph: Graph): string[] {
  return [ours(graph), `${ours(graph)}/ws`];
}

function basesOf(graph: Graph): string[] {
  return [...new Set(graph.workstreams.flatMap((lane) => [lane.baseBranch, lane.mergeTargetBranch]))];
}

function gitProblem(error: ToolError, { remote, repository }: RemotePlace): GhProblem {
  const { host } = repository;
  const lines = error.stderr.split('\n').map((line) => line.trim());
  const words = mask(lines.filter((line) => line !== '' && !NOISE.test(line)).join('; ')) || 'it said nothing';
  const problem = (message: string, hint: string) => new GhProblem('git', message, { hint, cause: error });
  if (error.timedOut || isNetworkTrouble(error.stderr)) {
    const why = error.timedOut ? `no answer in ${TIMEOUT / 1000} s` : words;
    const hint = `see whether the network is well: git ls-remote ${remote}`;
    return new GhProblem('network', `git cannot reach ${remote}: ${why}`, { hint, cause: error });
  }
  if (/publickey|host key verification failed/i.test(error.stderr)) {
    return problem(`git may not read ${remote} by ssh: ${words}`, `ssh -T git@${host} must work without a question`);
  }
  if (/could not read (username|password)|authentication failed|terminal prompts disabled/i.test(error.stderr)) {
    return problem(`git is not logged in to ${remote}: ${words}`, `gh auth setup-git --hostname ${host}`);
  }
  const hint = `git remote -v must name a repository that you may read, such as ${repositoryPath(repository)}`;
  return problem(`git cannot read ${remote}: ${words}`, hint);
}

/** What git says after every refusal of ssh. */
const NOISE =
  /^(fatal: could not read from remote repository\.|please make sure you have the correct|and the repository exists\.)/i;
