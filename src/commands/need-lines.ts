import { isActive } from '../core/lifecycle.ts';
import { needsYou } from '../core/needs.ts';
import { placeWait } from '../core/place-state.ts';
import { currentAttempt, type RunState, type TaskState } from '../core/run-state.ts';
import { attentionWords, choiceWords, helpCommand, placeWords } from '../ui/wording/attention-words.ts';
import { momentOf } from '../ui/wording/moment.ts';
import { oneLine } from './event-line.ts';
import { commandText } from './shell-text.ts';

/** How it stands with the agent of a task that is not simply at work, in two words at most; null for all others. */
export function agentWord(task: TaskState): 'needs you' | 'parked' | 'stalled' | 'queued' | 'unreachable' | null {
  const attempt = currentAttempt(task);
  if (attempt === null || !isActive(task.status)) return null;
  if (needsYou(task) !== null) return 'needs you';
  if (attempt.parkedUntil !== null || attempt.attention === 'usage_limited') return 'parked';
  const wait = placeWait(attempt);
  if (wait !== null && wait.state !== 'running') return wait.state;
  return attempt.attention === 'stalled' ? 'stalled' : null;
}

/** What each agent waits for that waits for a person, and below it the command that helps it on. */
export function needLines(tasks: readonly TaskState[], graph: string): string[] {
  return tasks.flatMap((task) => {
    const attempt = currentAttempt(task);
    if (attempt === null || agentWord(task) !== 'needs you') return [];
    const { id } = task.outline;
    const choices = choiceWords(attempt.asks?.choices ?? []);
    const what = `${attentionWords(attempt) ?? ''}${choices === '' ? '' : ` (${choices})`}`;
    const command = commandText(['agentrelay', ...helpCommand(id, attempt), '-G', graph]);
    return [oneLine(`${id}: ${what}`), `  → ${command}`];
  });
}

const RESTS: ReadonlySet<string> = new Set(['parked', 'queued', 'unreachable']);

/** What agents wait for that go on by themselves. */
export function restLines(tasks: readonly TaskState[]): string[] {
  return tasks.flatMap((task) => {
    const attempt = currentAttempt(task);
    const word = agentWord(task);
    if (attempt === null || word === null || !RESTS.has(word)) return [];
    return [oneLine(`${task.outline.id}: ${placeWords(attempt) ?? attentionWords(attempt) ?? ''}`)];
  });
}

/** The tasks that an interrupted run waits for: one that is parked may keep a person waiting for hours. */
export function awaitedWords({ tasks }: RunState, ids: readonly string[]): string {
  const named = ids.map((id) => {
    const until = tasks.get(id)?.attempts.at(-1)?.parkedUntil ?? null;
    return until === null ? id : `${id} (parked until ${momentOf(until)}; SIGTERM leaves it)`;
  });
  return named.join(', ');
}
