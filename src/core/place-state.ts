import type { PlaceStatus } from './agent-events.ts';
import type { AttemptState } from './run-state.ts';

/** What is known of the place of an agent. */
export interface PlaceState {
  readonly state: PlaceStatus;
  readonly reason: string | null;
  /** ISO 8601. */
  readonly since: string;
}

/** What an agent waits for by its place: its turn in a queue, or that it can be reached again; null while it is there. */
export function placeWait({
  placeState,
  signalled,
}: Pick<AttemptState, 'placeState' | 'signalled'>): PlaceState | null {
  return placeState === null || placeState.state === 'running' || signalled !== null ? null : placeState;
}
