/** `successors[n]`: the nodes that n points to. */
export type Edges = readonly (readonly number[])[];

/** The groups of nodes that can all reach each other, each of at least two nodes, in ascending order. */
export function knots(edges: Edges): number[][] {
  const back = reverse(edges);
  const seen = new Uint8Array(edges.length);
  const finished: number[] = [];
  for (let root = 0; root < edges.length; root += 1) walk(edges, root, seen, finished);
  // Kosaraju: walked backwards from the last finished, each walk stays inside one knot.
  seen.fill(0);
  const found: number[][] = [];
  for (const root of finished.reverse()) {
    const knot: number[] = [];
    walk(back, root, seen, knot);
    if (knot.length > 1) found.push(knot.sort((a, b) => a - b));
  }
  return found.sort((a, b) => (a[0] as number) - (b[0] as number));
}

/** Depth first from `root`, with its own stack: a chain of 10,000 tasks would overflow the machine's. */
function walk(edges: Edges, root: number, seen: Uint8Array, finished: number[]): void {
  if (seen[root] === 1) return;
  seen[root] = 1;
  const open = [{ node: root, next: 0 }];
  for (let top = open.at(-1); top !== undefined; top = open.at(-1)) {
    const successor = edges[top.node]?.[top.next];
    top.next += 1;
    if (successor === undefined) finished.push((open.pop() as { node: number }).node);
    else if (seen[successor] === 0) {
      seen[successor] = 1;
      open.push({ node: successor, next: 0 });
    }
  }
}

export function reverse(edges: Edges): number[][] {
  const back: number[][] = edges.map(() => []);
  edges.forEach((successors, node) => {
    for (const successor of successors) back[successor]?.push(node);
  });
  return back;
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
