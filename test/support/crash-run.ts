import type { EventListener, EventLog } from '../../src/core/event-log.ts';
import type { RunOutcome } from '../../src/core/lifecycle.ts';
import { Orchestrator } from '../../src/core/orchestrator.ts';
import type { NumberedRequest } from '../../src/core/request-line.ts';
import type { Request, Wish } from '../../src/core/requests.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import type { WorkstreamSteps } from '../../src/core/workstream.ts';
import { REAL_CLOCK } from '../../src/steps/tools/clock.ts';
import { Journal, namedToken, quiet, runStarted, scriptedTables } from './core.ts';
import { crashScript, MortalOwner, World } from './crash-world.ts';
import { graphOf, type RunPlan } from './run-plan.ts';
import { drive, lanesOf } from './simulation.ts';

/** The run of a plan by owners of whom each but the last is killed. */
export interface CrashRun {
  readonly journal: Journal;
  readonly world: World;
  readonly log: EventLog;
  readonly outcome: RunOutcome | null;
  /** What each owner did and wrote. */
  readonly points: readonly number[];
  /** What listeners threw. */
  readonly thrown: readonly unknown[];
}

/** What a person asks for at one of the moments in which nothing goes on by itself, counted through all owners. */
export interface Asking {
  readonly at: number;
  readonly wish: Wish;
}

export interface CrashPlan {
  readonly plan: RunPlan;
  /** After how many acts and lines each owner dies. */
  readonly kills: readonly number[];
  /** Decide what ends next, also while nobody looks. */
  readonly picks: readonly number[];
  readonly asks?: readonly Asking[];
  /** Sees every event, with the state after it. */
  readonly onEvent?: EventListener;
}

export async function runWithCrashes(crash: CrashPlan): Promise<CrashRun> {
  const { kills, picks } = crash;
  const journal = new Journal();
  const world = new World();
  const points: number[] = [];
  const thrown: unknown[] = [];
  const moment = { count: 0 };
  const pick = (at: number) => picks[at % picks.length] ?? 0;
  for (const last of [...kills, Number.POSITIVE_INFINITY]) {
    const owner = new MortalOwner(world, last);
    const { log, outcome } = await own(crash, { journal, owner, moment, thrown });
    points.push(owner.points);
    if (!owner.isDead) return { journal, world, log, outcome, points, thrown };
    let at = owner.points;
    world.passWithoutOwner(() => pick(at++) % 3 === 0);
    if (pick(at) % 2 === 0) await askHere(crash, journal, world);
  }
  throw new Error('the last owner never dies');
}

interface Ownership {
  readonly journal: Journal;
  readonly owner: MortalOwner;
  readonly moment: { count: number };
  readonly thrown: unknown[];
}

async function own(crash: CrashPlan, { journal, owner, moment, thrown }: Ownership) {
  const { plan, picks, asks = [] } = crash;
  const { world, underWay } = owner;
  journal.beforeWrite = owner.beforeWrite;
  const log = journal.open((error) => thrown.push(error));
  if (crash.onEvent !== undefined) log.subscribe(crash.onEvent);
  const { state } = log;
  try {
    log.append(state.seq === 0 ? runStarted(graphOf(plan)) : { kind: 'run_resumed', pid: 2 });
  } catch (error) {
    if (owner.isDead) return { log, outcome: null };
    throw error;
  }
  const orchestrator = orchestratorOf(plan, owner, log);
  let asked = state.request;
  const ask = () => {
    for (; asked < world.wishes.length; asked++) void orchestrator.request(requestOf(world, asked + 1));
  };
  const atRest = () => {
    moment.count++;
    for (const { at, wish } of asks) if (at === moment.count) world.wishes.push(wish);
    ask();
  };
  const outcome = await drive({ orchestrator, underWay, isDead: () => owner.isDead, begun: ask }, picks, atRest);
  return { log, outcome };
}

/** Nobody runs it: whoever asks does all that was asked for. */
async function askHere({ plan }: CrashPlan, journal: Journal, world: World): Promise<void> {
  if (journal.lines.length === 0) return;
  journal.beforeWrite = () => {};
  const log = journal.open();
  const owner = new MortalOwner(world, Number.POSITIVE_INFINITY);
  const orchestrator = orchestratorOf(plan, owner, log);
  for (let number = log.state.request + 1; number <= world.wishes.length; number++) {
    let isDone = false;
    const done = orchestrator.request(requestOf(world, number)).finally(() => {
      isDone = true;
    });
    // Lanes that are made ready for it take their time.
    for (await quiet(); !isDone; await quiet()) for (const name of owner.underWay.names()) owner.underWay.end(name);
    await done;
  }
}

function requestOf({ wishes }: World, number: number): NumberedRequest {
  return { number, request: { ...wishes[number - 1], by: { pid: 1, host: 'here' } } as Request };
}

function orchestratorOf(plan: RunPlan, owner: MortalOwner, log: EventLog): Orchestrator {
  return new Orchestrator({
    graph: graphOf(plan),
    settings: plan.settings,
    taskRunner: new StandardTaskRunner(scriptedTables(crashScript(plan, owner))),
    workstreamSteps: crashLanes(plan, owner),
    log,
    tokenOf: namedToken,
    clock: REAL_CLOCK,
    waitForPerson: (signal) => owner.underWay.begin('patience', signal),
  });
}

/** The lanes of the plan; what was merged by a dead owner, or a person whom nobody watched, is found. */
function crashLanes(plan: RunPlan, owner: MortalOwner): WorkstreamSteps {
  const lanes = lanesOf(plan, owner.underWay);
  const { world } = owner;
  return {
    ...lanes,
    async prepare(lane) {
      await owner.act();
      await lanes.prepare(lane);
    },
    async open(lane, run) {
      await owner.act();
      if (world.lane(lane.workstream.id).byHand) return { kind: 'merged', commit: 'by hand' };
      return await lanes.open(lane, run);
    },
    async merge(lane, pr, run) {
      const merged = await lanes.merge(lane, pr, run);
      await owner.act();
      if (merged.kind === 'merged') world.lane(lane.workstream.id).merged = true;
      return merged;
    },
    async awaitMerge(lane, pr) {
      const merged = await lanes.awaitMerge(lane, pr);
      world.lane(lane.workstream.id).byHand = true;
      return merged;
    },
    async teardown(lane) {
      await owner.act();
      await lanes.teardown(lane);
    },
  };
}
