import { expect, test } from 'vitest';
import type { GraphTask } from '../../src/core/graph/graph.ts';
import { Schedule } from '../../src/core/schedule.ts';
import { type GraphSpec, makeGraph, makeWorkstream } from '../support/graphs.ts';

const scheduleOf = (spec: GraphSpec, maxConcurrency = 10, caps: Record<string, number> = {}) => {
  const graph = makeGraph(spec);
  const schedule = new Schedule(graph, { maxConcurrency, caps });
  return { schedule, task: (id: string) => graph.taskById.get(id) as GraphTask };
};

const takeAll = (schedule: Schedule) => {
  const ids: string[] = [];
  for (let task = schedule.next(); task !== null; task = schedule.next()) ids.push(task.id);
  return ids;
};

const ids = (tasks: readonly GraphTask[]) => tasks.map((task) => task.id).sort();

test('the longest remaining path comes first, then the order of the file', () => {
  const { schedule } = scheduleOf({
    tasks: [
      { id: 'short' },
      { id: 'long' },
      { id: 'also' },
      { id: 'mid', deps: ['long'] },
      { id: 'end', deps: ['mid'] },
    ],
    workstreams: [{ id: 'default', parallel: true }],
  });
  expect(takeAll(schedule)).toEqual(['long', 'short', 'also']);
});

test('a lane without `parallel` runs one at a time, others go on beside it', () => {
  const { schedule, task } = scheduleOf({
    tasks: [
      { id: 'a1', ws: 'a' },
      { id: 'a2', ws: 'a' },
      { id: 'b1', ws: 'b' },
    ],
    workstreams: [{ id: 'a' }, { id: 'b' }],
  });
  expect(takeAll(schedule)).toEqual(['a1', 'b1']);
  schedule.succeed(task('a1'));
  schedule.release(task('a1'));
  expect(takeAll(schedule)).toEqual(['a2']);
});

test('a task that is tried again waits for its own place like any other', () => {
  const { schedule, task } = scheduleOf({ tasks: [{ id: 'a' }] }, 1);
  expect(takeAll(schedule)).toEqual(['a']);
  schedule.requeue(task('a'));
  expect(takeAll(schedule)).toEqual([]);
  schedule.release(task('a'));
  expect(takeAll(schedule)).toEqual(['a']);
});

test('tasks that run already hold their slot, their lane and their caps, and are not given out again', () => {
  const spec = {
    tasks: [
      { id: 'a1', ws: 'a', framework: 'codex' },
      { id: 'a2', ws: 'a', framework: 'aider' },
      { id: 'b1', ws: 'b', framework: 'codex' },
      { id: 'b2', ws: 'b', framework: 'aider' },
      { id: 'b3', ws: 'b', framework: 'aider' },
    ],
    workstreams: [{ id: 'a' }, { id: 'b', parallel: true }],
  };
  const graph = makeGraph(spec);
  const running = graph.tasks.find(({ id }) => id === 'a1') as GraphTask;
  const schedule = new Schedule(graph, { maxConcurrency: 3, caps: { codex: 1 } }, new Set(['a1']));
  expect(takeAll(schedule)).toEqual(['b2', 'b3']);
  schedule.release(running);
  expect(takeAll(schedule)).toEqual(['a2']);
  schedule.succeed(running);
  schedule.release(graph.taskById.get('b2') as GraphTask);
  expect(takeAll(schedule)).toEqual(['b1']);
});

test('a task that ran when the schedule was made is given out when it is tried again', () => {
  const graph = makeGraph({ tasks: [{ id: 'a' }] });
  const [task] = graph.tasks as [GraphTask];
  const schedule = new Schedule(graph, { maxConcurrency: 1, caps: {} }, new Set(['a']));
  expect(takeAll(schedule)).toEqual([]);
  schedule.release(task);
  expect(takeAll(schedule)).toEqual([]);
  schedule.requeue(task);
  expect(takeAll(schedule)).toEqual(['a']);
});

