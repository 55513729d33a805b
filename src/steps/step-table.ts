import { type DispatchKey, StepDispatch, type StepFactory } from '../core/dispatch.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { AgentCommand } from './agent-command.ts';
import type { OwnStepFactory, OwnStepTable } from './extensions.ts';

export interface ShippedSteps<T> {
  readonly entries?: Readonly<Record<DispatchKey, StepFactory<T>>>;
  readonly default?: StepFactory<T>;
}

/** The user's entry for a task, else the user's default, else what comes with agentrelay. */
export function stepTable<T>(
  step: string,
  shipped: ShippedSteps<T>,
  own: OwnStepTable<T> = {},
  agentCommand: (runtime: TaskRuntime) => AgentCommand = notMade,
): StepDispatch<T> {
  const base = new StepDispatch<T>(step, shipped);
  const wrap =
    (factory: OwnStepFactory<T>): StepFactory<T> =>
    (runtime) =>
      factory(runtime, { shipped: () => base.for(runtime), agentCommand: () => agentCommand(runtime) });
  const { default: ownDefault, ...exact } = own;
  const pairs = Object.entries<OwnStepFactory<T>>(exact as Record<string, OwnStepFactory<T>>);
  const entries: Record<DispatchKey, StepFactory<T>> = Object.fromEntries(
    pairs.map(([key, factory]) => [key, wrap(factory)]),
  );
  if (ownDefault !== undefined) return new StepDispatch<T>(step, { entries, default: wrap(ownDefault) });
  return new StepDispatch<T>(step, { ...shipped, entries: { ...shipped.entries, ...entries } });
}

/** For tables that are only asked what they have. */
export function notMade(): never {
  throw new Error('this table makes no steps');
}
