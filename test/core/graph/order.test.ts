import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Graph } from '../../../src/core/graph/graph.ts';
import { criticalPath, remainingPath, topologicalOrder } from '../../../src/core/graph/order.ts';
import { readGraph } from '../../../src/core/graph/read-graph.ts';

function graphOf(file: object): Graph {
  const { graph, problems } = readGraph({ name: 'g', ...file });
  expect(problems).toEqual([]);
  return graph as Graph;
}

/** What must be over before a task starts, asked of the rules one by one: the oracle for the linear form. */
function predecessors(graph: Graph, id: string): string[] {
  const task = graph.taskById.get(id);
  if (task === undefined) throw new Error(`no task ${id}`);
  const ofLane = (lane: string) =>
    graph.tasks.filter(({ workstreamId }) => workstreamId === lane).map((other) => other.id);
  const before = task.dependencies.flatMap((name) => {
    const lane = graph.taskById.get(name)?.workstreamId as string;
    return lane === task.workstreamId ? [name] : ofLane(lane);
  });
  let lane = graph.workstreamById.get(task.workstreamId)?.parentWorkstreamId ?? null;
  while (lane !== null) {
    before.push(...ofLane(lane));
    lane = graph.workstreamById.get(lane)?.parentWorkstreamId ?? null;
  }
  return before;
}

function slowRemaining(graph: Graph): Map<string, number> {
  const known = new Map<string, number>();
  const successors = new Map<string, string[]>(graph.tasks.map(({ id }) => [id, []]));
  for (const { id } of graph.tasks) for (const before of predecessors(graph, id)) successors.get(before)?.push(id);
  const longest = (id: string): number => {
    const found = known.get(id) ?? 1 + Math.max(0, ...(successors.get(id) ?? []).map(longest));
    known.set(id, found);
    return found;
  };
  for (const { id } of graph.tasks) longest(id);
  return known;
}

/** Graphs without a cycle: tasks depend on earlier ones, lanes wait for lower ones. The file order is shuffled. */
const graphs = fc
  .record({
    lanes: fc.array(fc.option(fc.nat()), { minLength: 1, maxLength: 5 }),
    tasks: fc.array(fc.record({ lane: fc.nat(), dependencies: fc.array(fc.nat(), { maxLength: 4 }) }), {
      minLength: 1,
      maxLength: 25,
    }),
    shuffle: fc.infiniteStream(fc.nat()),
  })
  .map(({ lanes, tasks, shuffle }) => {
    const laneOf = tasks.map(({ lane }) => lane % lanes.length);
    const files = tasks.map(({ dependencies }, i) => {
      const allowed = laneOf.flatMap((lane, j) => (j < i && lane <= (laneOf[i] as number) ? [j] : []));
      const chosen = allowed.length === 0 ? [] : dependencies.map((n) => allowed[n % allowed.length]);
      return { id: `t${i}`, workstream_id: `w${laneOf[i]}`, dependencies: [...new Set(chosen)].map((n) => `t${n}`) };
    });
    const workstreams = lanes.map((parent, i) => ({
      id: `w${i}`,
      ...(parent === null || i === 0 ? {} : { parent_workstream_id: `w${parent % i}` }),
    }));
    const keys = new Map(files.map((file) => [file, shuffle.next().value as number]));
    return {
      max_workstream_depth: 10,
      workstreams,
      tasks: files.toSorted((a, b) => (keys.get(a) as number) - (keys.get(b) as number)),
    };
  });

