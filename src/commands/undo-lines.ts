import { relative } from 'node:path';
import type { Reset } from '../core/reset.ts';
import type { RunState } from '../core/run-state.ts';
import { reversed } from '../steps/rollback/move-refs.ts';
import { gitHubLines, refRows, section, subjectText } from './reset-lines.ts';

/** What an undo brings back, for people. */
export function undoLines(reset: Reset, state: RunState, root: string): string[] {
  const { tasks, refs, worktrees, remote, prs } = reset;
  const back = reversed(refs);
  const there = remote && { name: remote.name, refs: reversed(remote.refs) };
  return [
    `undo of reset ${reset.reset}, of ${subjectText(reset)}, graph ${state.graph}, run ${state.run}`,
    `tasks that are again what they were: ${tasks.join(', ') || 'none'}`,
    ...section(['branch', 'from', 'to'], refRows(back)),
    ...gitHubLines(
      there,
      prs.map((pr) => [pr, 'open again, where GitHub allows it']),
    ),
    ...section(
      ['worktree', 'becomes'],
      worktrees.flatMap((worktree) => (worktree.head === null ? [] : [worktreeRow(worktree, root)])),
    ),
    '',
  ];
}

function worktreeRow({ path, head, branch, files }: Reset['worktrees'][number], root: string): string[] {
  const at = branch === null ? `detached at ${head?.slice(0, 8)}` : `on ${branch}`;
  return [relative(root, path), files === null ? at : `${at}, with its uncommitted work`];
}
