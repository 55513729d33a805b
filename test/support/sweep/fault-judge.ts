import { readdirSync, readFileSync } from 'node:fs';
import { join, relative } from 'node:path';
import { TOKEN } from '../github/github-api.ts';
import { type Calls, type FaultCase, isRead } from './fault-cases.ts';
import { GRAPH, LANES } from './fault-graph.ts';
import type { FaultRun } from './fault-run.ts';
import { type FaultWorld, readFaultWorld } from './fault-world.ts';

/** A run without faults. */
export interface FaultBaseline {
  readonly calls: Calls;
  readonly world: FaultWorld;
  readonly seconds: number;
}

export interface FaultVerdict {
  /** In words; none for a run that is as it is to be. */
  readonly deviations: readonly string[];
  /** How often calls were made more, or less, than without the fault. */
  readonly extra: Readonly<Record<string, number>>;
}

export function callsOf(run: FaultRun): Calls {
  return { api: run.box.api.counts(), git: run.line.counts() };
}

/** Everything that an ended run is measured by. */
export async function judgeFaultRun(
  run: FaultRun,
  baseline: FaultBaseline | null,
  cases: readonly FaultCase[],
): Promise<FaultVerdict> {
  const world = await readFaultWorld(run);
  const extra = baseline === null ? {} : extraCalls(callsOf(run), baseline.calls);
  if (cases.some(({ isRefused }) => isRefused)) return { deviations: refusalTrouble(run, world), extra: {} };
  const deviations = [
    ...(run.code === 0 ? [] : [`exit code ${run.code}: ${lastWords(run.output)}`]),
    ...notMet(run, cases),
    ...(baseline === null ? [] : differences(baseline.world, world)),
    ...(await pullRequestTrouble(run)),
    ...repositoryTrouble(run),
    ...run.again.map((line) => `an agent was told to try again: ${line}`),
    ...run.box.api.problems(),
    ...tokenTrouble(run),
    ...callTrouble(extra, cases),
  ];
  return { deviations, extra };
}

/** Nothing is begun, and it is said why. */
function refusalTrouble(run: FaultRun, world: FaultWorld): string[] {
  const isSaid = /wants no more requests for now.*\n.*try again/.test(run.output);
  return [
    ...(run.code === 2 && isSaid ? [] : [`exit code ${run.code}: ${lastWords(run.output)}`]),
    ...(world['pull requests'] ?? []).map((pull) => `with ${pull}`),
    ...tokenTrouble(run),
  ];
}

function notMet({ faults, line }: FaultRun, cases: readonly FaultCase[]): string[] {
  const apiCases = cases.filter(({ api }) => api !== undefined);
  const missed = [
    ...apiCases.filter((_, at) => faults[at]?.hits !== 1),
    ...cases.filter(({ git }) => git !== undefined && !line.wasMet(git)),
  ];
  return missed.map(({ call, nth, fault }) => `not met: ${call} ${nth}, ${fault}`);
}

/** Why it failed, where it says so; how it ended. */
function lastWords(output: string): string {
  const lines = output.trimEnd().split('\n');
  const failures = lines.filter((line) => /^[\d:.]+ .* failed /.test(line));
  return [...failures, ...lines.slice(-4)].join(' / ');
}

function differences(expected: FaultWorld, found: FaultWorld): string[] {
  return Object.entries(expected).flatMap(([name, was]) => {
    const is = [...(found[name] ?? [])];
    const missing = was.filter((line) => {
      const at = is.indexOf(line);
      if (at !== -1) is.splice(at, 1);
      return at === -1;
    });
    return [...missing.map((line) => `${name}: without ${line}`), ...is.map((line) => `${name}: with ${line}`)];
  });
}

