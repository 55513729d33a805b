import { isActive, isTerminal } from '../../core/lifecycle.ts';
import { needs } from '../../core/needs.ts';
import { retryPlan } from '../../core/retry-plan.ts';
import { currentAttempt, type RunState, type TaskState } from '../../core/run-state.ts';
import { chosenTask, subjects, undoTask } from '../subjects.ts';
import { cursorRow, rowsOf } from '../view/rows.ts';
import type { View } from '../view/view.ts';
import type { CommandId } from './commands.ts';
import { shownKey } from './shown-key.ts';

type Check = (view: View) => string | null;

/** Why the keys of a command do nothing just now, in one short sentence; null where they do something. */
export function unavailable(id: CommandId, view: View): string | null {
  return CHECKS[id]?.(view) ?? null;
}

const CHECKS: Partial<Record<CommandId, Check>> = {
  next: nothingToJumpTo,
  previous: nothingToJumpTo,
  panel_down: noPanel,
  panel_up: noPanel,
  panel_smaller: ({ ui }) => (ui.panelShare === 0 ? 'the panel is closed already' : null),
  diff: noTask,
  why: (view) => (cursorRow(view.run, view.ui) === null ? noTask(view) : null),
  attach: first(noActs, forTask(noAgent)),
  retry: first(noActs, forMarked('retry')),
  teardown: first(noActs, forMarked('teardown')),
  undo: first(noActs, (view) => (undoTask(view) === null ? 'there is no teardown to undo' : null)),
  answer: first(noActs, forTask(noAgent)),
  cancel: first(noActs, forMarked('cancel')),
  mark: noTask,
  pause: first(noActs, notGoingOn),
  go_on: first(noActs, nothingToGoOnWith),
  play: first(noReplay, atTheEnd),
  faster: noReplay,
  slower: noReplay,
  seek_forward: first(noReplay, atTheEnd),
  seek_back: first(noReplay, atTheBeginning),
};

function first(...checks: readonly Check[]): Check {
  return (view) => {
    for (const check of checks) {
      const reason = check(view);
      if (reason !== null) return reason;
    }
    return null;
  };
}

function noReplay({ standing }: View): string | null {
  return standing.kind === 'replay' ? null : 'only in a replay';
}

function atTheEnd({ standing }: View): string | null {
  return standing.kind === 'replay' && standing.ended ? 'the replay has ended' : null;
}

function atTheBeginning({ standing }: View): string | null {
  return standing.kind === 'replay' && standing.shown <= 1 ? 'this is the beginning' : null;
}

/** Where nothing may be asked for at all. */
function noActs({ ui, standing }: View): string | null {
  if (standing.kind === 'replay') return 'a replay changes nothing';
  if (ui.readOnly) return 'read-only: this dashboard only looks';
  return standing.kind === 'opening' ? 'the run is still being opened' : null;
}

function noTask(view: View): string | null {
  if (chosenTask(view) !== null) return null;
  if (view.run.tasks.size === 0) return 'there is no task';
  const isOnLane = view.ui.screen !== 'graph' && cursorRow(view.run, view.ui) !== null;
  return isOnLane ? 'on a lane: this is for tasks' : 'no task is chosen';
}

type TaskCheck = (task: TaskState, view: View) => string | null;

function forTask(check: TaskCheck): Check {
  return (view) => {
    const task = chosenTask(view);
    return task === null ? noTask(view) : check(task, view);
  };
}

const TASK_CHECKS = { retry: noRetry, teardown: nothingToTearDown, cancel: nothingToCallOff } as const;

/** Of the tasks that an act is for, those that it can be done with. */
export function doable(act: keyof typeof TASK_CHECKS, view: View): readonly TaskState[] {
  return subjects(view).filter((task) => TASK_CHECKS[act](task, view) === null);
}

/** Of several tasks that are marked, one that it can be done with is enough. */
function forMarked(act: keyof typeof TASK_CHECKS): Check {
  return (view) => {
    const tasks = subjects(view);
    if (tasks.length === 0) return noTask(view);
    let reason: string | null = null;
    for (const task of tasks) {
      const own = TASK_CHECKS[act](task, view);
      if (own === null) return null;
      reason ??= own;
    }
    return tasks.length === 1 ? reason : `none of the ${tasks.length} marked: ${reason}`;
  };
}

function noAgent({ outline, status, attempts }: TaskState): string | null {
  const attempt = attempts.at(-1);
  if (attempt === undefined) return `${outline.id} has not been started`;
  if (!isActive(status) || attempt.attention === 'exited') return `the agent of ${outline.id} has ended`;
  return attempt.agent === null ? `the agent of ${outline.id} is not there yet` : null;
}

function noRetry({ outline }: TaskState, { run }: View): string | null {
  const plan = retryPlan(run, outline.id);
  return 'refused' in plan ? plan.message : null;
}

function nothingToTearDown(task: TaskState, view: View): string | null {
  const attempt = currentAttempt(task);
  const { id } = task.outline;
  if (attempt === null) return `${id} has not been started`;
  if (!isTerminal(attempt.status)) return `${id} runs${byKey(view, 'cancel', 'calls it off first')}`;
  return attempt.tornDown ? `${id} is torn down already` : null;
}

function nothingToCallOff({ outline, status, calledOff }: TaskState): string | null {
  if (calledOff) return `${outline.id} is called off already`;
  if (status === 'pending' || isActive(status)) return null;
  return status === 'blocked' ? `${outline.id} is blocked: it does not run` : `${outline.id} has ended`;
}

function notGoingOn(view: View): string | null {
  const { run, standing } = view;
  if (isOver(run)) return 'the run is over';
  if (run.stopping !== null) return 'the run is stopping: nothing more starts';
  return standing.kind === 'nobody' ? `nobody runs it${byKey(view, 'go_on', 'goes on with it')}` : null;
}

/** What a retry, or an edit of the graph, takes back first. */
function isOver({ outcome }: RunState): boolean {
  return outcome === 'succeeded' || outcome === 'completed_with_failures';
}

function nothingToGoOnWith(view: View): string | null {
  const { run, standing } = view;
  if (standing.kind === 'mine') return 'this dashboard runs it already';
  if (standing.kind === 'other') return `process ${standing.pid} runs it`;
  if (!isOver(run)) return null;
  const isAllDone = run.outcome === 'succeeded';
  return isAllDone ? 'the run has succeeded' : `the run is over${byKey(view, 'retry', 'tries a task again')}`;
}

function byKey(view: View, id: CommandId, does: string): string {
  const key = shownKey(view, id);
  return key === null ? '' : `: ${key} ${does}`;
}

function nothingToJumpTo({ run, ui }: View): string | null {
  if (ui.filter === '') return needs(run).length === 0 ? 'nobody needs you' : null;
  return rowsOf(run, ui).shown === 0 ? 'no task matches' : null;
}

function noPanel(view: View): string | null {
  return view.ui.panelShare > 0 ? null : `the panel is closed${byKey(view, 'panel_larger', 'opens it')}`;
}
