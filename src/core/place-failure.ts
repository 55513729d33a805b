/**
 * The codes of an attempt that has lost its place: nobody's failure, so that it uses up no attempt. `place_lost`: its
 * place was ended, such as a tmux server. The others are told by the engine of a cluster.
 */
export const PLACE_FAILURES = ['place_lost', 'node_failed', 'preempted', 'job_time_limit', 'job_lost'] as const;

export type PlaceFailureCode = (typeof PLACE_FAILURES)[number];

export function isPlaceFailure(code: string): code is PlaceFailureCode {
  return (PLACE_FAILURES as readonly string[]).includes(code);
}

/** The code of an attempt whose place was ended. */
export const PLACE_LOST: PlaceFailureCode = 'place_lost';
