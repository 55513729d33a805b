import { styleText } from 'node:util';
import { isSuccess } from '../core/lifecycle.ts';
import type { AttemptState, RunState, TaskState, WorkstreamState } from '../core/run-state.ts';
import { plural } from '../ui/format.ts';
import { clock } from '../ui/wording/clock.ts';
import { shortPullRequest } from '../ui/wording/event-words.ts';
import { oneLine } from './event-line.ts';
import { type Cell, type Paint, textTable } from './text-table.ts';

const HEAD = ['task', 'lane', 'status', 'attempts', 'time', 'branch or PR', 'concerns'];

/**
 * The table at the end of a run; below it the lanes, the concerns and the errors in full. `now`, in milliseconds since
 * 1970, is until when tasks that are at work are counted; null counts none of their time.
 */
export function summary(state: RunState, colour: boolean, now: number | null = null): string[] {
  const paint: Paint = (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text);
  const tasks = [...state.tasks.values()];
  const lanes = [...state.workstreams.values()];
  const head = HEAD.map((text) => ({ text, colour: 'bold' }) as const);
  return [
    '',
    ...textTable([head, ...tasks.map((task) => taskRow(task, now))], paint),
    ...section('lanes', laneLines(lanes, paint), paint),
    ...section('concerns', concernLines(tasks, lanes), paint),
    ...section('errors', errorLines(tasks), paint),
    '',
    paint(state.outcome === 'succeeded' ? 'green' : 'yellow', totals(state)),
    ...(state.paused && state.outcome !== 'succeeded'
      ? [paint('yellow', `paused: nothing more is started until agentrelay unpause -G ${state.graph}`)]
      : []),
  ];
}

function taskRow(task: TaskState, now: number | null): Cell[] {
  const attempt = task.attempts.at(-1);
  return [
    task.outline.id,
    task.outline.workstream,
    taskStatus(task),
    String(task.attempts.length),
    spent(task, now),
    shortPullRequest(attempt?.pr ?? attempt?.branch ?? ''),
    String(task.attempts.flatMap(({ concerns }) => concerns).length || ''),
  ];
}

function taskStatus({ status }: TaskState): Cell {
  const text = status === 'pr_merged' ? 'merged' : status.replaceAll('_', ' ');
  if (isSuccess(status)) return { text, colour: 'green' };
  if (status === 'failed') return { text, colour: 'red' };
  return status === 'blocked' || status === 'cancelled' ? { text, colour: 'yellow' } : text;
}

function spent(task: TaskState, now: number | null): string {
  const times = task.attempts.map(({ startedAt, endedAt }) => {
    const start = Date.parse(startedAt);
    return endedAt === null ? Math.max(0, (now ?? start) - start) : Date.parse(endedAt) - start;
  });
  return times.length === 0 ? '' : clock(times.reduce((sum, time) => sum + time, 0));
}

/** One line a lane, and below a lane that waits for a person what merges it. */
function laneLines(lanes: readonly WorkstreamState[], paint: Paint): string[] {
  const lines = textTable(
    lanes.map((lane) => [lane.outline.id, laneStatus(lane), laneDetail(lane)]),
    paint,
  );
  return lanes.flatMap((lane, at) => {
    const line = lines[at] ?? '';
    if (lane.mergeCommand === null || lane.status === 'merged') return [line];
    return [line, `  to merge it: ${lane.mergeCommand}`];
  });
}

function laneStatus(lane: WorkstreamState): Cell {
  if (lane.status === 'merged') return { text: 'merged', colour: 'green' };
  if (lane.status === 'failed') return { text: 'failed', colour: 'red' };
  if (lane.held !== null) return { text: `held: ${lane.held.replaceAll('_', ' ')}`, colour: 'yellow' };
  return lane.status === 'pr_created' ? 'open' : lane.status.replaceAll('_', ' ');
}

function laneDetail(lane: WorkstreamState): string {
  if (lane.failure !== null) return oneLine(lane.failure.error);
  return lane.branch === null ? '' : `${lane.branch} -> ${lane.outline.target}`;
}

function concernLines(tasks: readonly TaskState[], lanes: readonly WorkstreamState[]): string[] {
  const ofTasks = tasks.flatMap(({ outline, attempts }) =>
    attempts.flatMap((attempt) => attempt.concerns.map((concern) => `${outline.id}: ${concernText(concern)}`)),
  );
  const ofLanes = lanes.flatMap(({ outline, concerns }) => concerns.map((text) => `lane ${outline.id}: ${text}`));
  return [...ofTasks, ...ofLanes].map(oneLine);
}

/** Only an agent's own concern holds back a merge; the others say where they are from. */
function concernText({ source, message }: AttemptState['concerns'][number]): string {
  return source === 'agent' ? message : `${message} (${source})`;
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

function section(title: string, lines: readonly string[], paint: Paint): string[] {
  return lines.length === 0 ? [] : ['', paint('bold', title), ...lines.map((line) => `  ${line}`)];
}

/** How the run as a whole stands, in one line. */
export function totals(state: RunState): string {
  const tasks = [...state.tasks.values()];
  const succeeded = tasks.filter((task) => isSuccess(task.status)).length;
  const time = Date.parse(state.finishedAt ?? '') - Date.parse(state.startedAt ?? '');
  const outcome = state.outcome?.replaceAll('_', ' ') ?? 'not finished';
  return `${outcome}: ${succeeded} of ${plural(tasks.length, 'task')}${state.outcome === null ? ' done' : ''}${Number.isNaN(time) ? '' : ` in ${clock(time)}`}`;
}
