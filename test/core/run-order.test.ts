import { expect, test } from 'vitest';
import { criticalPath, remainingPath, topologicalOrder } from '../../src/core/graph/order.ts';
import { reduce } from '../../src/core/reduce.ts';
import { waitingOf } from '../../src/core/run-order.ts';
import { runStarted } from '../../src/core/run-started.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import { makeGraph } from '../support/graphs.ts';

test('what a run knows of its graph comes to the same order as the graph itself', () => {
  const graph = makeGraph({
    workstreams: [{ id: 'x' }, { id: 'y' }, { id: 'z', parent: 'y' }],
    tasks: [
      { id: 'x1', ws: 'x' },
      { id: 'x2', ws: 'x', deps: ['x1'] },
      { id: 'y1', ws: 'y', deps: ['x1'] },
      { id: 'z1', ws: 'z' },
    ],
  });
  const run = emptyRunState();
  const started = runStarted(graph, { number: 1, digest: 'd' });
  reduce(run, { v: 1, seq: 1, at: '2026-01-01T00:00:00.000Z', ...started });
  expect(criticalPath(waitingOf(run))).toEqual(['x1', 'x2', 'y1', 'z1']);
  expect(criticalPath(waitingOf(run))).toEqual(criticalPath(graph));
  expect(remainingPath(waitingOf(run))).toEqual(remainingPath(graph));
  expect(topologicalOrder(waitingOf(run)).map(({ id }) => id)).toEqual(topologicalOrder(graph).map(({ id }) => id));
});

test('tasks that wait in a circle, and what waits for them, are on no path, and nothing hangs', () => {
  const circle = [
    { id: 'a', workstreamId: 'w', dependencies: ['b'] },
    { id: 'b', workstreamId: 'w', dependencies: ['a', 'nowhere'] },
    { id: 'c', workstreamId: 'w', dependencies: [] },
  ];
  const waiting = { tasks: circle, workstreams: [{ id: 'w', parentWorkstreamId: null }] };
  expect(criticalPath(waiting)).toEqual(['c']);
});
