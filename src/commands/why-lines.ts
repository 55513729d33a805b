import type { BlockRoot } from '../core/events.ts';
import type { TaskStatus } from '../core/lifecycle.ts';
import type { Why, WhyLink, WhyReason } from '../core/why.ts';
import { clock, oneLine, plural } from './event-line.ts';
import type { RecordedRunOptions } from './recorded-run.ts';
import { aboutSameRun } from './same-run.ts';

export interface WhyLinesOptions {
  readonly graph: string;
  /** How a person has named the run. */
  readonly named: Pick<RecordedRunOptions, 'graph' | 'targetRepo'>;
  /** Milliseconds since 1970. */
  readonly now: number;
  /** The last lines of the attempt that failed at the root, and where they are from. */
  readonly evidence: { readonly path: string; readonly lines: readonly string[] } | null;
}

/** Of a long chain its beginning and its end are shown. */
const SHOWN_FIRST = 6;
const SHOWN_LAST = 4;

/** For people: the reason, the chain to the root, what to do. */
export function whyLines(why: Why, options: WhyLinesOptions): string[] {
  const links = [{ subject: { task: why.task }, reason: why.reason }, ...why.chain];
  const [first = '', ...others] = links.map((link) =>
    oneLine(`${nameOf(link.subject)} ${phrase(link.reason, options)}`),
  );
  const waiting = why.waiting === 1 ? '1 unfinished task waits for it' : `${why.waiting} unfinished tasks wait for it`;
  return [
    first,
    ...shortened(others).map((line) => `  ${line}`),
    ...evidenceLines(options.evidence),
    ...todo(links.at(-1), options).map((line) => `  → ${line}`),
    ...(why.waiting === 0 ? [] : [waiting]),
  ];
}

function nameOf(subject: BlockRoot): string {
  return 'task' in subject ? subject.task : `lane ${subject.workstream}`;
}

function shortened(lines: readonly string[]): readonly string[] {
  const left = lines.length - SHOWN_FIRST - SHOWN_LAST;
  if (left <= 1) return lines;
  return [...lines.slice(0, SHOWN_FIRST), `… ${left} more …`, ...lines.slice(-SHOWN_LAST)];
}

function evidenceLines(evidence: WhyLinesOptions['evidence']): string[] {
  if (evidence === null || evidence.lines.length === 0) return [];
  return [`  the end of ${evidence.path}:`, ...evidence.lines.map((line) => `    ${oneLine(line)}`.trimEnd())];
}

function todo(link: WhyLink | undefined, { graph, named }: WhyLinesOptions): string[] {
  if (link === undefined) return [];
  const { subject, reason } = link;
  const goOn = `agentrelay run GRAPH, as it was started before, goes on with ${graph}`;
  switch (reason.kind) {
    case 'failed':
      return 'task' in subject ? [aboutSameRun(['retry', subject.task], named)] : [];
    case 'cancelled':
      if (reason.by === 'run') return [goOn];
      return 'task' in subject ? [aboutSameRun(['retry', subject.task], named)] : [];
    case 'nobody_runs_it':
      return [goOn];
    case 'paused':
      return [aboutSameRun(['unpause'], named)];
    case 'lane_held':
      return reason.mergeCommand === null ? [] : [`to merge it: ${reason.mergeCommand}`];
    default:
      return [];
  }
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

function phrase(reason: WhyReason, options: WhyLinesOptions): string {
  switch (reason.kind) {
    case 'dependency':
      return `waits for ${reason.task}, which ${STATUS[reason.status]}${andMore(reason.more)}`;
    case 'lane_not_merged':
      return `waits for lane ${reason.workstream} to be merged${andMore(reason.more)}`;
    case 'nobody_runs_it':
      return 'could start, but nobody runs its graph';
    case 'stopping':
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
      return runningPhrase(reason, options);
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
      return `waits for a person to merge it (${reason.hold.replaceAll('_', ' ')})`;
    case 'lane_merging':
      return 'is complete and about to be merged';
    case 'lane_failed':
      return `failed: ${reason.code}: ${reason.error}`;
  }
}

function runningPhrase(reason: Extract<WhyReason, { kind: 'running' }>, { now }: WhyLinesOptions): string {
  const time = clock(now - Date.parse(reason.since));
  const agent = reason.agent === null ? ', no agent yet' : `, agent at ${reason.agent}`;
  const attention = reason.attention === null ? '' : ` (${reason.attention.replaceAll('_', ' ')})`;
  return `is running: attempt ${reason.attempt}, step ${reason.step}, for ${time}${agent}${attention}`;
}

function successPhrase({ commit, pr, at }: Extract<WhyReason, { kind: 'succeeded' }>): string {
  const how = pr === null ? 'was completed' : 'was merged';
  return `${how}${at === null ? '' : ` at ${at}`}${commit === null ? '' : `, commit ${commit.slice(0, 8)}`}`;
}

function andMore(more: number): string {
  return more === 0 ? '' : `, and for ${more} more`;
}
