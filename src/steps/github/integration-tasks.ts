import { runDirectory } from '../../core/names.ts';
import type { Proof } from '../../core/proofs.ts';
import { attemptsThatCount } from '../../core/run-state.ts';
import { inlineMarkdown, tableCell } from './inert-markdown.ts';
import { firstLine, shortened } from './inert-text.ts';
import {
  commandSpan,
  counted,
  type IntegrationInput,
  type IntegrationTask,
  lastAttempt,
  pullRequestLink,
  shortCommit,
} from './integration-input.ts';

/** Of a description in the list of tasks; the second where there is little room. */
const DESCRIPTION = [100, 24] as const;
/** Of the line that tells of tasks that are not shown. */
const LAST_LINE = 200;
const MAX_COMMANDS = 5;

const HEAD = ['| Task | Pull request | What it does | State | Attempts |', '|---|---|---|---|---|'];

/** The list of tasks: descriptions are shortened before a task is left out, and that is said. */
export function tasksSection(input: IntegrationInput, room: number): string {
  const rows = (length: number) => input.tasks.map((task) => taskRow(task, length));
  const table = DESCRIPTION.map(rows).find((lines) => fits(lines, room)) ?? rows(DESCRIPTION[1]);
  const [shown, missing] = firstThatFit(table, room);
  const where = `${runDirectory(input.graph, input.run)}/events.jsonl`;
  const last = missing === 0 ? '' : `\n\n… and ${counted(missing, 'more task')}: \`${where}\``;
  return `## Tasks\n\n${[...HEAD, ...shown].join('\n')}${last}`;
}

/** Which commands, and which checks on GitHub, have seen each task. */
export function checksSection(input: IntegrationInput, room: number): string {
  const [shown, missing] = firstThatFit(input.tasks.map(checkedLine), room);
  const where = `${runDirectory(input.graph, input.run)}/events.jsonl`;
  const last = missing === 0 ? [] : [`- … and ${counted(missing, 'more task')}: \`${where}\``];
  return `## How it was checked\n\n${[...shown, ...last].join('\n')}`;
}

function fits(lines: readonly string[], room: number): boolean {
  return lines.reduce((sum, line) => sum + line.length + 1, 0) <= room;
}

function firstThatFit(lines: readonly string[], room: number): [readonly string[], number] {
  if (fits(lines, room)) return [lines, 0];
  let left = room - LAST_LINE;
  const missing = lines.findIndex((line) => {
    left -= line.length + 1;
    return left < 0;
  });
  return [lines.slice(0, missing), lines.length - missing];
}

function taskRow(task: IntegrationTask, length: number): string {
  const attempt = lastAttempt(task);
  const cells = [
    `\`${task.task.id}\``,
    attempt?.pr ? pullRequestLink(attempt.pr) : '–',
    tableCell(shortened(firstLine(task.task.description), length)),
    stateOf(task),
    String(attemptsThatCount(task.state).length),
  ];
  return `| ${cells.join(' | ')} |`;
}

function stateOf(task: IntegrationTask): string {
  const { status } = task.state;
  const commit = lastAttempt(task)?.commit ?? null;
  if (status === 'completed') return 'completed without a pull request';
  if (status !== 'pr_merged') return status.replaceAll('_', ' ');
  return commit === null ? 'merged' : `merged at \`${shortCommit(commit)}\``;
}

function checkedLine(one: IntegrationTask): string {
  const { verify } = one.task;
  const seen = [gateWords(one), checkWords(lastAttempt(one)?.proofs.checks ?? null)].filter((words) => words !== null);
  const more = verify.length > MAX_COMMANDS ? ` and ${verify.length - MAX_COMMANDS} more` : '';
  const commands = `${verify.slice(0, MAX_COMMANDS).map(commandSpan).join(', ')}${more}`;
  const told = verify.length === 0 ? '' : `; ${commands} for the agent to run, which nobody has proved`;
  return `- \`${one.task.id}\`: ${seen.length === 0 ? '**not checked by any command**' : seen.join('; ')}${told}`;
}

function gateWords(one: IntegrationTask): string | null {
  const { completionGate } = one.task;
  if (completionGate === null) return null;
  const gate = `gate ${commandSpan(completionGate)}`;
  const last = lastAttempt(one)?.lastGate ?? null;
  if (last === null) return `${gate}, of which **no result is recorded**`;
  const round = `in round ${last.round}`;
  if (!last.passed) return `${gate} **failed** ${round}`;
  return `${gate} passed ${round}${last.commit === null ? '' : ` on \`${shortCommit(last.commit)}\``}`;
}

/** Null where no check has seen it. */
function checkWords(proof: Proof | null): string | null {
  const { passed, failed, pending, required } = proof?.checks ?? { passed: 0, failed: 0, pending: 0, required: 0 };
  const total = passed + failed + pending;
  if (total === 0) return null;
  const red = failed > 0 && proof?.found ? ` (red: ${inlineMarkdown(shortened(proof.found, 200))})` : '';
  const kind = required > 0 ? 'required checks' : 'checks, of which none is required,';
  return `${kind} ${passed}/${total}${red}`;
}
