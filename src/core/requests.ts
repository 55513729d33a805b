import type { RetryChange } from './events.ts';

/** Who asks, for the eyes of people. */
export interface Asker {
  readonly pid: number;
  readonly host: string;
}

/** What a person asks for. */
export type Wish =
  | { readonly action: 'retry'; readonly task: string; readonly change: RetryChange }
  | { readonly action: 'teardown'; readonly task: string }
  | { readonly action: 'undo_teardown'; readonly task: string }
  | { readonly action: 'cancel'; readonly task: string | null }
  | { readonly action: 'send'; readonly task: string; readonly text: string }
  /**
   * Only to an agent that asks something; the number of a choice stands for it. `since` names the question, as
   * `AttemptState.asks` has it; left out for whatever is asked now.
   */
  | { readonly action: 'answer'; readonly task: string; readonly text: string; readonly since?: string | undefined }
  | { readonly action: 'pause' }
  | { readonly action: 'unpause' };

/** One wish to whoever owns a run, now or next; a file of `commands/` holds it. */
export type Request = { readonly by: Asker } & Wish;

/** The task that a request is about; null for the whole run. */
export function taskOfRequest(request: Request): string | null {
  return 'task' in request ? request.task : null;
}
