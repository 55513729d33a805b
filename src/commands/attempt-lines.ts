import type { TaskStatus } from '../core/lifecycle.ts';
import type { AttemptState } from '../core/run-state.ts';
import { usageOf } from '../core/usage.ts';
import type { AttemptCommits } from '../steps/attempt-commits.ts';
import type { AttemptDifference, ShownAttempt } from '../steps/attempts-compared.ts';
import { clock } from '../ui/wording/clock.ts';
import { toldWords } from '../ui/wording/usage-words.ts';
import { oneLine } from './event-line.ts';
import { textTable } from './text-table.ts';
import { usageColumns } from './usage-lines.ts';

const HEAD = ['attempt', 'status', 'started', 'time'];
const HEAD_END = ['gate rounds', 'commits', 'tip', 'agent'];

const STATUS: Partial<Record<TaskStatus, string>> = { pr_merged: 'merged', pr_created: 'running' };

/** For people: a row an attempt, what belongs to each in full, and how each differs from the one before. */
export function attemptLines(
  task: string,
  shown: readonly ShownAttempt[],
  differences: readonly AttemptDifference[],
): string[] {
  if (shown.length === 0) return [`${task} has not been started`];
  const used = usageColumns(shown.map(({ attempt }) => usageOf([attempt])));
  const head = [...HEAD, ...used.map((column) => column.head), ...HEAD_END];
  return [
    ...textTable([head, ...shown.map((one) => row(one, used))]),
    ...shown.flatMap(details),
    ...differences.flatMap(differenceLines),
  ].map(safe);
}

/** What agents and programs wrote must not steer the terminal. */
function safe(line: string): string {
  return line.includes('\t') ? line.split('\t').map(oneLine).join('\t') : oneLine(line);
}

function row({ attempt, commits }: ShownAttempt, used: ReturnType<typeof usageColumns>): string[] {
  const { number, status, startedAt, gateRounds, agent } = attempt;
  return [
    String(number),
    STATUS[status] ?? status,
    startedAt.replace(/\.\d+Z$/, 'Z'),
    timeOf(attempt),
    ...used.map(({ cell }) => cell(usageOf([attempt]))),
    gateRounds === 0 ? '' : String(gateRounds),
    countOf(commits),
    commits.tip?.slice(0, 8) ?? '',
    agent ?? '',
  ];
}

function timeOf({ startedAt, endedAt }: AttemptState): string {
  return endedAt === null ? '' : clock(Date.parse(endedAt) - Date.parse(startedAt));
}

function countOf({ count, gone }: AttemptCommits): string {
  return gone.length > 0 ? 'gone' : String(count ?? '');
}

function details({ attempt }: ShownAttempt): string[] {
  const { failure, saved, signalDir, concerns, usage } = attempt;
  const facts = [
    ['cause', failure === null ? causeOf(attempt) : `${failure.code}: ${failure.error}`],
    ['used', usage === null ? null : toldWords(usage)],
    ...concerns.map(({ message }) => ['concern', message] as const),
    ...saved.map(({ ref, commit }) => ['saved', `${ref} (${commit.slice(0, 8)})`] as const),
    ['files', signalDir],
  ] as const;
  const told = facts.flatMap(([label, text]) =>
    text === null ? [] : [`  ${label.padEnd('concern'.length)}  ${text}`],
  );
  return ['', `attempt ${attempt.number}`, ...told];
}

/** Null where there is nothing to explain. */
function causeOf({ status, step }: AttemptState): string | null {
  if (status === 'cancelled') return `it was called off (step ${step})`;
  return status === 'running' || status === 'pr_created' ? `it is running (step ${step})` : null;
}

function differenceLines({ from, to, lines, omitted, missing }: AttemptDifference): string[] {
  const title = `attempt ${from} → ${to}`;
  if (missing !== null) return ['', `${title}: no difference to show: ${missing}`];
  const more = omitted === 0 ? [] : [`  … ${omitted} more lines; --full shows them`];
  return ['', title, ...lines.map((line) => `  ${line}`), ...more];
}
