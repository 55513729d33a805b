import { styleText } from 'node:util';
import { isSuccess } from '../core/lifecycle.ts';
import { laneMergeWait, taskMergeWait } from '../core/merge-waits.ts';
import type { AttemptState, RunState, TaskState, WorkstreamState } from '../core/run-state.ts';
import { usageOf } from '../core/usage.ts';
import { plural } from '../ui/format.ts';
import { apiNotice } from '../ui/wording/api-words.ts';
import { clock } from '../ui/wording/clock.ts';
import { holdAdvice, holdName } from '../ui/wording/hold-words.ts';
import { mergeWaitWords } from '../ui/wording/proof-words.ts';
import { shortPullRequest } from '../ui/wording/pull-request-words.ts';
import { oneLine } from './event-line.ts';
import { agentWord, needLines, restLines } from './need-lines.ts';
import { type Cell, type Paint, textTable } from './text-table.ts';
import { afterBudget, budgetLines, usageColumns, usageLines } from './usage-lines.ts';

const HEAD = ['task', 'lane', 'status', 'attempts', 'time'];
const HEAD_END = ['branch or PR', 'concerns'];

/**
 * The table at the end of a run; below it the lanes, the concerns and the errors in full. `now`, in milliseconds since
 * 1970, is until when tasks that are at work are counted; null counts none of their time.
 */
export function summary(state: RunState, colour: boolean, now: number | null = null): string[] {
  const paint: Paint = (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text);
  const tasks = [...state.tasks.values()];
  const lanes = [...state.workstreams.values()];
  const notice = apiNotice(state, now ?? Number.POSITIVE_INFINITY);
  const used = usageColumns(tasks.map(({ attempts }) => usageOf(attempts)));
  const names = [...HEAD, ...used.map(({ head }) => head), ...HEAD_END];
  const head = names.map((text) => ({ text, colour: 'bold' }) as const);
  return [
    '',
    ...textTable([head, ...tasks.map((task) => taskRow(task, used, now))], paint),
    ...section('lanes', laneLines(state, paint), paint),
    ...section('needs you', needLines(tasks, state.graph), paint),
    ...section('waiting', waitLines(state), paint),
    ...section('budgets', budgetLines(state), paint),
    ...section('concerns', concernLines(tasks, lanes), paint),
    ...section('errors', errorLines(tasks), paint),
    '',
    paint(state.outcome === 'succeeded' ? 'green' : 'yellow', totals(state)),
    ...usageLines(state),
    ...nextLines(state),
    ...(notice === null ? [] : [paint('yellow', notice.long)]),
    ...(state.paused && state.outcome !== 'succeeded'
      ? [paint('yellow', `paused: nothing more is started until agentrelay unpause -G ${state.graph}`)]
      : []),
  ];
}

function taskRow(task: TaskState, used: ReturnType<typeof usageColumns>, now: number | null): Cell[] {
  const attempt = task.attempts.at(-1);
  const usage = usageOf(task.attempts);
  return [
    task.outline.id,
    task.outline.workstream,
    taskStatus(task),
    String(task.attempts.length),
    spent(task, now),
    ...used.map(({ cell }) => cell(usage)),
    shortPullRequest(attempt?.pr ?? attempt?.branch ?? ''),
    String(task.attempts.flatMap(({ concerns }) => concerns).length || ''),
  ];
}

function taskStatus(task: TaskState): Cell {
  const { status } = task;
  const agent = agentWord(task);
  if (agent !== null) return { text: agent, colour: 'yellow' };
  const text = status === 'pr_merged' ? 'merged' : isMerging(task) ? 'merging' : status.replaceAll('_', ' ');
  if (isSuccess(status)) return { text, colour: 'green' };
  if (status === 'failed') return { text, colour: 'red' };
  return status === 'blocked' || status === 'cancelled' ? { text, colour: 'yellow' } : text;
}

function isMerging({ status, attempts }: TaskState): boolean {
  return status === 'pr_created' && attempts.at(-1)?.step === 'merge';
}