test('what runs fails or succeeds like any other', () => {
  const spec = { tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }] };
  const graph = makeGraph(spec);
  const [a] = graph.tasks as [GraphTask];
  const failing = new Schedule(graph, { maxConcurrency: 1, caps: {} }, new Set(['a']));
  expect(ids(failing.fail(a))).toEqual(['b']);
  expect(failing.laneProgress('default')).toBe('failed');
  const going = new Schedule(graph, { maxConcurrency: 1, caps: {} }, new Set(['a']));
  going.succeed(a);
  going.release(a);
  expect(takeAll(going)).toEqual(['b']);
});

test('more may run than there are slots: nothing is given out until enough have ended', () => {
  const graph = makeGraph({
    tasks: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
    workstreams: [{ id: 'default', parallel: true }],
  });
  const [a, b] = graph.tasks as [GraphTask, GraphTask];
  const schedule = new Schedule(graph, { maxConcurrency: 1, caps: {} }, new Set(['a', 'b']));
  schedule.release(a);
  expect(takeAll(schedule)).toEqual([]);
  schedule.release(b);
  expect(takeAll(schedule)).toEqual(['c']);
});

test('a task is given back as the schedule knows it, whatever it was when it was taken', () => {
  const spec = (framework: string) => makeGraph({ tasks: [{ id: 'a', framework }, { id: 'b' }] });
  const taken = spec('codex').taskById.get('a') as GraphTask;
  const caps = { codex: 1, aider: 1 };
  const parallel = { ...spec('aider'), workstreams: [makeWorkstream({ id: 'default', parallel: true })] };
  const schedule = new Schedule(parallel, { maxConcurrency: 1, caps }, new Set(['a']));
  schedule.release(taken);
  schedule.requeue(parallel.taskById.get('a') as GraphTask);
  expect(takeAll(schedule)).toEqual(['a']);
});

test('a failure that is told twice is counted once', () => {
  const { schedule, task } = scheduleOf({
    tasks: [{ id: 'a' }, { id: 'b' }],
    workstreams: [{ id: 'default', parallel: true }],
  });
  expect(takeAll(schedule)).toEqual(['a', 'b']);
  schedule.fail(task('a'));
  schedule.fail(task('a'));
  expect(schedule.laneProgress('default')).toBe('open');
});

test('caps count by framework and by model, and once where both are one name', () => {
  const tasks = [
    { id: 'a', framework: 'codex', model: 'codex' },
    { id: 'b', framework: 'codex', model: 'big' },
    { id: 'c', framework: 'aider', model: 'big' },
    { id: 'd', framework: 'aider', model: 'small' },
  ];
  const { schedule } = scheduleOf({ tasks, workstreams: [{ id: 'default', parallel: true }] }, 10, {
    codex: 2,
    big: 1,
  });
  expect(takeAll(schedule)).toEqual(['a', 'b', 'd']);
});

test('a parked task that is blocked gives its turn to the next', () => {
  const { schedule, task } = scheduleOf(
    {
      tasks: [
        { id: 'x', ws: 'x' },
        { id: 'y', ws: 'y' },
        { id: 'z', ws: 'z' },
      ],
      workstreams: [{ id: 'x' }, { id: 'y' }, { id: 'z' }],
    },
    10,
    { command: 1 },
  );
  expect(takeAll(schedule)).toEqual(['x']);
  expect(ids(schedule.failLane('y'))).toEqual(['y']);
  schedule.succeed(task('x'));
  schedule.release(task('x'));
  expect(takeAll(schedule)).toEqual(['z']);
});

test('a failure blocks all that comes after it, across lanes, and each once', () => {
  const { schedule, task } = scheduleOf({
    tasks: [
      { id: 'a1', ws: 'a' },
      { id: 'a2', ws: 'a', deps: ['a1'] },
      { id: 'a3', ws: 'a' },
      { id: 'b1', ws: 'b' },
      { id: 'b2', ws: 'b', deps: ['a3', 'b1'] },
      { id: 'c1', ws: 'c' },
    ],
    workstreams: [{ id: 'a', parallel: true }, { id: 'b' }, { id: 'c', parent: 'b' }],
  });
  takeAll(schedule);
  expect(ids(schedule.fail(task('a1')))).toEqual(['a2', 'b2', 'c1']);
  expect(schedule.laneProgress('a')).toBe('open');
  expect(schedule.laneProgress('b')).toBe('open');
  expect(schedule.laneProgress('c')).toBe('failed');
  expect(schedule.fail(task('a3'))).toEqual([]);
  expect(schedule.laneProgress('a')).toBe('failed');
});

