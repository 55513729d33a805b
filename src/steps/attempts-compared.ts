import type { AttemptState, TaskState } from '../core/run-state.ts';
import { type AttemptCommits, attemptCommits, type CommitRange, rangeDiff } from './attempt-commits.ts';
import { ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';

/** One attempt with its commits. */
export interface ShownAttempt {
  readonly attempt: AttemptState;
  readonly commits: AttemptCommits;
}

/** How one attempt's commits differ from those of the one before it. */
export interface AttemptDifference {
  readonly from: number;
  readonly to: number;
  /** Of `git range-diff`; empty where `missing` says why there is none. */
  readonly lines: readonly string[];
  /** Lines that were left out. */
  readonly omitted: number;
  readonly missing: string | null;
}

/** All attempts of a task, in order. */
export async function shownAttempts(git: Git, task: TaskState, run: number): Promise<ShownAttempt[]> {
  const shown: ShownAttempt[] = [];
  for (const attempt of task.attempts) {
    const current = attempt.number === task.attempts.length;
    shown.push({ attempt, commits: await attemptCommits(git, attempt, { run, task: task.outline.id, current }) });
  }
  return shown;
}

/** Of two attempts, at most `limit` lines of how they differ. */
export async function attemptDifference(
  git: Git,
  [before, after]: readonly [ShownAttempt, ShownAttempt],
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<AttemptDifference> {
  const pair = { from: before.attempt.number, to: after.attempt.number };
  const missing = [before, after].flatMap((one) => missingOf(one) ?? []);
  const [old, now] = [rangeOf(before.commits), rangeOf(after.commits)];
  if (missing.length > 0 || old === null || now === null) {
    return { ...pair, lines: [], omitted: 0, missing: missing.join('; ') };
  }
  const all = await rangeDiff(git, [old, now], signal).catch(notToBeHad);
  if (typeof all === 'string') return { ...pair, lines: [], omitted: 0, missing: all };
  const lines = all.slice(0, limit);
  return { ...pair, lines, omitted: all.length - lines.length, missing: null };
}

/** What the attempt has added to its base; null where there is nothing, or git has lost a part of it. */
export function rangeOf({ base, tip, gone }: AttemptCommits): CommitRange | null {
  return base === null || tip === null || gone.length > 0 ? null : { base, tip };
}

/** Of two long histories it may take too long, or be too much. */
function notToBeHad(error: unknown): string {
  if (error instanceof ToolError) return error.message;
  throw error;
}

function missingOf({ attempt, commits }: ShownAttempt): string | null {
  if (commits.gone.length > 0)
    return `attempt ${attempt.number}: git has no commit ${commits.gone.join(', ')} any more`;
  return commits.count ? null : `attempt ${attempt.number} has no commits`;
}
