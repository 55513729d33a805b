import { fullestBudget } from '../../core/budget.ts';
import type { BlockRoot } from '../../core/events.ts';
import { isActive } from '../../core/lifecycle.ts';
import { taskMergeWait } from '../../core/merge-waits.ts';
import { type AttemptState, currentAttempt, type RunState, type TaskState } from '../../core/run-state.ts';
import { usageOf } from '../../core/usage.ts';
import { waitingBehind, waitsOf } from '../../core/waits.ts';
import { plural, shortCommit } from '../format.ts';
import { type Tone, type Word, word } from '../line.ts';
import { safeText } from '../text/safe.ts';
import { attentionWords, placeWords } from '../wording/attention-words.ts';
import { reachedWords, usageWords } from '../wording/usage-words.ts';
import { laneFacts } from './lane-facts.ts';
import { caughtUp, mergeWaitWord, sentBackNote } from './merge-note.ts';
import type { View } from './view.ts';

/** What there is to say of a task on its row, in a few words. */
export function taskNote(task: TaskState, view: View): Word[] {
  const attempt = currentAttempt(task);
  if (isActive(task.status) && attempt !== null) return activeNote(attempt, task, view);
  switch (task.status) {
    case 'failed':
      return [said(failure(attempt), 'bad'), ...waiting(task, view)];
    case 'blocked':
      return [said(`by ${rootName(task.blockedBy)}`, 'warn')];
    case 'cancelled':
      return [said(task.calledOff ? 'called off' : 'with the run', 'quiet')];
    case 'pending':
      return [said(awaited(view, task), 'quiet')];
    default:
      return [...doneNote(attempt), ...usageNote(task, view)];
  }
}

const LIMIT = 400;

function said(text: string, tone: Tone): Word {
  return word(safeText(text, LIMIT), tone);
}

function failure(attempt: AttemptState | null): string {
  if (attempt?.failure == null) return 'no error was recorded';
  const { code, error, failureClass } = attempt.failure;
  if (code === 'agent_failed') return error;
  // What a step has said is a sentence; the name of its class tells nobody anything.
  const sentence = failureClass === 'expected_task_failure' ? /^\w+Error: (.+)$/s.exec(error)?.[1] : undefined;
  return sentence ?? `${code}: ${error}`;
}

function rootName(root: BlockRoot | null): string {
  if (root === null) return 'what failed before it';
  return 'task' in root ? root.task : `lane ${root.workstream}`;
}

function activeNote(attempt: AttemptState, task: TaskState, view: View): Word[] {
  const { step, agent } = attempt;
  const place = placeWords(attempt);
  if (place !== null) return [said(place, attempt.placeState?.state === 'queued' ? 'quiet' : 'warn')];
  const attention = attentionWords(attempt);
  if (attention !== null) return [said(attention, 'warn')];
  if (attempt.command !== null) return [said(commandNote(attempt.command), 'quiet')];
  if (step === 'gate') return [said(gateNote(attempt), 'quiet')];
  const back = sentBackNote(attempt);
  if (back !== '') return [said(back, 'warn')];
  const wait = taskMergeWait(view.run, task);
  if (wait !== null) return [mergeWaitWord(wait)];
  return agent === null ? [] : [said(agent, 'quiet'), ...usageNote(task, view)];
}

/** What its attempts have used together, where somebody told; louder once a budget nears its end. */
function usageNote(task: TaskState, { run, glyphs }: View): Word[] {
  const words = usageWords(usageOf(task.attempts));
  if (words === '') return [];
  const reached = isActive(task.status) ? fullestBudget(run, task.outline.id) : null;
  const text = reached === null ? words : reachedWords(reached);
  return [word(` ${glyphs.dot} `, 'quiet'), said(text, reached === null ? 'quiet' : 'warn')];
}

function commandNote({ phase, number, of, command }: NonNullable<AttemptState['command']>): string {
  return `${phase}${of > 1 ? ` ${number} of ${of}` : ''}: ${command}`;
}

function gateNote(attempt: AttemptState): string {
  const cause = caughtUp(attempt);
  return `round ${attempt.gateRounds}${cause === '' ? '' : `, ${cause}`}`;
}

function doneNote(attempt: AttemptState | null): Word[] {
  if (attempt === null) return [];
  const concerns = attempt.concerns.filter(({ source }) => source === 'agent').length;
  const commit = attempt.commit === null ? [] : [said(shortCommit(attempt.commit), 'quiet')];
  const doubts = concerns === 0 ? [] : [word(`${commit.length > 0 ? '  ' : ''}${plural(concerns, 'concern')}`, 'warn')];
  return [...commit, ...doubts];
}

/** What a task that has not begun waits for, without the chain behind it. */
function awaited({ run, standing }: View, task: TaskState): string {
  const { tasks, lanes } = waitsOf(run, task, () => laneFacts(run).inhabited);
  const names = [...tasks.map(({ outline }) => outline.id), ...lanes.map(({ outline }) => `lane ${outline.id}`)];
  if (names.length > 0)
    return `after ${names.slice(0, 3).join(', ')}${names.length > 3 ? `, ${names.length - 3} more` : ''}`;
  if (run.paused) return 'paused';
  if (standing.kind === 'nobody') return 'nobody runs it';
  if (run.stopping !== null) return 'the run stops';
  const lane = run.workstreams.get(task.outline.workstream);
  const neighbour = lane?.outline.parallel ? undefined : laneFacts(run).atWork.get(task.outline.workstream)?.[0];
  return neighbour === undefined ? 'waits for a slot' : `after ${neighbour} in its lane`;
}

interface Behind {
  readonly seq: number;
  readonly of: (id: string) => readonly string[];
  readonly counts: Map<string, number>;
}

/** Found out once for each state of the run: it takes a look at every task. */
const cache = new WeakMap<RunState, Behind>();

function waiting({ outline }: TaskState, { run, glyphs }: View): Word[] {
  let known = cache.get(run);
  if (known?.seq !== run.seq) {
    known = { seq: run.seq, of: waitingBehind(run), counts: new Map() };
    cache.set(run, known);
  }
  const count = known.counts.get(outline.id) ?? known.of(outline.id).length;
  known.counts.set(outline.id, count);
  return count === 0 ? [] : [word(` ${glyphs.dot} ${count} wait`, 'warn')];
}
