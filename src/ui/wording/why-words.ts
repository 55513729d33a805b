import type { BlockRoot } from '../../core/events.ts';
import type { TaskStatus } from '../../core/lifecycle.ts';
import type { WhyReason } from '../../core/why.ts';
import { plural } from '../format.ts';
import { attentionWords, choiceWords } from './attention-words.ts';
import { clock } from './clock.ts';
import { holdName } from './hold-words.ts';
import { momentOf } from './moment.ts';
import { mergeWaitWords, proofWords } from './proof-words.ts';

export function nameOf(subject: BlockRoot): string {
  return 'task' in subject ? subject.task : `lane ${subject.workstream}`;
}

/** How many tasks are held up; empty for none. */
export function waitingWords(count: number): string {
  if (count === 0) return '';
  return count === 1 ? '1 unfinished task waits for it' : `${count} unfinished tasks wait for it`;
}

/** Of a long chain its beginning and its end are shown. */
const SHOWN_FIRST = 6;
const SHOWN_LAST = 4;

export function shortened(lines: readonly string[], ellipsis = '…'): readonly string[] {
  const left = lines.length - SHOWN_FIRST - SHOWN_LAST;
  if (left <= 1) return lines;
  return [...lines.slice(0, SHOWN_FIRST), `${ellipsis} ${left} more ${ellipsis}`, ...lines.slice(-SHOWN_LAST)];
}

const STATUS: Readonly<Record<TaskStatus, string>> = {
  pending: 'has not started',
  blocked: 'is blocked',
  running: 'is running',
  pr_created: 'is running',
  pr_merged: 'is merged',
  completed: 'is completed',
  failed: 'has failed',
  cancelled: 'was cancelled',
};

/** What is to be said of a task or a lane, after its name. `now`: milliseconds since 1970. */
export function phrase(reason: WhyReason, now: number): string {
  switch (reason.kind) {
    case 'dependency':
      return `waits for ${reason.task}, which ${STATUS[reason.status]}${andMore(reason.more)}`;
    case 'lane_not_merged':
      return `waits for lane ${reason.workstream} to be merged${andMore(reason.more)}`;
    case 'nobody_runs_it':
      return 'could start, but nobody runs its graph';
    case 'stopping':
      if (reason.cause === 'budget') return 'could start, but the budget of the run is used up';
      return `could start, but the run is being stopped (${reason.cause.replaceAll('_', ' ')})`;
    case 'paused':
      return 'could start, but the run is paused';
    case 'lane_busy':
      return `waits for its lane, ${reason.workstream}, in which ${reason.task} is running`;
    case 'no_slot':
      return `waits for a free slot: ${plural(reason.running.length, 'task')} running (${reason.running.join(', ')})`;
    case 'about_to_start':
      return 'is about to start';
    case 'blocked':
      return `is blocked by ${nameOf(reason.root)}`;
    case 'failed':
      return `failed in attempt ${reason.attempt}: ${reason.code}: ${reason.error}`;
    case 'cancelled':
      return reason.by === 'person' ? 'was called off by a person' : 'was cancelled with the run';
    case 'running':
      return runningPhrase(reason, now);
    case 'succeeded':
      return successPhrase(reason);
    default:
      return lanePhrase(reason);
  }
}

type LaneReason = Extract<WhyReason, { kind: 'lane_waits' | 'lane_held' | 'lane_merging' | 'lane_failed' }>;

function lanePhrase(reason: LaneReason): string {
  switch (reason.kind) {
    case 'lane_waits':
      return `waits for its task ${reason.task}, which ${STATUS[reason.status]}${andMore(reason.more)}`;
    case 'lane_held':
      return `waits for a person to merge it (${holdWords(reason)})`;
    case 'lane_merging':
      return reason.merge === null
        ? 'is complete and about to be merged'
        : `is complete; its merge waits: ${mergeWaitWords(reason.merge)}`;
    case 'lane_failed':
      return `failed: ${reason.code}: ${reason.error}`;
  }
}

type HeldReason = Extract<WhyReason, { kind: 'lane_held' }>;

function holdWords({ hold, checks }: HeldReason): string {
  return hold === 'checks' && checks !== null ? proofWords(checks) : holdName(hold);
}

function runningPhrase(reason: Running, now: number): string {
  const time = clock(now - Date.parse(reason.since));
  const agent = reason.agent === null ? ', no agent yet' : `, agent at ${reason.agent}`;
  const attention = bracketed(stateWords(reason));
  const merge = reason.merge === null ? '' : `; its merge waits: ${mergeWaitWords(reason.merge)}`;
  return `is running: attempt ${reason.attempt}, step ${reason.step}, for ${time}${agent}${attention}${merge}${askedWords(reason)}`;
}

type Running = Extract<WhyReason, { kind: 'running' }>;

function stateWords({ parked_until: until, place, attention, nudged }: Running): string {
  if (place !== null) return [place.state, place.reason].filter((part) => part !== null).join(': ');
  if (until !== null) return `parked until ${momentOf(until)}`;
  return attentionWords({ attention, nudged, asks: null, until: null, parkedUntil: null }) ?? attention ?? '';
}

function askedWords({ asks }: Running): string {
  if (asks === null || asks.question === null) return '';
  return `; it asks: ${asks.question}${bracketed(choiceWords(asks.choices))}`;
}

function bracketed(text: string): string {
  return text === '' ? '' : ` (${text})`;
}

function successPhrase({ commit, pr, at }: Extract<WhyReason, { kind: 'succeeded' }>): string {
  const how = pr === null ? 'was completed' : 'was merged';
  return `${how}${at === null ? '' : ` at ${at}`}${commit === null ? '' : `, commit ${commit.slice(0, 8)}`}`;
}

function andMore(more: number): string {
  return more === 0 ? '' : `, and for ${more} more`;
}
