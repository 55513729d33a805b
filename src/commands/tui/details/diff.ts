import { type AttemptState, currentAttempt, type TaskState } from '../../../core/run-state.ts';
import { attemptCommits } from '../../../steps/attempt-commits.ts';
import { rangeOf } from '../../../steps/attempts-compared.ts';
import type { DiffText } from '../../../steps/diff-text.ts';
import { committedDiff, uncommittedDiff, workIn } from '../../../steps/task-diff.ts';
import { isWorktree } from '../../../steps/worktree-status.ts';
import type { Detail } from '../../../ui/ports.ts';
import type { DetailsWorld } from './world.ts';

type Diff = Extract<Detail, { tab: 'diff' }>;

/** What the last attempt at a task has changed, against the commit that its branch was cut from. */
export async function diffOf(world: DetailsWorld, task: TaskState, signal: AbortSignal): Promise<Diff> {
  const attempt = currentAttempt(task);
  if (attempt === null) return without('it has not started yet');
  const { baseCommit: base, worktree, endedAt } = attempt;
  if (base === null)
    return without(endedAt === null ? 'its branch is not made yet' : 'it ended before it had a branch');
  if (endedAt === null && worktree !== null && isWorktree(worktree)) {
    return await inWorktree(world, { base, worktree }, signal);
  }
  return await ofCommits(world, { task, attempt }, signal);
}

async function inWorktree(
  world: DetailsWorld,
  place: { readonly base: string; readonly worktree: string },
  signal: AbortSignal,
): Promise<Diff> {
  const { base } = place;
  const { tip, uncommitted } = await workIn(world.git, place.worktree, signal);
  const at = { tab: 'diff', base, tip: tip === base ? null : tip, uncommitted } as const;
  if (uncommitted) {
    const { untold, ...text } = await uncommittedDiff(world.git, place, signal);
    return { ...at, ...text, note: untold === 0 ? null : `${untold} more files are not known to git, and not shown` };
  }
  if (at.tip === null) return { ...at, ...EMPTY, note: 'nothing is changed yet' };
  return { ...at, ...(await committed(world, { base, tip: at.tip }, signal)), note: null };
}

async function ofCommits(
  world: DetailsWorld,
  { task, attempt }: { readonly task: TaskState; readonly attempt: AttemptState },
  signal: AbortSignal,
): Promise<Diff> {
  const commits = await attemptCommits(world.git, attempt, { run: world.run, task: task.outline.id, current: true });
  const { base, tip, gone } = commits;
  const at = { tab: 'diff', base, tip, uncommitted: false } as const;
  if (gone.length > 0) return { ...at, ...EMPTY, note: `git has no commit ${gone.join(', ')} any more` };
  const range = rangeOf(commits);
  if (range === null || commits.count === 0) return { ...at, ...EMPTY, note: 'it has no commits' };
  return { ...at, ...(await committed(world, range, signal)), note: null };
}

async function committed(
  { git, diffs }: DetailsWorld,
  range: { readonly base: string; readonly tip: string },
  signal: AbortSignal,
): Promise<DiffText> {
  return await diffs.get(`${range.base}..${range.tip}`, () => committedDiff(git, range, signal));
}

const EMPTY: DiffText = { files: [], lines: [], omitted: 0 };

function without(note: string): Diff {
  return { tab: 'diff', base: null, tip: null, uncommitted: false, ...EMPTY, note };
}
