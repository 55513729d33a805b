import type { Graph, GraphTask, Workstream } from '../core/graph/graph.ts';
import { criticalPath, remainingPath, topologicalOrder } from '../core/graph/order.ts';
import { countOf, type GraphCommandOptions, type Output, withGraph } from './validate.ts';

/** What must have happened before a task starts. */
interface Waits {
  /** Tasks of its own lane that must have succeeded. */
  readonly tasks: readonly string[];
  /** Lanes that must have been merged: its lane's parent, and those of its other dependencies. */
  readonly workstreams: readonly string[];
}

/** Shows what a run would do: lanes, order of start, critical path, and what each task waits for. */
export async function dryRun(path: string, options: GraphCommandOptions, io: Output): Promise<number> {
  return withGraph(path, options, io, ({ graph }) => {
    if (options.json) io.out(JSON.stringify(plan(graph)));
    else for (const line of planLines(graph)) io.out(line);
  });
}

function plan(graph: Graph): object {
  const remaining = remainingPath(graph);
  return {
    name: graph.name,
    workstreams: graph.workstreams.map((lane) => ({
      id: lane.id,
      parent: lane.parentWorkstreamId,
      base: lane.baseBranch,
      target: lane.mergeTargetBranch,
      auto_merge: lane.autoMerge,
      parallel: lane.parallel,
      tasks: tasksOf(graph, lane.id).length,
    })),
    order: topologicalOrder(graph).map((task) => ({
      task: task.id,
      workstream: task.workstreamId,
      remaining: remaining.get(task.id),
      waits_for: waitsOf(graph, task),
    })),
    critical_path: criticalPath(graph),
  };
}

function planLines(graph: Graph): string[] {
  const remaining = remainingPath(graph);
  const critical = criticalPath(graph);
  const lanes = graph.workstreams.map((lane) => laneRow(graph, lane));
  const order = topologicalOrder(graph).map((task, i) => [
    String(i + 1),
    task.id,
    task.workstreamId,
    String(remaining.get(task.id)),
    waitWords(graph, task),
  ]);
  return [
    `graph ${graph.name}: ${countOf(graph.tasks.length, 'task')} in ${countOf(graph.workstreams.length, 'workstream')}`,
    '',
    'Lanes',
    ...columns([['lane', 'tasks', 'base -> target', 'tasks at once', 'merge', 'after lane'], ...lanes]),
    '',
    'Order of start (longest remaining path first)',
    ...columns([['#', 'task', 'lane', 'path', 'waits for'], ...order]),
    '',
    `Critical path (${countOf(critical.length, 'task')})`,
    ...wrapped(critical),
  ];
}

function laneRow(graph: Graph, lane: Workstream): string[] {
  return [
    lane.id,
    String(tasksOf(graph, lane.id).length),
    `${lane.baseBranch} -> ${lane.mergeTargetBranch}`,
    lane.parallel ? 'parallel' : 'one',
    lane.autoMerge ? 'auto' : 'by a person',
    lane.parentWorkstreamId ?? '-',
  ];
}

function tasksOf(graph: Graph, lane: string): GraphTask[] {
  return graph.tasks.filter((task) => task.workstreamId === lane);
}

function waitsOf(graph: Graph, task: GraphTask): Waits {
  const lanes = new Set<string>();
  const tasks: string[] = [];
  const parent = graph.workstreamById.get(task.workstreamId)?.parentWorkstreamId;
  if (parent != null) lanes.add(parent);
  for (const id of task.dependencies) {
    const lane = graph.taskById.get(id)?.workstreamId;
    if (lane === undefined || lane === task.workstreamId) tasks.push(id);
    else lanes.add(lane);
  }
  return { tasks, workstreams: [...lanes] };
}

function waitWords(graph: Graph, task: GraphTask): string {
  const { tasks, workstreams } = waitsOf(graph, task);
  return [...tasks, ...workstreams.map((lane) => `merge of lane ${lane}`)].join(', ') || '-';
}

/** Rows with their cells aligned; nothing after the last cell. */
function columns(rows: readonly (readonly string[])[]): string[] {
  const widths = (rows[0] ?? []).map((_, i) => rows.reduce((most, row) => Math.max(most, (row[i] ?? '').length), 0));
  return rows.map((row) => `  ${row.map((cell, i) => cell.padEnd(widths[i] ?? 0)).join('  ')}`.trimEnd());
}

const WIDTH = 100;

function wrapped(names: readonly string[]): string[] {
  const lines: string[] = [];
  let line = ' ';
  names.forEach((name, i) => {
    const word = i === 0 ? ` ${name}` : ` -> ${name}`;
    if (line.length + word.length > WIDTH) {
      lines.push(line);
      line = ' ';
    }
    line += word;
  });
  return [...lines, line];
}
