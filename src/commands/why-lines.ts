import { RUN_BUDGET_EXCEEDED } from '../core/budget.ts';
import type { Why, WhyLink, WhyReason } from '../core/why.ts';
import { helpCommand } from '../ui/wording/attention-words.ts';
import { holdAdvice } from '../ui/wording/hold-words.ts';
import { nameOf, phrase, shortened, waitingWords } from '../ui/wording/why-words.ts';
import { oneLine } from './event-line.ts';
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

/** For people: the reason, the chain to the root, what to do. */
export function whyLines(why: Why, options: WhyLinesOptions): string[] {
  const links = [{ subject: { task: why.task }, reason: why.reason }, ...why.chain];
  const [first = '', ...others] = links.map((link) =>
    oneLine(`${nameOf(link.subject)} ${phrase(link.reason, options.now)}`),
  );
  const waiting = waitingWords(why.waiting);
  return [
    first,
    ...shortened(others).map((line) => `  ${line}`),
    ...evidenceLines(options.evidence),
    ...todo(links.at(-1), options).map((line) => `  → ${line}`),
    ...(waiting === '' ? [] : [waiting]),
  ];
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
      // Its error says what to do: one more attempt would be ended like this one.
      if (reason.code === RUN_BUDGET_EXCEEDED) return [];
      return 'task' in subject ? [aboutSameRun(['retry', subject.task], named)] : [];
    case 'cancelled':
      if (reason.by === 'run') return [goOn];
      return 'task' in subject ? [aboutSameRun(['retry', subject.task], named)] : [];
    case 'nobody_runs_it':
      return [goOn];
    case 'stopping':
      return reason.cause === 'budget' ? [`raise the budget in the graph file; then ${goOn}`] : [];
    case 'paused':
      return [aboutSameRun(['unpause'], named)];
    case 'lane_held':
      return [
        ...[holdAdvice(reason.hold, reason.pr)].filter((advice) => advice !== null).map(oneLine),
        ...(reason.mergeCommand === null ? [] : [`to merge it: ${reason.mergeCommand}`]),
      ];
    case 'running':
      return 'task' in subject ? runningTodo(subject.task, reason).map((argv) => aboutSameRun(argv, named)) : [];
    default:
      return [];
  }
}

/** Nothing is to be done about an agent that is at work, or that will be. */
function runningTodo(task: string, reason: Extract<WhyReason, { kind: 'running' }>): string[][] {
  const { attention, parked_until: parked } = reason;
  if (reason.agent === null || attention === null || attention === 'working' || parked !== null) return [];
  return [helpCommand(task, reason)];
}
