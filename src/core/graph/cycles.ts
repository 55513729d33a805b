/** `successors[n]`: the nodes that n points to. */
export type Edges = readonly (readonly number[])[];

/** The groups of nodes that can all reach each other, each of at least two nodes, in ascending order. */
export function knots(edges: Edges): number[][] {
  const size = edges.length;
  const number = new Int32Array(size).fill(-1);
  const low = new Int32Array(size);
  const open = new Uint8Array(size);
  const stack: number[] = [];
  const found: number[][] = [];
  let visited = 0;

  // Tarjan's algorithm with its own stack: a chain of 10,000 tasks would overflow the machine's.
  for (let root = 0; root < size; root += 1) {
    if (number[root] !== -1) continue;
    const calls = [{ node: root, next: 0 }];
    while (calls.length > 0) {
      const call = calls[calls.length - 1] as { node: number; next: number };
      const { node } = call;
      if (call.next === 0) {
        number[node] = low[node] = visited++;
        stack.push(node);
        open[node] = 1;
      }
      const successor = edges[node]?.[call.next];
      if (successor !== undefined) {
        call.next += 1;
        if (number[successor] === -1) calls.push({ node: successor, next: 0 });
        else if (open[successor] === 1) low[node] = Math.min(low[node] as number, number[successor] as number);
        continue;
      }
      calls.pop();
      const caller = calls.at(-1);
      if (caller !== undefined) low[caller.node] = Math.min(low[caller.node] as number, low[node] as number);
      if (low[node] !== number[node]) continue;
      const knot = stack.splice(stack.lastIndexOf(node));
      for (const member of knot) open[member] = 0;
      if (knot.length > 1) found.push(knot.sort((a, b) => a - b));
    }
  }
  return found;
}

/** A shortest way from `start` back to itself inside `knot`, without the return: `[a, b]` for a -> b -> a. */
export function shortestCycle(edges: Edges, knot: readonly number[], start: number): number[] {
  const inside = new Set(knot);
  const cameFrom = new Map<number, number>();
  const queue = [start];
  for (const node of queue) {
    for (const next of edges[node] ?? []) {
      if (next === start) return wayBack(cameFrom, start, node);
      if (!inside.has(next) || cameFrom.has(next)) continue;
      cameFrom.set(next, node);
      queue.push(next);
    }
  }
  return [start];
}

function wayBack(cameFrom: ReadonlyMap<number, number>, start: number, end: number): number[] {
  const way = [end];
  for (let node = end; node !== start; ) {
    node = cameFrom.get(node) as number;
    way.push(node);
  }
  return way.reverse();
}

const SHOWN = 20;

/** `a -> b -> a`, with the middle of a long one left out. */
export function formatCycle(names: readonly string[]): string {
  const shown = names.length <= SHOWN ? names : [...names.slice(0, SHOWN - 1), `(${names.length - SHOWN + 1} more)`];
  return [...shown, names[0] as string].join(' -> ');
}
