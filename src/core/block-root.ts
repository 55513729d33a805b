import type { BlockRoot } from './events.ts';
import type { RunState } from './run-state.ts';

/** What is behind a block: for a lane that failed because of a task, that task; otherwise the root itself. */
export function lastRoot(state: RunState, root: BlockRoot): BlockRoot {
  const seen = new Set<string>();
  let last = root;
  while ('workstream' in last && !seen.has(last.workstream)) {
    seen.add(last.workstream);
    last = state.workstreams.get(last.workstream)?.failure?.root ?? last;
  }
  return last;
}

/** Whether this task is what is behind a block. */
export function isRootTask(state: RunState, root: BlockRoot | null, task: string): boolean {
  if (root === null) return false;
  const last = lastRoot(state, root);
  return 'task' in last && last.task === task;
}
