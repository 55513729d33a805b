import { type Edges, formatCycle, knots, reverse, shortestCycle } from './cycles.ts';
import { type Outline, type Reference, readInputs, type TaskOutline } from './outline.ts';
import { type Problem, problem, quote } from './problem.ts';

export interface TaskOrder {
  readonly problems: readonly Problem[];
  /** Tasks of some cycle: what hangs on them is not looked at again. */
  readonly knotted: ReadonlySet<string>;
}

/** Tasks that wait for each other. */
export function taskCycles({ tasks }: Outline): TaskOrder {
  const node = nodeOf(tasks);
  const edges = dependencyEdges(tasks, node);
  const knotted = new Set<string>();
  const problems = knots(edges).map((knot) => {
    for (const member of knot) knotted.add(tasks[member]?.id as string);
    const cycle = shortestCycle(edges, knot, knot[0] as number);
    const [first, second] = cycle.map((member) => tasks[member] as TaskOutline) as [TaskOutline, TaskOutline];
    const path = first.dependencies.find(({ name }) => name === second.id)?.path ?? first.path;
    const names = cycle.map((member) => tasks[member]?.id as string);
    return problem(path, `tasks depend on each other: ${formatCycle(names)}`);
  });
  return { problems, knotted };
}

/** Files can only come from a task that is sure to be finished: an ancestor. */
export function inputProblems(outline: Outline): Problem[] {
  const { tasks, top, tasksUnclear } = outline;
  const node = nodeOf(tasks);
  const wanted = new Map<number, { readonly task: number; readonly input: Reference }[]>();
  const problems: Problem[] = [];
  const unknown = ({ name, path }: Reference): void => {
    if (!tasksUnclear) problems.push(problem(path, `unknown task ${quote(name)}`));
  };
  for (const input of readInputs(top, [])) if (!node.has(input.name)) unknown(input);
  tasks.forEach((task, i) => {
    for (const input of task.inputs) {
      const source = node.get(input.name);
      if (source === undefined) unknown(input);
      else if (!task.dependencies.some(({ name }) => name === input.name)) {
        const wishes = wanted.get(source) ?? [];
        wanted.set(source, wishes);
        wishes.push({ task: i, input });
      }
    }
  });
  if (wanted.size === 0) return problems;
  const descends = descendantSearch(dependencyEdges(tasks, node));
  for (const [source, wishes] of wanted) {
    const found = descends(
      source,
      wishes.map(({ task }) => task),
    );
    for (const { task, input } of wishes) {
      if (found.has(task)) continue;
      const message = `task ${quote(tasks[task]?.id as string)} does not depend on ${quote(input.name)}, directly or not`;
      problems.push(problem(input.path, message, { allowed: 'a task it depends on' }));
    }
  }
  return problems;
}

function nodeOf(tasks: readonly TaskOutline[]): Map<string, number> {
  const node = new Map<string, number>();
  tasks.forEach((task, i) => {
    if (!node.has(task.id)) node.set(task.id, i);
  });
  return node;
}

/** From each task to those it depends on; what is unknown or itself is reported elsewhere. */
function dependencyEdges(tasks: readonly TaskOutline[], node: ReadonlyMap<string, number>): Edges {
  return tasks.map((task, i) =>
    task.dependencies.flatMap(({ name }) => {
      const to = node.get(name);
      return to === undefined || to === i ? [] : [to];
    }),
  );
}

/** Which of some tasks descend from a source. Looks no deeper than the deepest of them, so a near one is cheap. */
function descendantSearch(edges: Edges): (source: number, tasks: readonly number[]) => ReadonlySet<number> {
  const after = reverse(edges);
  const depth = depths(edges, after);
  return (source, tasks) => {
    const deepest = tasks.reduce((most, task) => Math.max(most, depth[task] as number), 0);
    const seen = new Set([source]);
    for (const node of seen) {
      for (const next of after[node] ?? []) if ((depth[next] as number) <= deepest) seen.add(next);
    }
    return seen;
  };
}

/** The length of the longest chain of dependencies above each task. */
function depths(edges: Edges, after: Edges): Int32Array {
  const depth = new Int32Array(edges.length);
  const waits = Int32Array.from(edges, (to) => to.length);
  const queue = edges.flatMap((to, node) => (to.length === 0 ? [node] : []));
  for (const node of queue) {
    for (const next of after[node] ?? []) {
      depth[next] = Math.max(depth[next] as number, (depth[node] as number) + 1);
      waits[next] = (waits[next] as number) - 1;
      if (waits[next] === 0) queue.push(next);
    }
  }
  return depth;
}
