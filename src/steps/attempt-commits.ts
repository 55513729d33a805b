import { attemptRef } from '../core/names.ts';
import type { AttemptState } from '../core/run-state.ts';
import type { Git } from './tools/git.ts';

/** The commits of one attempt, as far as git still has them. */
export interface AttemptCommits {
  /** What the attempt's branch was cut from; null before there was one. */
  readonly base: string | null;
  /** The last commit of its branch; null where there never was one beyond the base. */
  readonly tip: string | null;
  /** Null where `gone` says so, and before there was a branch. */
  readonly count: number | null;
  /** Commits that were recorded and that the repository has no more. */
  readonly gone: readonly string[];
}

/** Finds the commits of an attempt: under its own ref, as it was signalled, or on the branch where it still works. */
export async function attemptCommits(
  git: Git,
  attempt: AttemptState,
  where: { readonly run: number; readonly task: string; readonly current: boolean },
): Promise<AttemptCommits> {
  const base = attempt.baseCommit;
  const tip = await tipOf(git, attempt, where);
  if (base === null || tip === null) return { base, tip, count: base === null ? null : 0, gone: [] };
  const gone: string[] = [];
  for (const commit of [base, tip]) if ((await git.resolve(`${commit}^{commit}`)) === null) gone.push(commit);
  if (gone.length > 0) return { base, tip, count: null, gone };
  return { base, tip, count: (await git.straightAhead(base, tip)) ?? (await countOf(git, { base, tip })), gone };
}

async function countOf(git: Git, { base, tip }: CommitRange): Promise<number> {
  const { stdout } = await git.run(['rev-list', '--count', `${base}..${tip}`]);
  return Number(stdout);
}

async function tipOf(
  git: Git,
  { number, saved, signalled, commit, branch, baseCommit, endedAt }: AttemptState,
  { run, task, current }: { readonly run: number; readonly task: string; readonly current: boolean },
): Promise<string | null> {
  const own = attemptRef(run, task, number);
  // A name that was taken already got a number behind it.
  const kept = saved.findLast(({ ref }) => ref === own || ref.startsWith(`${own}-`));
  if (kept !== undefined) return kept.commit;
  if (current && endedAt === null && branch !== null) {
    const tip = await git.branch(branch);
    if (tip !== null) return tip === baseCommit ? null : tip;
  }
  return signalled ?? commit;
}

/** Two attempts at one task are worth comparing though hardly a line is the same; git alone would find them unlike. */
const HOWEVER_UNLIKE = '--creation-factor=200';

/** How the commits of two attempts differ, as `git range-diff` says it. */
export async function rangeDiff(
  git: Git,
  attempts: readonly [CommitRange, CommitRange],
  signal?: AbortSignal,
): Promise<string[]> {
  const ranges = attempts.map(({ base, tip }) => `${base}..${tip}`);
  const { stdout } = await git.run(['range-diff', '--no-color', HOWEVER_UNLIKE, ...ranges], { signal });
  return stdout.split('\n');
}

export interface CommitRange {
  readonly base: string;
  readonly tip: string;
}