describe('remainingPath', () => {
  test('a wait for another lane is a wait for all of it, a child lane waits for all of its parent', () => {
    const graph = graphOf({
      workstreams: [{ id: 'x' }, { id: 'y' }, { id: 'z', parent_workstream_id: 'y' }],
      tasks: [
        { id: 'x1', workstream_id: 'x' },
        { id: 'x2', workstream_id: 'x', dependencies: ['x1'] },
        { id: 'y1', workstream_id: 'y', dependencies: ['x1'] },
        { id: 'y2', workstream_id: 'y' },
        { id: 'z1', workstream_id: 'z' },
      ],
    });
    expect(Object.fromEntries(remainingPath(graph))).toEqual({ x1: 4, x2: 3, y1: 2, y2: 2, z1: 1 });
    expect(criticalPath(graph)).toEqual(['x1', 'x2', 'y1', 'z1']);
    expect(topologicalOrder(graph).map(({ id }) => id)).toEqual(['x1', 'x2', 'y1', 'y2', 'z1']);
  });

  test('a lane without tasks passes the wait on', () => {
    const graph = graphOf({
      max_workstream_depth: 2,
      workstreams: [{ id: 'a' }, { id: 'b', parent_workstream_id: 'a' }, { id: 'c', parent_workstream_id: 'b' }],
      tasks: [
        { id: 'c1', workstream_id: 'c' },
        { id: 'a1', workstream_id: 'a' },
      ],
    });
    expect(criticalPath(graph)).toEqual(['a1', 'c1']);
  });

  test('random graphs: the same as the rules say', () => {
    fc.assert(
      fc.property(graphs, (file) => {
        const graph = graphOf(file);
        expect(remainingPath(graph)).toEqual(slowRemaining(graph));
      }),
    );
  });
});

describe('topologicalOrder', () => {
  test('random graphs: each task once, after all that it waits for, longest path first, then file order', () => {
    fc.assert(
      fc.property(graphs, (file) => {
        const graph = graphOf(file);
        const order = topologicalOrder(graph).map(({ id }) => id);
        const place = new Map(order.map((id, i) => [id, i]));
        expect(order.toSorted()).toEqual(graph.tasks.map(({ id }) => id).toSorted());
        for (const id of order) {
          for (const before of predecessors(graph, id)) expect(place.get(before)).toBeLessThan(place.get(id) as number);
        }
        const remaining = remainingPath(graph);
        const fileOrder = graph.tasks.map(({ id }) => id);
        order.slice(1).forEach((id, i) => {
          const [a, b] = [order[i] as string, id];
          const fall = (remaining.get(a) as number) - (remaining.get(b) as number);
          expect(fall > 0 || (fall === 0 && fileOrder.indexOf(a) < fileOrder.indexOf(b))).toBe(true);
        });
      }),
    );
  });

  test('the critical path of random graphs is a chain as long as the longest', () => {
    fc.assert(
      fc.property(graphs, (file) => {
        const graph = graphOf(file);
        const path = criticalPath(graph);
        expect(path).toHaveLength(Math.max(...remainingPath(graph).values()));
        path.slice(1).forEach((id, i) => {
          expect(predecessors(graph, id)).toContain(path[i]);
        });
      }),
    );
  });
});

test('chains and stars of 10,000 tasks take no stack and little time', () => {
  const chain = Array.from({ length: 10_000 }, (_, i) => ({ id: `t${i}`, dependencies: i === 0 ? [] : [`t${i - 1}`] }));
  const started = performance.now();
  const graph = graphOf({ tasks: chain.reverse() });
  expect(remainingPath(graph).get('t0')).toBe(10_000);
  expect(criticalPath(graph)).toHaveLength(10_000);
  expect(topologicalOrder(graph)[0]?.id).toBe('t0');
  const lanes = Array.from({ length: 100 }, (_, i) => ({ id: `w${i}` }));
  const wide = Array.from({ length: 10_000 }, (_, i) => ({
    id: `t${i}`,
    workstream_id: `w${i % 100}`,
    // Each task of a lane waits for the lane below: a hundred lanes of a hundred tasks.
    dependencies: i % 100 === 0 ? [] : [`t${i - 1}`],
  }));
  expect(criticalPath(graphOf({ workstreams: lanes, tasks: wide }))).toHaveLength(100);
  expect(performance.now() - started).toBeLessThan(5_000);
});
