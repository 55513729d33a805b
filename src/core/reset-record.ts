import type { RunEvent } from './events.ts';

/** What the journal tells of successes and merges, and the state does not keep. */
export interface ResetRecord {
  /** The number of the event with which a task succeeded last. */
  readonly succeeded: ReadonlyMap<string, number>;
  /** The task whose merge made a commit of an integration branch; null for a merge of the base. */
  readonly madeFor: ReadonlyMap<string, string | null>;
}

export function readResetRecord(events: Iterable<RunEvent>): ResetRecord {
  const succeeded = new Map<string, number>();
  const madeFor = new Map<string, string | null>();
  // A merge that found its work merged already records the commit of another: the first one made it.
  const record = (commit: string, task: string | null) => {
    if (!madeFor.has(commit)) madeFor.set(commit, task);
  };
  for (const event of events) {
    if (event.kind === 'task_base_merged') record(event.commit, null);
    if (event.kind !== 'task_succeeded') continue;
    succeeded.set(event.task, event.seq);
    if (event.status === 'pr_merged' && event.commit !== null) record(event.commit, event.task);
  }
  return { succeeded, madeFor };
}
