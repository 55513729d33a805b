import { isActive, isSuccess, TASK_STEPS, type TaskStep } from '../../core/lifecycle.ts';
import { needsYou } from '../../core/needs.ts';
import { placeWait } from '../../core/place-state.ts';
import { type AttemptState, currentAttempt, type TaskState } from '../../core/run-state.ts';
import type { Glyphs } from '../glyphs.ts';
import { type Tone, type Word, word } from '../line.ts';

/** How a task looks at a glance: a mark, a word, and the colour of both. */
export interface TaskLook {
  readonly mark: string;
  readonly name: string;
  readonly tone: Tone;
}

export function taskLook(task: TaskState, { status: marks }: Glyphs): TaskLook {
  const attempt = currentAttempt(task);
  if (isActive(task.status) && attempt !== null) return activeLook(task, attempt, marks);
  switch (task.status) {
    case 'pr_merged':
      return { mark: marks.done, name: 'merged', tone: 'good' };
    case 'completed':
      return { mark: marks.done, name: 'completed', tone: 'good' };
    case 'failed':
      return { mark: marks.failed, name: 'failed', tone: 'bad' };
    case 'blocked':
      return { mark: marks.blocked, name: 'blocked', tone: 'warn' };
    case 'cancelled':
      return { mark: marks.cancelled, name: 'cancelled', tone: 'warn' };
    default:
      return { mark: marks.pending, name: 'pending', tone: 'quiet' };
  }
}

const DOING: Readonly<Record<TaskStep, string>> = {
  prepare: 'preparing',
  launch: 'launching',
  kickoff: 'kickoff',
  wait: 'working',
  gate: 'gate',
  merge: 'merging',
  teardown: 'teardown',
};

function activeLook(task: TaskState, attempt: AttemptState, marks: Glyphs['status']): TaskLook {
  if (needsYou(task) !== null) return { mark: marks.needsYou, name: 'needs you', tone: 'warn' };
  if (attempt.parkedUntil !== null || attempt.attention === 'usage_limited')
    return { mark: marks.waiting, name: 'parked', tone: 'warn' };
  const wait = placeWait(attempt);
  if (wait?.state === 'queued') return { mark: marks.waiting, name: 'queued', tone: 'quiet' };
  if (wait !== null) return { mark: marks.waiting, name: 'cut off', tone: 'warn' };
  if (attempt.attention === 'stalled') return { mark: marks.waiting, name: 'stalled', tone: 'warn' };
  // It is about to be told what is missing.
  const isIdle = attempt.attention === 'idle' && attempt.step === 'wait' && attempt.signalled === null;
  return { mark: marks.working, name: isIdle ? 'idle' : DOING[attempt.step], tone: 'live' };
}

/** The lifecycle, one cell a step: what is done, what is being done, what is to come. */
export function strip(task: TaskState, { strip: cells }: Glyphs): Word[] {
  const attempt = currentAttempt(task);
  if (attempt === null || task.status === 'pending') return [word(cells.toCome.repeat(TASK_STEPS.length), 'quiet')];
  const at = stepOf(attempt);
  const rest = TASK_STEPS.length - at;
  if (isSuccess(attempt.status)) {
    const finished = attempt.tornDown ? TASK_STEPS.length : TASK_STEPS.length - 1;
    return [
      word(cells.done.repeat(finished), 'good'),
      word(cells.toCome.repeat(TASK_STEPS.length - finished), 'quiet'),
    ];
  }
  const done = word(cells.done.repeat(at), isActive(attempt.status) ? 'live' : 'quiet');
  const now = isActive(attempt.status)
    ? word(cells.now, 'live')
    : word(cells.failed, attempt.status === 'failed' ? 'bad' : 'warn');
  return [done, now, word(cells.toCome.repeat(rest - 1), 'quiet')];
}

/** A failed attempt stays at the step that failed, though it is torn down since. */
function stepOf({ step }: AttemptState): number {
  return TASK_STEPS.indexOf(step);
}
