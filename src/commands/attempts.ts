import { requireTask } from '../core/known-task.ts';
import { replay } from '../core/reduce.ts';
import {
  type AttemptDifference,
  attemptDifference,
  type ShownAttempt,
  shownAttempts,
} from '../steps/attempts-compared.ts';
import { findRepository } from '../steps/preflight.ts';
import { Git } from '../steps/tools/git.ts';
import { attemptLines } from './attempt-lines.ts';
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
    const shown = await shownAttempts(git, task, run);
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

async function differencesOf(git: Git, shown: readonly ShownAttempt[], limit: number): Promise<AttemptDifference[]> {
  const differences: AttemptDifference[] = [];
  for (const [at, after] of shown.entries()) {
    const before = shown[at - 1];
    if (before !== undefined) differences.push(await attemptDifference(git, [before, after], { limit }));
  }
  return differences;
}
