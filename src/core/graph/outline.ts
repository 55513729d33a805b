import { DEFAULT_BRANCH, DEFAULT_WORKSTREAM, DEFAULT_WORKSTREAM_DEPTH } from './known-names.ts';
import type { ProblemPath } from './problem.ts';

/**
 * What the checks between entries need, read from whatever the file holds: an entry that its schema refused still
 * declares its id, so that one mistake does not make every reference to it another.
 */
export interface Outline {
  readonly tasks: readonly TaskOutline[];
  readonly lanes: readonly LaneOutline[];
  readonly maxDepth: number;
  /** Some id could not be read, so a reference that finds nothing may be right. */
  readonly tasksUnclear: boolean;
  readonly lanesUnclear: boolean;
  /** The top of the file, where defaults stand. */
  readonly top: Readonly<Record<string, unknown>>;
}

export interface Reference {
  readonly name: string;
  readonly path: ProblemPath;
}

export interface TaskOutline {
  readonly path: ProblemPath;
  readonly id: string;
  readonly dependencies: readonly Reference[];
  readonly inputs: readonly Reference[];
  /** Null where it is no text, which its schema reports. */
  readonly lane: Reference | null;
  readonly map: Readonly<Record<string, unknown>>;
}

export interface LaneOutline {
  readonly path: ProblemPath;
  readonly id: string;
  readonly parent: Reference | null;
  readonly base: string;
  readonly target: string;
}

export function asMap(value: unknown): Readonly<Record<string, unknown>> | null {
  return typeof value === 'object' && value !== null && !Array.isArray(value)
    ? (value as Readonly<Record<string, unknown>>)
    : null;
}

export function asList(value: unknown): readonly unknown[] {
  return Array.isArray(value) ? value : [];
}

export function readOutline(top: Readonly<Record<string, unknown>>): Outline {
  const tasks = asList(top.tasks);
  const lanes = asList(top.workstreams);
  const readTasks = tasks.flatMap((task, i) => readTask(task, ['tasks', i], top));
  const readLanes = lanes.flatMap((lane, i) => readLane(lane, ['workstreams', i]));
  const depth = top.max_workstream_depth;
  return {
    tasks: readTasks,
    lanes: lanes.length === 0 ? [defaultLane()] : readLanes,
    maxDepth: typeof depth === 'number' ? depth : DEFAULT_WORKSTREAM_DEPTH,
    tasksUnclear: readTasks.length < tasks.length,
    lanesUnclear: readLanes.length < lanes.length || !Array.isArray(top.workstreams ?? []),
    top,
  };
}

function defaultLane(): LaneOutline {
  return { path: [], id: DEFAULT_WORKSTREAM, parent: null, base: DEFAULT_BRANCH, target: DEFAULT_BRANCH };
}

function readTask(value: unknown, path: ProblemPath, top: Readonly<Record<string, unknown>>): TaskOutline[] {
  const map = asMap(value);
  const id = map?.id;
  if (map === null || typeof id !== 'string') return [];
  const dependencies = asList(map.dependencies).flatMap((name, i) => reference(name, [...path, 'dependencies', i]));
  return [{ path, id, dependencies, inputs: readInputs(map, path), lane: readLaneOf(map, path, top), map }];
}

function readLaneOf(
  map: Readonly<Record<string, unknown>>,
  path: ProblemPath,
  top: Readonly<Record<string, unknown>>,
): Reference | null {
  if (map.workstream_id !== undefined) return reference(map.workstream_id, [...path, 'workstream_id'])[0] ?? null;
  if (top.workstream_id !== undefined) return reference(top.workstream_id, ['workstream_id'])[0] ?? null;
  return { name: DEFAULT_WORKSTREAM, path };
}

/** The `inputs_from` of a task, or of the top of the file: one source or a list of them. */
export function readInputs(map: Readonly<Record<string, unknown>>, path: ProblemPath): Reference[] {
  const inputs = map.inputs_from;
  const at = [...path, 'inputs_from'];
  if (Array.isArray(inputs)) return inputs.flatMap((input, i) => reference(asMap(input)?.task, [...at, i, 'task']));
  return reference(asMap(inputs)?.task, [...at, 'task']);
}

function readLane(value: unknown, path: ProblemPath): LaneOutline[] {
  const map = asMap(value);
  const id = map?.id;
  if (map === null || typeof id !== 'string') return [];
  const parent = reference(map.parent_workstream_id, [...path, 'parent_workstream_id'])[0] ?? null;
  const branch = (key: string): string => (typeof map[key] === 'string' ? map[key] : DEFAULT_BRANCH);
  return [{ path, id, parent, base: branch('base_branch'), target: branch('merge_target_branch') }];
}

function reference(name: unknown, path: ProblemPath): Reference[] {
  return typeof name === 'string' ? [{ name, path }] : [];
}
