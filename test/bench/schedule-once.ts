import { readFileSync } from 'node:fs';
import { EventLog } from '../../src/core/event-log.ts';
import { DEFAULT_SETTINGS, type Graph } from '../../src/core/graph/graph.ts';
import { Orchestrator } from '../../src/core/orchestrator.ts';
import { runStarted } from '../../src/core/run-started.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import type { TaskRunner } from '../../src/core/task-runner.ts';
import { REAL_CLOCK } from '../../src/steps/tools/clock.ts';
import { openJournal } from '../../src/steps/tools/journal.ts';
import { countedTokens, scriptedLanes } from '../support/core.ts';
import { makeGraph, type TaskSpec, type WorkstreamSpec } from '../support/graphs.ts';
import { layers } from './layers.ts';

// node schedule-once.ts TASKS one|many: schedules such a graph with a journal in the current folder; prints what it took.

const TASKS_A_LANE = 100;

const idle: TaskRunner = {
  requireSteps: () => {},
  adopt: async () => {},
  resume: (runtime, options) => idle.run(runtime, options),
  async run(runtime) {
    runtime.start();
    runtime.succeed('completed', null);
    return { taskId: runtime.task.id, status: runtime.status, prUrl: null, error: null, failureClass: null };
  },
};

/** Many lanes: each with the layers of its own tasks, behind the last task of the lane above it in a binary tree. */
function graphOf(count: number, lanes: string): Graph {
  if (lanes === 'one')
    return makeGraph({ tasks: layers(count).map(({ id, dependencies }) => ({ id, deps: dependencies })) });
  const tasks: TaskSpec[] = [];
  const workstreams: WorkstreamSpec[] = [];
  for (let lane = 0; lane * TASKS_A_LANE < count; lane++) {
    const ws = `lane${lane}`;
    const above = lane === 0 ? [] : [`lane${Math.floor((lane - 1) / 2)}-t${TASKS_A_LANE - 1}`];
    workstreams.push({ id: ws, autoMerge: true, parallel: lane % 2 === 0 });
    for (const { id, dependencies } of layers(TASKS_A_LANE)) {
      const own = dependencies.map((dependency) => `${ws}-${dependency}`);
      tasks.push({ id: `${ws}-${id}`, ws, deps: own.length === 0 ? above : own });
    }
  }
  return makeGraph({ tasks, workstreams });
}

const [, , tasks = '', lanes = ''] = process.argv;
const graph = graphOf(Number(tasks), lanes);
const journal = openJournal('events.jsonl', 0);
const begin = performance.now();
const log = new EventLog({ state: emptyRunState(), now: Date.now, write: (line) => journal.write(line) });
log.append(runStarted(graph, { number: 1, digest: 'digest' }));
const orchestrator = new Orchestrator({
  graph,
  settings: { ...DEFAULT_SETTINGS, maxConcurrency: 8 },
  taskRunner: idle,
  workstreamSteps: scriptedLanes(),
  log,
  tokenOf: countedTokens(),
  clock: REAL_CLOCK,
});
const outcome = await orchestrator.run();
journal.close();
const ms = performance.now() - begin;
if (outcome !== 'succeeded') throw new Error(`the run ended as ${outcome}`);
const peak = Number(/VmHWM:\s+(\d+)/.exec(readFileSync('/proc/self/status', 'utf8'))?.[1]);
console.log(JSON.stringify({ ms, peak }));
