/** A check as a test or a person sets it; `status` and `conclusion` as GitHub spells them. */
export interface Check {
  readonly name: string;
  /** Tells two of one name apart; one with the id of another takes its place. The name by default. */
  readonly id?: string;
  /** A check run (an app, a workflow) or a commit status; a run by default. */
  readonly kind?: 'run' | 'status';
  /** Completed by default when there is a conclusion, else queued. */
  readonly status?: 'QUEUED' | 'IN_PROGRESS' | 'COMPLETED' | 'WAITING' | 'PENDING';
  readonly conclusion?:
    | 'SUCCESS'
    | 'FAILURE'
    | 'ERROR'
    | 'NEUTRAL'
    | 'SKIPPED'
    | 'CANCELLED'
    | 'TIMED_OUT'
    | 'ACTION_REQUIRED'
    | 'STALE'
    | 'STARTUP_FAILURE'
    | null;
  readonly url?: string;
  readonly workflow?: string;
  /** As GitHub writes times; now by default. */
  readonly startedAt?: string;
}

export type CheckState = 'SUCCESS' | 'PENDING' | 'FAILURE' | 'ERROR';

/** What one check says, in the words of a commit status. */
export function stateOf(check: Check): CheckState {
  if (!isCompleted(check)) return 'PENDING';
  switch (check.conclusion) {
    case 'SUCCESS':
    case 'NEUTRAL':
    case 'SKIPPED':
      return 'SUCCESS';
    case 'ERROR':
      return 'ERROR';
    default:
      return 'FAILURE';
  }
}

export function isCompleted(check: Check): boolean {
  const given = check.conclusion !== undefined && check.conclusion !== null;
  return given && (check.status ?? 'COMPLETED') === 'COMPLETED';
}

/** What all of a commit's checks say together; null when it has none. */
export function rollup(checks: readonly Check[]): CheckState | null {
  if (checks.length === 0) return null;
  const states = checks.map(stateOf);
  const worst = (['FAILURE', 'ERROR', 'PENDING'] as const).find((state) => states.includes(state));
  return worst ?? 'SUCCESS';
}
