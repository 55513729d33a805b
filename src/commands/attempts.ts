import { requireTask } from '../core/known-task.ts';
import { replay } from '../core/reduce.ts';
import type { TaskState } from '../core/run-state.ts';
import { type AttemptCommits, attemptCommits, rangeDiff } from '../steps/attempt-commits.ts';
import { findRepository } from '../steps/preflight.ts';
import { ToolError } from '../steps/tools/exec.ts';
import { Git } from '../steps/tools/git.ts';
import { type AttemptDifference, attemptLines, type ShownAttempt } from './attempt-lines.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';

export interface AttemptsOptions extends RecordedRunOptions {
  readonly task: string;
  /** The differences are not cut short. */
  readonly full: boolean;
  readonly json: boolean;
}

const SHOWN_LINES = 200;

/** All attempts of a task beside each other, and how the work of each differs from the one before. */
export async function attempts(options: AttemptsOptions, io: Io): Promise<number> {
  const { store, graph, run } = await findRun(options);
  const { root } = await findRepository(options.targetRepo);
  const task = requireTask(replay(store.journal(run).events), options.task);
  const git = new Git(root);
  try {
    const shown = await withCommits(git, task, run);
    const differences = await differencesOf(git, shown, options.full ? Number.POSITIVE_INFINITY : SHOWN_LINES);
    if (options.json) {
      const all = shown.map(({ attempt, commits }) => ({ ...attempt, commits }));
      io.out(JSON.stringify({ graph, run, task: options.task, attempts: all, differences }));
    } else for (const line of attemptLines(options.task, shown, differences)) io.out(line);
    return 0;
  } finally {
    git.close();
  }
}

async function withCommits(git: Git, task: TaskState, run: number): Promise<ShownAttempt[]> {
  const shown: ShownAttempt[] = [];
  for (const attempt of task.attempts) {
    const current = attempt.number === task.attempts.length;
    shown.push({ attempt, commits: await attemptCommits(git, attempt, { run, task: task.outline.id, current }) });
  }
  return shown;
}

async function differencesOf(git: Git, shown: readonly ShownAttempt[], limit: number): Promise<AttemptDifference[]> {
  const differences: AttemptDifference[] = [];
  for (const [at, after] of shown.entries()) {
    const before = shown[at - 1];
    if (before !== undefined) differences.push(await differenceOf(git, before, after, limit));
  }
  return differences;
}

async function differenceOf(
  git: Git,
  before: ShownAttempt,
  after: ShownAttempt,
  limit: number,
): Promise<AttemptDifference> {
  const pair = { from: before.attempt.number, to: after.attempt.number };
  const missing = [before, after].flatMap((one) => missingOf(one) ?? []);
  const [old, now] = [rangeOf(before.commits), rangeOf(after.commits)];
  if (missing.length > 0 || old === null || now === null) {
    return { ...pair, lines: [], omitted: 0, missing: missing.join('; ') };
  }
  const all = await rangeDiff(git, old, now).catch(notToBeHad);
  if (typeof all === 'string') return { ...pair, lines: [], omitted: 0, missing: all };
  const lines = all.slice(0, limit);
  return { ...pair, lines, omitted: all.length - lines.length, missing: null };
}

/** Of two long histories it may take too long, or be too much. */
function notToBeHad(error: unknown): string {
  if (error instanceof ToolError) return error.message;
  throw error;
}

function rangeOf({ base, tip }: AttemptCommits): { base: string; tip: string } | null {
  return base === null || tip === null ? null : { base, tip };
}

function missingOf({ attempt, commits }: ShownAttempt): string | null {
  if (commits.gone.length > 0)
    return `attempt ${attempt.number}: git has no commit ${commits.gone.join(', ')} any more`;
  return commits.count ? null : `attempt ${attempt.number} has no commits`;
}
