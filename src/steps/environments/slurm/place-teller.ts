import type { PlaceTold } from '../../../core/agent-events.ts';
import { JournalError } from '../../../core/event-log.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { reportLate } from '../../late-report.ts';

/** Tells what is known of the place of an agent, each news once, also where an earlier owner has told it. */
export class PlaceTeller {
  readonly #runtime: TaskRuntime;
  #told: PlaceTold | null;

  constructor(runtime: TaskRuntime) {
    this.#runtime = runtime;
    const { placeState = null, agent = null } = runtime.resumed ?? {};
    this.#told = placeState && { ...placeState, ...(agent === null ? {} : { agent }) };
  }

  tell(place: PlaceTold): void {
    if (this.#runtime.isOver) return;
    const { state, reason, agent } = this.#told ?? {};
    if (state === place.state && reason === place.reason && (place.agent ?? agent) === agent) return;
    this.#told = { ...(agent === undefined ? {} : { agent }), ...place };
    try {
      reportLate(this.#runtime, { kind: 'task_place_changed', ...place });
    } catch (error) {
      // The log has told the owner already, which ends.
      if (!(error instanceof JournalError)) throw error;
    }
  }
}
