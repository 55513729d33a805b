import type { Reset } from '../core/reset.ts';
import type { RollbackPlace } from '../steps/rollback/apply.ts';
import { lastReset, undoReset } from '../steps/rollback/rollback.ts';
import { undoProblems } from '../steps/rollback/undo-problems.ts';
import type { HeldRun } from './held-run.ts';
import type { Io } from './io.ts';
import { subjectText } from './reset-lines.ts';
import { agreed, type RollbackOptions, refuse, withHeldRun } from './rollback-place.ts';
import { undoLines } from './undo-lines.ts';

/** Takes the last reset back that is not undone yet. Resolves to the exit code. */
export async function undo(options: RollbackOptions, io: Io): Promise<number> {
  return await withHeldRun(options, io, async (held, place) => {
    const reset = lastReset(held.log);
    if (reset !== null) return await undoHeld(held, place, reset, options, io);
    const hint = 'agentrelay events shows what was done';
    return refuse([{ message: `run ${held.run} of ${held.graph} has no reset to undo`, hint }], options, io);
  });
}

async function undoHeld(
  { log, repository }: HeldRun,
  place: RollbackPlace,
  reset: Reset,
  options: RollbackOptions,
  io: Io,
): Promise<number> {
  const problems = await undoProblems(place, log.state, reset);
  if (problems.length > 0) return refuse(problems, options, io);
  if (options.json) io.out(JSON.stringify({ undo: reset }));
  else for (const line of undoLines(reset, log.state, repository.root)) io.out(line);
  const answer = await agreed(options, io);
  if (answer !== true) return answer;
  await undoReset(log, place, reset);
  if (!options.json) io.out(`reset ${reset.reset}, of ${subjectText(reset)}, is undone`);
  return 0;
}
