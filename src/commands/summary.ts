import { styleText } from 'node:util';
import { isSuccess } from '../core/lifecycle.ts';
import type { RunState, TaskState } from '../core/run-state.ts';
import { clock, oneLine, plural } from './event-line.ts';

const HEAD = ['task', 'lane', 'status', 'attempts', 'time', 'branch or PR', 'concerns'];

/** The table at the end of a run, the lanes below it, and the errors in full. */
export function summary(state: RunState, colour: boolean): string[] {
  const tasks = [...state.tasks.values()];
  const rows = [HEAD, ...tasks.map(row)];
  const widths = HEAD.map((_, column) => Math.max(...rows.map((cells) => cells[column]?.length ?? 0)));
  const lines = rows.map((cells) =>
    cells
      .map((cell, column) => cell.padEnd(widths[column] ?? 0))
      .join('  ')
      .trimEnd(),
  );
  const paint = (line: string, task: TaskState | undefined) => {
    if (!colour) return line;
    if (task === undefined) return styleText('bold', line, { validateStream: false });
    if (isSuccess(task.status)) return line;
    return styleText(task.status === 'failed' ? 'red' : 'yellow', line, { validateStream: false });
  };
  return [
    '',
    ...lines.map((line, at) => paint(line, tasks[at - 1])),
    ...section('lanes', laneLines(state)),
    ...section('errors', errorLines(tasks)),
    '',
    totals(state, tasks),
  ];
}

function row(task: TaskState): string[] {
  const attempt = task.attempts.at(-1);
  const pr = attempt?.pr ?? attempt?.branch ?? '';
  return [
    task.outline.id,
    task.outline.workstream,
    task.status,
    String(task.attempts.length),
    spent(task),
    pr.startsWith('local:') ? pr.slice('local:'.length).replace(/@(.{8}).*$/, ' @ $1') : pr,
    String(task.attempts.flatMap(({ concerns }) => concerns).length || ''),
  ];
}

function spent(task: TaskState): string {
  const times = task.attempts.map(({ startedAt, endedAt }) => Date.parse(endedAt ?? startedAt) - Date.parse(startedAt));
  return times.length === 0 ? '' : clock(times.reduce((sum, time) => sum + time, 0));
}

function laneLines(state: RunState): string[] {
  return [...state.workstreams.values()].map((lane) => {
    const held = lane.held === null ? '' : `, held: ${lane.held.replaceAll('_', ' ')}; to merge: ${lane.mergeCommand}`;
    const failure = lane.failure === null ? '' : `, ${lane.failure.error}`;
    const target = lane.branch === null ? '' : `  ${lane.branch} → ${lane.outline.target}`;
    return `${lane.outline.id}: ${lane.status.replaceAll('_', ' ')}${held}${failure}${target}`;
  });
}

function errorLines(tasks: readonly TaskState[]): string[] {
  return tasks.flatMap((task) => {
    if (task.blockedBy !== null) {
      const root = 'task' in task.blockedBy ? task.blockedBy.task : `lane ${task.blockedBy.workstream}`;
      return [`${task.outline.id}: blocked by ${root}`];
    }
    const failed = task.attempts.filter(({ failure }) => failure !== null);
    return failed.map(
      ({ number, failure }) => `${task.outline.id}, attempt ${number}: ${oneLine(failure?.error ?? '')}`,
    );
  });
}

function section(title: string, lines: readonly string[]): string[] {
  return lines.length === 0 ? [] : ['', title, ...lines.map((line) => `  ${line}`)];
}

function totals(state: RunState, tasks: readonly TaskState[]): string {
  const succeeded = tasks.filter((task) => isSuccess(task.status)).length;
  const time = Date.parse(state.finishedAt ?? '') - Date.parse(state.startedAt ?? '');
  const outcome = state.outcome?.replaceAll('_', ' ') ?? 'unfinished';
  return `${outcome}: ${succeeded} of ${plural(tasks.length, 'task')}${Number.isNaN(time) ? '' : ` in ${clock(time)}`}`;
}
