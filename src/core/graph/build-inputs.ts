import type { InputSource } from './graph.ts';
import type { GraphFile, TaskFile } from './schema.ts';

/** Whether the first task descends from the second. */
export type Ancestors = (task: string, ancestor: string) => boolean;

/** A source that is named at the top is one for the tasks after it: it cannot be its own, nor that of earlier ones. */
export function buildInputs(task: TaskFile, file: GraphFile, ancestors: Ancestors): readonly InputSource[] {
  const written = task.inputs_from ?? file.inputs_from;
  if (written === undefined) return [];
  const inherited = task.inputs_from === undefined;
  return Object.freeze(
    [written]
      .flat()
      .flatMap(({ task: source, category }) =>
        inherited && !ancestors(task.id, source) ? [] : [{ task: source, category: category ?? null }],
      ),
  );
}

/** Asked only of the few tasks that the top of the file names as inputs. */
export function ancestorTest(file: GraphFile): Ancestors {
  const descendants = new Map<string, ReadonlySet<string>>();
  const after = new Map<string, string[]>();
  if (file.inputs_from !== undefined) {
    for (const { id, dependencies } of file.tasks) {
      for (const before of dependencies ?? []) {
        const tasks = after.get(before) ?? [];
        after.set(before, tasks);
        tasks.push(id);
      }
    }
  }
  return (task, ancestor) => {
    let found = descendants.get(ancestor);
    if (found === undefined) {
      const reached = new Set(after.get(ancestor));
      for (const id of reached) for (const next of after.get(id) ?? []) reached.add(next);
      found = reached;
      descendants.set(ancestor, found);
    }
    return found.has(task);
  };
}
