import type { EventLog } from '../../src/core/event-log.ts';
import type { RunOutcome } from '../../src/core/lifecycle.ts';
import { Orchestrator } from '../../src/core/orchestrator.ts';
import { StandardTaskRunner } from '../../src/core/task-runner.ts';
import type { WorkstreamSteps } from '../../src/core/workstream.ts';
import { Journal, namedToken, runStarted, scriptedTables } from './core.ts';
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
}

/** `kills`: after how many acts and lines each owner dies. `picks` decide what ends next, also while nobody looks. */
export async function runWithCrashes(
  plan: RunPlan,
  kills: readonly number[],
  picks: readonly number[],
): Promise<CrashRun> {
  const journal = new Journal();
  const world = new World();
  const points: number[] = [];
  for (const last of [...kills, Number.POSITIVE_INFINITY]) {
    const owner = new MortalOwner(world, last);
    const { log, outcome } = await own(plan, journal, owner, picks);
    points.push(owner.points);
    if (!owner.isDead) return { journal, world, log, outcome, points };
    let at = owner.points;
    world.passWithoutOwner(() => (picks[at++ % picks.length] ?? 0) % 3 === 0);
  }
  throw new Error('the last owner never dies');
}

async function own(plan: RunPlan, journal: Journal, owner: MortalOwner, picks: readonly number[]) {
  const graph = graphOf(plan);
  journal.beforeWrite = owner.beforeWrite;
  const log = journal.open();
  const { state } = log;
  try {
    log.append(state.seq === 0 ? runStarted(graph) : { kind: 'run_resumed', pid: 2 });
  } catch (error) {
    if (owner.isDead) return { log, outcome: null };
    throw error;
  }
  const { underWay } = owner;
  const orchestrator = new Orchestrator({
    graph,
    settings: plan.settings,
    taskRunner: new StandardTaskRunner(scriptedTables(crashScript(plan, owner))),
    workstreamSteps: crashLanes(plan, owner),
    log,
    tokenOf: namedToken,
    waitForPerson: (signal) => underWay.begin('patience', signal),
  });
  return { log, outcome: await drive({ orchestrator, underWay, isDead: () => owner.isDead }, picks) };
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
    async merge(lane) {
      const merged = await lanes.merge(lane);
      await owner.act();
      if (merged.kind === 'merged') world.lane(lane.workstream.id).merged = true;
      return merged;
    },
    async awaitMerge(lane) {
      const merged = await lanes.awaitMerge(lane);
      world.lane(lane.workstream.id).byHand = true;
      return merged;
    },
    async teardown(lane) {
      await owner.act();
      await lanes.teardown(lane);
    },
  };
}
