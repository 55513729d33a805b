/** What waits for what: a graph is one, and so is what a run knows of its graph. */
export interface Waiting<Task extends WaitingTask = WaitingTask> {
  /** In file order, which decides between chains of one length. */
  readonly tasks: readonly Task[];
  readonly workstreams: readonly { readonly id: string; readonly parentWorkstreamId: string | null }[];
}

interface WaitingTask {
  readonly id: string;
  readonly workstreamId: string;
  readonly dependencies: readonly string[];
}

/**
 * The tasks and, for each lane, its start and its merge as nodes between: a task waits for the start of its lane, the
 * merge for the lane's tasks. So a wait for a whole lane is one edge, and the graph stays linear in the file.
 */
interface WaitGraph {
  /** Tasks first, in file order. */
  readonly size: number;
  /** `after[n]`: the nodes that wait for node n. */
  readonly after: readonly (readonly number[])[];
}

function waitGraph({ tasks, workstreams }: Waiting): WaitGraph {
  const size = tasks.length + 2 * workstreams.length;
  const after: number[][] = Array.from({ length: size }, () => []);
  const taskNode = new Map(tasks.map((task, i) => [task.id, i]));
  const startNode = new Map(workstreams.map((lane, i) => [lane.id, tasks.length + 2 * i]));
  const start = (lane: string): number => startNode.get(lane) as number;
  const merge = (lane: string): number => start(lane) + 1;
  for (const lane of workstreams) {
    after[start(lane.id)]?.push(merge(lane.id));
    if (lane.parentWorkstreamId !== null) after[merge(lane.parentWorkstreamId)]?.push(start(lane.id));
  }
  tasks.forEach((task, i) => {
    after[start(task.workstreamId)]?.push(i);
    after[i]?.push(merge(task.workstreamId));
    for (const id of task.dependencies) {
      const dependency = taskNode.get(id) as number;
      const lane = tasks[dependency]?.workstreamId as string;
      const before = lane === task.workstreamId ? dependency : merge(lane);
      after[before]?.push(i);
    }
  });
  return { size, after };
}

/** Kahn's order: every node after all that it waits for. */
function nodesInOrder({ size, after }: WaitGraph): number[] {
  const waits = new Int32Array(size);
  for (const nodes of after) for (const node of nodes) waits[node] = (waits[node] as number) + 1;
  const order: number[] = [];
  for (let node = 0; node < size; node += 1) if (waits[node] === 0) order.push(node);
  for (let i = 0; i < order.length; i += 1) {
    for (const node of after[order[i] as number] ?? []) {
      waits[node] = (waits[node] as number) - 1;
      if (waits[node] === 0) order.push(node);
    }
  }
  return order;
}

/** For each node the number of tasks on the longest chain that starts with it. */
function remainingByNode(waits: WaitGraph, taskCount: number): Int32Array {
  const remaining = new Int32Array(waits.size);
  for (const node of nodesInOrder(waits).reverse()) {
    let longest = 0;
    for (const next of waits.after[node] ?? []) longest = Math.max(longest, remaining[next] as number);
    remaining[node] = longest + (node < taskCount ? 1 : 0);
  }
  return remaining;
}

/**
 * For each task the number of tasks on the longest chain that starts with it. A wait for another lane is a wait for
 * all of that lane's tasks, and a child lane waits for all tasks of its parent.
 */
export function remainingPath(graph: Waiting): Map<string, number> {
  const remaining = remainingByNode(waitGraph(graph), graph.tasks.length);
  return new Map(graph.tasks.map((task, i) => [task.id, remaining[i] as number]));
}

/** The ids of a longest chain of tasks; the run cannot take fewer steps than these. */
export function criticalPath(graph: Waiting): string[] {
  const waits = waitGraph(graph);
  const remaining = remainingByNode(waits, graph.tasks.length);
  const isLonger = (a: number, b: number): boolean => {
    const more = (remaining[a] as number) - (remaining[b] as number);
    return more > 0 || (more === 0 && a < b);
  };
  const path: string[] = [];
  let nodes: readonly number[] = graph.tasks.map((_, i) => i);
  while (nodes.length > 0) {
    const node = nodes.reduce((best, next) => (isLonger(next, best) ? next : best));
    const task = graph.tasks[node];
    if (task !== undefined) path.push(task.id);
    // Nothing but merges goes on from where no task is left, nor does a record with a cycle lead round and round.
    nodes = (waits.after[node] ?? []).filter((next) => (remaining[next] as number) > 0);
  }
  return path;
}

/** Every task after all that it waits for, longest remaining path first, then in file order. */
export function topologicalOrder<Task extends WaitingTask>(graph: Waiting<Task>): Task[] {
  // Whatever waits for a task has a shorter path than it, so sorting by the path's length is enough.
  const remaining = remainingPath(graph);
  return graph.tasks.toSorted((a, b) => (remaining.get(b.id) as number) - (remaining.get(a.id) as number));
}
