import { currentAttempt, type TaskState } from '../core/run-state.ts';

/** What the undo of a teardown has brought back, and what it could not. */
export function undoneLines(task: TaskState): string[] {
  const { id } = task.outline;
  const attempt = currentAttempt(task);
  const lines = [`the teardown of ${id} is undone: its branch ${attempt?.branch ?? ''} is back`];
  if (attempt?.broughtBack === 'worktree') {
    lines.push(`and its worktree, ${attempt.worktree}, with what was not committed`);
  } else {
    const backup = attempt?.saved.findLast(({ ref }) => ref.startsWith('refs/agentrelay/backup/'));
    const kept = backup === undefined ? '' : `; what was not committed stays under ${backup.ref}`;
    lines.push(`its worktree is shared, and another task may have it by now${kept}`);
  }
  return [...lines, 'its agent cannot come back; its log is there (agentrelay logs)'];
}
