import { UserError } from '../core/errors.ts';
import { nearest } from '../core/graph/problem.ts';
import { requireTask } from '../core/known-task.ts';
import { isSuccess } from '../core/lifecycle.ts';
import { type PlannedReset, planReset } from '../core/reset-plan.ts';
import type { ResetSubject } from '../core/reset-reach.ts';
import { readResetRecord } from '../core/reset-record.ts';
import type { RunState } from '../core/run-state.ts';
import { serversOf } from '../steps/recorded-server.ts';
import type { RollbackPlace } from '../steps/rollback/apply.ts';
import { rollBack } from '../steps/rollback/rollback.ts';
import { stopAgents } from '../steps/rollback/stop-agents.ts';
import { readResetWorld } from '../steps/rollback/world.ts';
import { plural } from '../ui/format.ts';
import type { HeldRun } from './held-run.ts';
import type { Io } from './io.ts';
import { planLines, refusalText, subjectText } from './reset-lines.ts';
import { agreed, type RollbackOptions, refuse, withHeldRun } from './rollback-place.ts';

export interface ResetOptions extends RollbackOptions, ResetSubject {}

/** Rolls back a part of the last run, or all of it: shows the plan, asks, keeps what goes. Resolves to the exit code. */
export async function reset(options: ResetOptions, io: Io): Promise<number> {
  return await withHeldRun(options, io, (held, place) => resetHeld(held, place, options, io));
}

async function resetHeld(held: HeldRun, place: RollbackPlace, options: ResetOptions, io: Io): Promise<number> {
  const { log, repository, store, run, graph } = held;
  const { state } = log;
  requireSubject(state, options);
  const planned = await planNow(held, place, options);
  if (planned.kind === 'refused')
    return refuse(
      planned.refusals.map((one) => refusalText(one, state)),
      options,
      io,
    );
  if (planned.kind === 'nothing') {
    if (options.json) io.out(JSON.stringify({ plan: null }));
    else io.out(`reset of ${subjectText(options)}: there is nothing to take back`);
    return 0;
  }
  const { plan } = planned;
  if (!options.json) for (const line of planLines(plan, state, repository.root)) io.out(line);
  const answer = await agreed(options, io);
  if (answer !== true) {
    if (options.json) io.out(JSON.stringify({ plan }));
    return answer;
  }
  const servers = serversOf(store, [run], options.tmuxSocket);
  const { commonDir } = repository;
  const stopped = await stopAgents({ graph, store, run, commonDir, servers }, state, plan.tasks);
  if (stopped.length > 0) io.err(`agentrelay: the agents of ${stopped.join(', ')} are stopped`);
  // What was agreed to is what is done.
  const again = await planNow(held, place, options);
  if (!isSamePlan(planned, again)) {
    const message = 'the branches or worktrees have changed since this plan was made; nothing was reset';
    return refuse([{ message, hint: 'the same command shows the plan as it is now' }], options, io);
  }
  const done = await rollBack(log, place, plan);
  if (options.json) io.out(JSON.stringify({ plan, reset: done.reset, backups: done.backups }));
  else io.out(`reset ${done.reset} is done; ${plural(done.backups.length, 'backup ref')} made`);
  return 0;
}

async function planNow({ log, events }: HeldRun, place: RollbackPlace, named: ResetSubject) {
  const world = await readResetWorld(place, log.state);
  const { scope, subject } = named;
  return planReset(log.state, readResetRecord(events), world, { scope, subject });
}

/** Uncommitted work may grow until the last moment: all of it is kept. */
function isSamePlan(one: PlannedReset, other: PlannedReset): boolean {
  const text = (planned: PlannedReset) =>
    JSON.stringify(planned, (key, value: unknown) => (key === 'dirty' ? undefined : value));
  return text(one) === text(other);
}

function requireSubject(state: RunState, { scope, subject }: ResetSubject): void {
  if (subject === null) return;
  if (scope === 'workstream') return requireLane(state, subject);
  const task = requireTask(state, subject);
  if (scope !== 'after' || isSuccess(task.status)) return;
  throw new UserError(`task ${subject} has not succeeded, so nothing came after it`, {
    hint: `agentrelay reset-task ${subject} takes back what it has left`,
  });
}

function requireLane(state: RunState, lane: string): void {
  if (state.workstreams.has(lane)) return;
  const lanes = [...state.workstreams.keys()];
  const near = nearest(lane, lanes);
  throw new UserError(`run ${state.run} of ${state.graph} has no lane ${lane}`, {
    hint: near === null ? `there are: ${lanes.join(', ')}` : `did you mean ${near}?`,
  });
}
