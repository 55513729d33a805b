import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { Graph, GraphTask } from '../../core/graph/graph.ts';
import { taskNames } from '../frameworks/preset-use.ts';

/** Files that tasks want to be brought into their worktrees, and that are not in the repository; each once. */
export function missingFiles({ tasks }: Graph, root: string): UserError[] {
  return (['copy', 'link'] as const).flatMap((key) => {
    const wanted = new Map<string, GraphTask[]>();
    for (const task of tasks) for (const path of task[key]) wanted.set(path, [...(wanted.get(path) ?? []), task]);
    const missing = [...wanted].filter(([path]) => !existsSync(join(root, path)));
    return missing.map(([path, by]) => {
      const hint = `make it, or take it out of ${key}`;
      return new UserError(`there is no ${path} in ${root}, which ${taskNames(by)} wants by ${key}`, { hint });
    });
  });
}
