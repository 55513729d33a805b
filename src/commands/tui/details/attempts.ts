import type { TaskState } from '../../../core/run-state.ts';
import {
  type AttemptDifference,
  attemptDifference,
  rangeOf,
  type ShownAttempt,
  shownAttempts,
} from '../../../steps/attempts-compared.ts';
import { type FileNumbers, numbersOf } from '../../../steps/diff-text.ts';
import { cutLine } from '../../../steps/screen-lines.ts';
import type { AttemptNote, Detail } from '../../../ui/ports.ts';
import type { DetailsWorld } from './world.ts';

/** Lines of how an attempt differs from the one before. */
const MAX_LINES = 400;
/** Characters. */
const MAX_LINE = 4_000;
/** Milliseconds. */
const TIMEOUT = 20_000;

/** All attempts at a task beside each other. */
export async function attemptsOf(
  world: DetailsWorld,
  task: TaskState,
  signal: AbortSignal,
): Promise<Extract<Detail, { tab: 'attempts' }>> {
  const shown = await shownAttempts(world.git, task, world.run);
  const attempts: AttemptNote[] = [];
  for (const [at, one] of shown.entries()) attempts.push(await noteOf(world, [shown[at - 1] ?? null, one], signal));
  return { tab: 'attempts', attempts };
}

async function noteOf(
  world: DetailsWorld,
  [before, one]: readonly [ShownAttempt | null, ShownAttempt],
  signal: AbortSignal,
): Promise<AttemptNote> {
  const { attempt, commits } = one;
  const files = await filesOf(world, one, signal);
  const difference = before === null ? null : await differenceOf(world, [before, one], signal);
  return {
    attempt: attempt.number,
    commits: commits.count,
    tip: commits.tip,
    files: files?.length ?? null,
    added: sumOf(files, 'added'),
    removed: sumOf(files, 'removed'),
    difference: difference === null ? [] : linesOf(difference),
    missing: difference?.missing ?? null,
  };
}

/** Null where it has no commits, or git has lost some. */
async function filesOf(
  { git, facts }: DetailsWorld,
  { commits }: ShownAttempt,
  signal: AbortSignal,
): Promise<readonly FileNumbers[] | null> {
  const range = rangeOf(commits);
  if (range === null) return null;
  const ask = () => numbersOf(git, [range.base, range.tip], { timeout: TIMEOUT, signal });
  return await facts.get(`files ${range.base}..${range.tip}`, ask);
}

async function differenceOf(
  { git, facts }: DetailsWorld,
  pair: readonly [ShownAttempt, ShownAttempt],
  signal: AbortSignal,
): Promise<AttemptDifference> {
  const ask = () => attemptDifference(git, pair, { limit: MAX_LINES, signal });
  return await facts.get(`difference ${pair.map(identityOf).join(' ')}`, ask);
}

function identityOf({ attempt, commits: { base, tip, gone } }: ShownAttempt): string {
  return `${attempt.number} ${base}..${tip} ${gone.join(' ')}`;
}

function linesOf({ lines, omitted }: AttemptDifference): string[] {
  const cut = lines.map((line) => cutLine(line, MAX_LINE));
  return omitted === 0 ? cut : [...cut, `… ${omitted} more lines`];
}

function sumOf(files: readonly FileNumbers[] | null, sort: 'added' | 'removed'): number | null {
  return files === null ? null : files.reduce((sum, file) => sum + (file[sort] ?? 0), 0);
}