function spent(task: TaskState, now: number | null): string {
  const times = task.attempts.map(({ startedAt, endedAt }) => {
    const start = Date.parse(startedAt);
    return endedAt === null ? Math.max(0, (now ?? start) - start) : Date.parse(endedAt) - start;
  });
  return times.length === 0 ? '' : clock(times.reduce((sum, time) => sum + time, 0));
}

/** One line a lane, and below a lane that waits for a person what merges it. */
function laneLines({ workstreams }: RunState, paint: Paint): string[] {
  const lanes = [...workstreams.values()];
  const lines = textTable(
    lanes.map((lane) => [lane.outline.id, laneStatus(lane), laneDetail(lane)]),
    paint,
  );
  return lanes.flatMap((lane, at) => {
    const line = lines[at] ?? '';
    const { held, mergeCommand, status, pr, proofs } = lane;
    if (mergeCommand === null || status === 'merged') return [line];
    const advice = held === null ? null : holdAdvice(held, pr, proofs.checks);
    return [line, ...(advice === null ? [] : [`  ${oneLine(advice)}`]), `  to merge it: ${mergeCommand}`];
  });
}

/** What agents wait for that go on by themselves, and merges that have begun. */
function waitLines(state: RunState): string[] {
  const ofTasks = [...state.tasks.values()].map((task) => ({
    name: task.outline.id,
    wait: taskMergeWait(state, task),
  }));
  const ofLanes = [...state.workstreams.values()].map((lane) => ({
    name: `lane ${lane.outline.id}`,
    wait: laneMergeWait(state, lane),
  }));
  return [
    ...restLines([...state.tasks.values()]),
    ...[...ofTasks, ...ofLanes].flatMap(({ name, wait }) =>
      wait === null ? [] : [oneLine(`${name}: ${mergeWaitWords(wait)}`)],
    ),
  ];
}

function laneStatus(lane: WorkstreamState): Cell {
  if (lane.status === 'merged') return { text: 'merged', colour: 'green' };
  if (lane.status === 'failed') return { text: 'failed', colour: 'red' };
  if (lane.held !== null) return { text: `held: ${holdName(lane.held)}`, colour: 'yellow' };
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

const AGAIN = 'agentrelay run GRAPH, as it was started before,';

/** What a person does about a run that has ended, where that is not to be seen above. */
function nextLines(state: RunState): string[] {
  switch (state.outcome) {
    case 'waiting_for_person': {
      const [lane, ...others] = state.waitingFor;
      if (lane === undefined) return [];
      const merged = others.length === 0 ? `lane ${lane} is` : `lanes ${state.waitingFor.join(', ')} are`;
      return [`  → once ${merged} merged, ${AGAIN} goes on; with --wait 1h it waits for that`];
    }
    case 'cancelled':
      return [`  → ${AGAIN} goes on with it`];
    case 'completed_with_failures': {
      const budget = afterBudget(state);
      if (budget !== null) return [`  → ${budget}`];
      const failed = [...state.tasks.values()].find(({ status }) => status === 'failed')?.outline.id;
      if (failed === undefined) return [];
      const which = `${failed} -G ${state.graph}`;
      return [`  → agentrelay why ${which} tells more, agentrelay retry ${which} tries it again`];
    }
    default:
      return [];
  }
}

/** How the run as a whole stands, in one line. */
export function totals(state: RunState): string {
  const tasks = [...state.tasks.values()];
  const succeeded = tasks.filter((task) => isSuccess(task.status)).length;
  const time = Date.parse(state.finishedAt ?? '') - Date.parse(state.startedAt ?? '');
  const outcome = state.outcome?.replaceAll('_', ' ') ?? 'not finished';
  return `${outcome}: ${succeeded} of ${plural(tasks.length, 'task')}${state.outcome === null ? ' done' : ''}${Number.isNaN(time) ? '' : ` in ${clock(time)}`}`;
}
