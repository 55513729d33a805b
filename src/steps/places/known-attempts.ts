import { UserError } from '../../core/errors.ts';
import type { AttemptState, RunState } from '../../core/run-state.ts';
import type { RunStore } from '../run-store.ts';
import { readIfThere } from '../tools/atomic-file.ts';

/** An attempt as its agent is known by, wherever it lives. */
export interface KnownAttempt
  extends Pick<AttemptState, 'number' | 'tokenHash' | 'signalDir' | 'tornDown' | 'agent' | 'place'> {
  readonly run: number;
  readonly task: string;
}

/** All attempts of a run, also of tasks that are gone from its graph. */
export function attemptsOf({ run, tasks, removed }: RunState): KnownAttempt[] {
  const all = [...tasks.values(), ...removed.values()];
  return all.flatMap(({ outline, attempts }) => attempts.map((attempt) => ({ ...attempt, run, task: outline.id })));
}

/** The same by the records of a run; of a damaged journal those that its lines still tell of. */
export function recordedAttempts(store: RunStore, run: number): KnownAttempt[] {
  try {
    return attemptsOf(store.replay(run).state);
  } catch (error) {
    if (!(error instanceof UserError)) throw error;
    return attemptsInText(readIfThere(store.journalFile(run)) ?? '', run);
  }
}

const STARTED = /^\{.*"kind":"task_started".*\}$/gm;

/** Nobody knows whether they are torn down. */
export function attemptsInText(text: string, run: number): KnownAttempt[] {
  return [...text.matchAll(STARTED)].flatMap(([line]) => {
    const { task, attempt, token_hash: tokenHash } = parsed(line);
    if (typeof task !== 'string' || typeof attempt !== 'number' || typeof tokenHash !== 'string') return [];
    return [{ run, task, number: attempt, tokenHash, signalDir: null, tornDown: false, agent: null, place: null }];
  });
}

function parsed(line: string): Readonly<Record<string, unknown>> {
  try {
    return JSON.parse(line);
  } catch {
    // A damaged line tells of nothing.
    return {};
  }
}
