import { formatCycle, knots, shortestCycle } from './cycles.ts';
import type { LaneOutline, Outline } from './outline.ts';
import { type Problem, type ProblemPath, problem, quote } from './problem.ts';

/** Why one lane waits for another. */
interface LaneWait {
  readonly from: number;
  readonly to: number;
  readonly path: ProblemPath;
  /** Of the first few tasks, and the parent. */
  readonly reasons: string[];
}

const REASONS_SHOWN = 3;

/** What must hold between lanes: how deep they nest, that none waits for itself, that each finds what it waits for. */
export function laneProblems(outline: Outline, knotted: ReadonlySet<string>): Problem[] {
  const waits = laneWaits(outline, knotted);
  const cycles = cycleProblems(outline.lanes, waits);
  if (cycles.length > 0) return cycles;
  return [...depthProblems(outline), ...targetProblems(outline.lanes, waits)];
}

function laneWaits({ tasks, lanes }: Outline, knotted: ReadonlySet<string>): LaneWait[] {
  const node = new Map(lanes.map((lane, i) => [lane.id, i]));
  const laneOf = new Map(tasks.map((task) => [task.id, task.lane === null ? undefined : node.get(task.lane.name)]));
  const waits = new Map<number, LaneWait>();
  const add = (from: number, to: number, path: ProblemPath, reason: string): void => {
    const key = from * lanes.length + to;
    const wait = waits.get(key) ?? { from, to, path, reasons: [] };
    waits.set(key, wait);
    if (wait.reasons.length < REASONS_SHOWN) wait.reasons.push(reason);
  };
  lanes.forEach((lane, from) => {
    const to = lane.parent === null ? undefined : node.get(lane.parent.name);
    if (lane.parent !== null && to !== undefined)
      add(from, to, lane.parent.path, `${lane.id} is a child of ${lane.parent.name}`);
  });
  for (const task of tasks) {
    const from = laneOf.get(task.id);
    for (const { name, path } of task.dependencies) {
      const to = laneOf.get(name);
      if (from === undefined || to === undefined || from === to) continue;
      // A cycle of tasks is reported as such; its edges would only repeat it here.
      if (knotted.has(task.id) && knotted.has(name)) continue;
      add(from, to, path, `task ${task.id} depends on ${name}`);
    }
  }
  return [...waits.values()];
}

function cycleProblems(lanes: readonly LaneOutline[], waits: readonly LaneWait[]): Problem[] {
  const edges: number[][] = lanes.map(() => []);
  for (const { from, to } of waits) if (from !== to) edges[from]?.push(to);
  const orphans = waits
    .filter(({ from, to }) => from === to)
    .map(({ from, path }) => problem(path, `workstream ${quote(lanes[from]?.id as string)} is its own parent`));
  const cycles = knots(edges).map((knot) => {
    const cycle = shortestCycle(edges, knot, knot[0] as number);
    const steps = cycle.map((from, i) => {
      const to = cycle[(i + 1) % cycle.length];
      return waits.find((wait) => wait.from === from && wait.to === to) as LaneWait;
    });
    const names = cycle.map((member) => lanes[member]?.id as string);
    const why = steps.map((step) => `${lanes[step.from]?.id} -> ${lanes[step.to]?.id}: ${step.reasons.join(', ')}`);
    const path = steps[0]?.path ?? [];
    return problem(path, `workstreams wait for each other: ${formatCycle(names)} (${why.slice(0, 20).join('; ')})`);
  });
  return [...orphans, ...cycles];
}

/** Only the first lane that is too deep on its branch of the tree: those below it are so because of it. */
function depthProblems({ lanes, maxDepth }: Outline): Problem[] {
  const byId = new Map(lanes.map((lane) => [lane.id, lane]));
  return lanes.flatMap((lane) => {
    let depth = 0;
    for (let at = lane; at.parent !== null && depth <= maxDepth + 1; depth += 1) {
      const parent = byId.get(at.parent.name);
      if (parent === undefined) break;
      at = parent;
    }
    if (depth !== maxDepth + 1 || lane.parent === null) return [];
    const message = `workstream ${quote(lane.id)} is nested ${depth} deep`;
    return [problem(lane.parent.path, message, { allowed: `at most ${maxDepth} (max_workstream_depth)` })];
  });
}

/** A lane that waits for another is cut from a branch in which the other's work must be. */
function targetProblems(lanes: readonly LaneOutline[], waits: readonly LaneWait[]): Problem[] {
  return waits.flatMap(({ from, to, reasons }) => {
    const waiting = lanes[from] as LaneOutline;
    const awaited = lanes[to] as LaneOutline;
    if (awaited.target === waiting.base) return [];
    const message =
      `workstream ${quote(awaited.id)} is merged into ${quote(awaited.target)}, but ${quote(waiting.id)}, which waits for it ` +
      `(${reasons[0]}), is cut from ${quote(waiting.base)}`;
    return [
      problem([...awaited.path, 'merge_target_branch'], message, {
        allowed: `merge_target_branch of ${awaited.id} equal to base_branch of ${waiting.id}`,
      }),
    ];
  });
}