/** One pull request for each pair of branches, ever; what it merged is in its target, once. */
async function pullRequestTrouble({ box }: FaultRun): Promise<string[]> {
  const pulls = await box.api.repo().pullRequests();
  const pairs = pulls.map(({ headBranch, baseBranch }) => `${headBranch} -> ${baseBranch}`);
  const twice = pairs.filter((pair, at) => pairs.indexOf(pair) !== at).map((pair) => `opened again: ${pair}`);
  const merged = pulls.flatMap(({ number, state, baseBranch, mergeCommit }) => {
    if (state !== 'MERGED') return [];
    if (mergeCommit === null) return [`#${number} has no merge`];
    const subjects = box.git(box.bare, 'log', '--format=%H %s', baseBranch).split('\n');
    const subject = subjects.find((line) => line.startsWith(mergeCommit))?.slice(mergeCommit.length);
    if (subject === undefined) return [`the merge of #${number} is lost from ${baseBranch}`];
    const count = subjects.filter((line) => line.endsWith(subject)).length;
    return count === 1 ? [] : [`#${number} is ${count} times in ${baseBranch}:${subject}`];
  });
  return [...twice, ...merged];
}

/** The integration branches are the same there and here, and no object is broken. */
function repositoryTrouble({ box, clone }: FaultRun): string[] {
  const at = (folder: string, ref: string) => box.git(folder, 'for-each-ref', '--format=%(objectname)', ref);
  const apart = LANES.map((lane) => `refs/heads/agentrelay/${GRAPH}/ws/${lane}`)
    .filter((ref) => at(box.bare, ref) !== at(clone, ref))
    .map((ref) => `${ref} is not the same here and there`);
  const broken = [box.bare, clone].flatMap((folder) => {
    const said = box.git(folder, 'fsck', '--strict', '--no-dangling', '--no-progress');
    return said === '' ? [] : [`git fsck: ${said}`];
  });
  return [...apart, ...broken];
}

/** In nothing that was printed or written down. */
function tokenTrouble({ box, output }: FaultRun): string[] {
  const files = readdirSync(box.folder, { recursive: true, withFileTypes: true })
    .filter((entry) => entry.isFile())
    .map((entry) => join(entry.parentPath, entry.name));
  const holding = files.filter((path) => readFileSync(path, 'latin1').includes(TOKEN));
  return [
    ...(output.includes(TOKEN) ? ['the token was printed'] : []),
    ...holding.map((path) => `the token is in ${relative(box.folder, path)}`),
  ];
}

function extraCalls(found: Calls, expected: Calls): Record<string, number> {
  const [now, before] = [found, expected].map(({ api, git }) => ({ ...api, ...git }) as Record<string, number>);
  const names = [...new Set([...Object.keys(now ?? {}), ...Object.keys(before ?? {})])];
  const all = names.map((name) => [name, (now?.[name] ?? 0) - (before?.[name] ?? 0)] as const);
  return Object.fromEntries(all.filter(([, count]) => count !== 0));
}

/** How often GitHub is looked at varies by itself, and so do fetches. */
const LOOKS = 12;
const READS_MORE = 2;

/** What is done is not asked for again, and what is not done once; nothing is asked for more often but by reads. */
function callTrouble(extra: Readonly<Record<string, number>>, cases: readonly FaultCase[]): string[] {
  return Object.entries(extra).flatMap(([name, count]) => {
    const most = cases.reduce((sum, one) => sum + mostOf(name, one), 0);
    return count > most ? [`${name} was called ${count} times more`] : [];
  });
}

function mostOf(name: string, { call, isDone }: FaultCase): number {
  if (name === 'PullRequests' || name === 'run fetch') return LOOKS;
  if (name === 'Login' || isRead(name) || / (?:ls-remote|fetch)$/.test(name)) return READS_MORE;
  // A push that was lost is repeated: only that tells what the remote has.
  if (/^(?:agent|run) /.test(name)) return name === call ? 1 : 0;
  // Whoever finds the pull request that was opened has it say what it is to say.
  if (isDone && call.startsWith('POST ') && name.startsWith('PATCH ')) return 1;
  return name === call && !isDone ? 1 : 0;
}
