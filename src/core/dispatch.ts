import { PreconditionError } from './errors.ts';
import type { Graph, GraphTask } from './graph/graph.ts';
import type { TaskRuntime } from './task-runtime.ts';

/** `framework/environment type`: what the choice of a step depends on. */
export type DispatchKey = `${string}/${string}`;

export type StepFactory<T> = (runtime: TaskRuntime) => T;

export function dispatchKey(task: GraphTask): DispatchKey {
  return `${task.primaryAgent.framework}/${task.primaryAgent.environment.type}`;
}

/**
 * Picks the implementation of one lifecycle step for a task: its exact `(framework, environment type)`
 * entry, else the default, else an error that names what is registered.
 */
export class StepDispatch<T> {
  readonly step: string;
  readonly #entries: ReadonlyMap<DispatchKey, StepFactory<T>>;
  readonly #fallback: StepFactory<T> | null;

  constructor(
    step: string,
    table: { entries?: Readonly<Record<DispatchKey, StepFactory<T>>>; default?: StepFactory<T> },
  ) {
    this.step = step;
    this.#entries = new Map(Object.entries(table.entries ?? {}) as [DispatchKey, StepFactory<T>][]);
    this.#fallback = table.default ?? null;
  }

  /** The implementation for this runtime. Throws `PreconditionError` `unregistered_step`. */
  for(runtime: TaskRuntime): T {
    return this.#factory(runtime.task)(runtime);
  }

  /** Throws as `for` would, without making anything. */
  require(task: GraphTask): void {
    this.#factory(task);
  }

  #factory(task: GraphTask): StepFactory<T> {
    const key = dispatchKey(task);
    const factory = this.#entries.get(key) ?? this.#fallback;
    if (factory !== null) return factory;
    const registered = [...this.#entries.keys()].sort().join(', ') || 'none';
    throw new PreconditionError('unregistered_step', `no ${this.step} for ${key}; registered: ${registered}`);
  }
}

/** Throws if any task of the graph needs a step that one of the tables does not have. */
export function requireSteps(graph: Graph, tables: readonly StepDispatch<unknown>[]): void {
  const seen = new Set<DispatchKey>();
  for (const task of graph.tasks) {
    const key = dispatchKey(task);
    if (seen.has(key)) continue;
    seen.add(key);
    for (const table of tables) table.require(task);
  }
}
