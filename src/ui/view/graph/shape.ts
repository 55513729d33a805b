import type { RunState } from '../../../core/run-state.ts';
import type { RowKey } from '../../ui-state.ts';

/** A row of the graph, and the rows above it that it waits for. */
export interface GraphNode {
  readonly key: RowKey;
  readonly kind: 'lane' | 'task';
  readonly id: string;
  /** Indices of rows, each once. Of a lane: its parent lane. Of a task: see `graphNodes`. */
  readonly before: readonly number[];
}

/**
 * Lanes with their tasks below them, all below what they wait for. A task hangs on those tasks of its own lane that it
 * depends on, or on its lane where there is none, and on each other lane that it depends on: it waits for all of that.
 */
export function graphNodes(run: RunState): GraphNode[] {
  const nodes: GraphNode[] = [];
  const rows = new Map<RowKey, number>();
  const add = (key: RowKey, kind: 'lane' | 'task', id: string, keys: readonly RowKey[]) => {
    const before = new Set(keys.map((other) => rows.get(other)).filter((row) => row !== undefined));
    rows.set(key, nodes.length);
    nodes.push({ key, kind, id, before: [...before] });
  };
  const tasks = Map.groupBy(run.tasks.values(), ({ outline }) => outline.workstream);
  const lanesBefore = lanesByLane(run);
  for (const lane of inOrder([...run.workstreams.keys()], (id) => lanesBefore.get(id) ?? [])) {
    const parent = run.workstreams.get(lane)?.outline.parent ?? null;
    add(`lane:${lane}`, 'lane', lane, parent === null ? [] : [`lane:${parent}`]);
    const outlines = (tasks.get(lane) ?? []).map(({ outline }) => outline);
    const own = new Map(outlines.map(({ id, dependencies }) => [id, dependencies]));
    const inLane = (id: string) => (own.get(id) ?? []).filter((name) => own.has(name));
    for (const id of inOrder([...own.keys()], inLane)) {
      const near = inLane(id).map((name): RowKey => `task:${name}`);
      const far = (own.get(id) ?? []).filter((name) => !own.has(name)).map((name) => laneKey(run, name));
      add(`task:${id}`, 'task', id, [...(near.length === 0 ? [`lane:${lane}` as const] : near), ...far]);
    }
  }
  return nodes;
}

function laneKey(run: RunState, task: string): RowKey {
  return `lane:${run.tasks.get(task)?.outline.workstream ?? ''}`;
}

/** The lanes that must be above each lane. */
function lanesByLane(run: RunState): Map<string, string[]> {
  const found = new Map<string, Set<string>>();
  for (const { outline } of run.workstreams.values()) {
    found.set(outline.id, new Set(outline.parent === null ? [] : [outline.parent]));
  }
  for (const { outline } of run.tasks.values()) {
    for (const name of outline.dependencies) {
      const lane = run.tasks.get(name)?.outline.workstream;
      if (lane !== undefined && lane !== outline.workstream) found.get(outline.workstream)?.add(lane);
    }
  }
  return new Map(Array.from(found, ([lane, before]) => [lane, [...before]]));
}

/** Each after all that is before it, and as near to that as can be; what waits in a circle comes last. */
function inOrder(ids: readonly string[], beforeOf: (id: string) => readonly string[]): string[] {
  const after = new Map<string, string[]>(ids.map((id) => [id, []]));
  const waits = new Map<string, number>();
  for (const id of ids) {
    const before = beforeOf(id).filter((name) => after.has(name));
    waits.set(id, before.length);
    for (const name of before) after.get(name)?.push(id);
  }
  const order = new Set<string>();
  const ready = ids.filter((id) => waits.get(id) === 0).reverse();
  for (let id = ready.pop(); id !== undefined; id = ready.pop()) {
    order.add(id);
    const freed = (after.get(id) ?? []).filter((next) => {
      const left = (waits.get(next) ?? 0) - 1;
      waits.set(next, left);
      return left === 0;
    });
    ready.push(...freed.reverse());
  }
  return [...new Set([...order, ...ids])];
}
