import type { TaskState, WorkstreamState } from '../../../core/run-state.ts';
import { cursorLane, cursorTask } from '../rows.ts';
import type { View } from '../view.ts';

/** The task that the panel is about; null on a lane. */
export function subjectTask({ run, ui }: View): TaskState | null {
  const { cursor } = ui;
  if (ui.screen === 'graph' && cursor !== null) return run.tasks.get(cursor.replace(/^task:/, '')) ?? null;
  return cursorTask(run, ui);
}

/** The lane that the panel is about; null on a task. */
export function subjectLane({ run, ui }: View): WorkstreamState | null {
  const { cursor } = ui;
  if (ui.screen === 'graph' && cursor !== null) {
    return cursor.startsWith('lane:') ? (run.workstreams.get(cursor.slice('lane:'.length)) ?? null) : null;
  }
  return cursorLane(run, ui);
}