test('a lane without tasks is never complete, and its children wait for the lane above it', () => {
  const { schedule, task } = scheduleOf({
    tasks: [
      { id: 'a', ws: 'top' },
      { id: 'b', ws: 'bottom' },
    ],
    workstreams: [{ id: 'top' }, { id: 'empty', parent: 'top' }, { id: 'bottom', parent: 'empty' }],
  });
  expect(schedule.laneProgress('empty')).toBe('open');
  expect(takeAll(schedule)).toEqual(['a']);
  schedule.succeed(task('a'));
  schedule.release(task('a'));
  expect(schedule.laneProgress('top')).toBe('complete');
  expect(takeAll(schedule)).toEqual([]);
  expect(schedule.awaitedLanes()).toEqual(['top']);
  schedule.mergeLane('top');
  schedule.mergeLane('top');
  expect(schedule.awaitedLanes()).toEqual([]);
  expect(takeAll(schedule)).toEqual(['b']);
});

test('a lane that is merged counts once for a task that waits for two', () => {
  const { schedule } = scheduleOf({
    tasks: [
      { id: 'a', ws: 'a' },
      { id: 'b', ws: 'b' },
      { id: 'c', ws: 'c', deps: ['a', 'b'] },
    ],
    workstreams: [{ id: 'a' }, { id: 'b' }, { id: 'c' }],
  });
  takeAll(schedule);
  schedule.mergeLane('a');
  schedule.mergeLane('a');
  expect(takeAll(schedule)).toEqual([]);
  schedule.mergeLane('b');
  expect(takeAll(schedule)).toEqual(['c']);
});

test('what waits for a lane is looked at when its first task fails, not again for each', () => {
  const n = 200;
  let reads = 0;
  const graph = makeGraph({
    tasks: Array.from({ length: 2 * n }, (_, at) => (at < n ? { id: `a${at}`, ws: 'a' } : { id: `b${at}`, ws: 'b' })),
    workstreams: [
      { id: 'a', parallel: true },
      { id: 'b', parent: 'a' },
    ],
  });
  const schedule = new Schedule(graph, { maxConcurrency: n, caps: {} });
  for (const task of graph.tasks) {
    const { id } = task;
    const get = () => {
      reads++;
      return id;
    };
    Object.defineProperty(task, 'id', { get });
  }
  for (const task of graph.tasks.slice(0, n)) schedule.fail(task);
  expect(schedule.laneProgress('b')).toBe('failed');
  expect(reads).toBeLessThanOrEqual(10 * n);
});

test.each(['one lane', 'many lanes'])(
  'asks after each task about as often in a graph ten times as large: %s',
  (lanes) => {
    const large = lookUps(3000, lanes === 'one lane' ? 1 : 300);
    const small = lookUps(300, lanes === 'one lane' ? 1 : 30);
    expect(large).toBeLessThanOrEqual(13 * small);
  },
);

/** How often a run of a layered graph reads the task's workstream, which every step of the schedule does. */
function lookUps(size: number, lanes: number): number {
  const workstreams = Array.from({ length: lanes }, (_, at) => ({ id: `lane${at}`, parallel: at % 2 === 0 }));
  const tasks = Array.from({ length: size }, (_, at) => {
    const before = at - 10 * lanes;
    const deps = before < 0 ? [] : [`t${before}`];
    return { id: `t${at}`, ws: `lane${at % lanes}`, deps };
  });
  const graph = makeGraph({ tasks, workstreams });
  let count = 0;
  for (const task of graph.tasks) {
    const lane = task.workstreamId;
    Object.defineProperty(task, 'workstreamId', {
      get: () => {
        count++;
        return lane;
      },
    });
  }
  const schedule = new Schedule(graph, { maxConcurrency: 4, caps: { command: 3 } });
  const running: GraphTask[] = [];
  let ended = 0;
  for (;;) {
    for (let task = schedule.next(); task !== null; task = schedule.next()) running.push(task);
    const task = running.shift();
    if (task === undefined) break;
    schedule.succeed(task);
    schedule.release(task);
    ended++;
  }
  expect(ended).toBe(size);
  return count;
}
