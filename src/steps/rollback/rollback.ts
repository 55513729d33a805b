import { UserError } from '../../core/errors.ts';
import type { EventLog } from '../../core/event-log.ts';
import type { Reset } from '../../core/reset.ts';
import type { ResetPlan } from '../../core/reset-plan.ts';
import type { ResetState } from '../../core/run-state.ts';
import { BackupRefs, type SavedWork } from '../backup-refs.ts';
import { Worktrees } from '../worktree.ts';
import { applyReset, applyUndo, type RollbackPlace } from './apply.ts';
import { commitWhatIsThere } from './uncommitted.ts';

/**
 * Keeps all that goes, decides the reset in the journal, and does it. Nobody may be at work in its worktrees any more.
 * Cut short at any point, it is as good as never begun, or `resumeResets` does the rest.
 */
export async function rollBack(log: EventLog, place: RollbackPlace, plan: ResetPlan): Promise<Reset> {
  const { scope, subject, tasks, workstreams, refs, prs, remote } = plan;
  const keeper = new Keeper(place);
  const look = new Worktrees(place.git, place.commonDir);
  for (const { from } of [...refs, ...(remote?.refs ?? [])]) await keeper.keep(from);
  const worktrees: Reset['worktrees'][number][] = [];
  for (const { path, head, branch, to } of plan.worktrees) {
    const work = await commitWhatIsThere(place.git, look, path);
    for (const commit of [head, work.index, work.files]) await keeper.keep(commit);
    worktrees.push({ path, head, branch, to, ...work });
  }
  const number = log.state.resets.length + 1;
  const backups = keeper.kept();
  const there = remote === undefined ? {} : { remote };
  const reset: Reset = { reset: number, scope, subject, tasks, workstreams, refs, worktrees, backups, prs, ...there };
  log.append({ kind: 'run_reset', ...reset });
  await finishReset(log, place, reset);
  return reset;
}

/** Takes a reset back that `undoProblems` has nothing against. */
export async function undoReset(log: EventLog, place: RollbackPlace, reset: Reset): Promise<void> {
  log.append({ kind: 'reset_undone', reset: reset.reset });
  await finishUndo(log, place, reset);
}

/** Ends what an owner that was killed has begun; the resets and undos that were. */
export async function resumeResets(log: EventLog, place: RollbackPlace): Promise<readonly ResetState[]> {
  const open = log.state.resets.filter(({ progress }) => progress === 'decided' || progress === 'undoing');
  for (const { reset, progress } of open) {
    if (progress === 'decided') await finishReset(log, place, reset);
    else await finishUndo(log, place, reset);
  }
  return open;
}

/** The last reset that is not undone; null for none. */
export function lastReset({ state }: EventLog): Reset | null {
  return state.resets.findLast(({ progress }) => progress === 'applied')?.reset ?? null;
}

async function finishReset(log: EventLog, place: RollbackPlace, reset: Reset): Promise<void> {
  await orUndone(applyReset(place, reset), `reset ${reset.reset}`, reset);
  log.append({ kind: 'reset_applied', reset: reset.reset });
}

async function finishUndo(log: EventLog, place: RollbackPlace, reset: Reset): Promise<void> {
  const closed = await orUndone(applyUndo(place, reset), `the undo of reset ${reset.reset}`, reset);
  const told = closed.length === 0 ? {} : { closed_prs: closed };
  log.append({ kind: 'undo_applied', reset: reset.reset, ...told });
}

/** What is decided is done sooner or later: whoever reads why it was not done now is told so. */
async function orUndone<T>(work: Promise<T>, what: string, { remote }: Reset): Promise<T> {
  return await work.catch((error: unknown) => {
    if (remote === undefined || !(error instanceof UserError)) throw error;
    const goOn = 'agentrelay run GRAPH, or any reset or undo, goes on with it';
    const hint = error.hint === null ? goOn : `${error.hint}; ${goOn}`;
    throw new UserError(`${what} is decided, and not done to its end: ${error.message}`, { hint, cause: error });
  });
}

/** Each commit under one ref. */
class Keeper {
  readonly #refs: BackupRefs;
  readonly #run: number;
  readonly #kept = new Map<string, SavedWork>();

  constructor({ git, run }: RollbackPlace) {
    this.#refs = new BackupRefs(git);
    this.#run = run;
  }

  async keep(commit: string | null): Promise<void> {
    if (commit === null || this.#kept.has(commit)) return;
    this.#kept.set(commit, await this.#refs.keep(commit, this.#run, null));
  }

  kept(): SavedWork[] {
    return [...this.#kept.values()];
  }
}
