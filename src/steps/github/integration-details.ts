import { runDirectory } from '../../core/names.ts';
import { type AttemptState, attemptsThatCount } from '../../core/run-state.ts';
import { fitLines, type Line, lineOf, longestThatFits } from './fit-lines.ts';
import { markdownLines } from './inert-blocks.ts';
import { codeSpan, inlineMarkdown } from './inert-markdown.ts';
import { seenText, shortened } from './inert-text.ts';
import {
  attemptFolder,
  counted,
  type IntegrationInput,
  type IntegrationTask,
  lastAttempt,
} from './integration-input.ts';

/** Of why an attempt failed. */
const MAX_ERROR = 400;
const MAX_NAMES = 10;
/** Of one summary, before anything else: no more of it could ever be shown. */
const MAX_SUMMARY = 60_000;

/** A part of a task's details that can be shortened. */
interface Part {
  readonly title: string | null;
  readonly lines: readonly Line[];
  /** Where all of it can be read. */
  readonly where: string;
  /** Characters that are not in `lines`. */
  readonly beyond: number;
}

/** Each task folded: what it says of itself, its files, how it went. Longer parts are shortened first. */
export function detailsSection(input: IntegrationInput, room: number): string {
  const tasks = input.tasks.map((task) => ({ task, parts: partsOf(input, task) }));
  const all = tasks.flatMap(({ parts }) => parts);
  const lengths = all.map((part) => fitted(part, Number.POSITIVE_INFINITY).length);
  const frames = tasks.map(({ task, parts }) => folded(task, parts, () => '').length + 2);
  const longest = longestThatFits(lengths, room - frames.reduce((sum, length) => sum + length, 0));
  return tasks.map(({ task, parts }) => folded(task, parts, (part) => fitted(part, longest))).join('\n\n');
}

/** In place of all of them, where there are too many. */
export function withoutDetails({ graph, run, tasks }: IntegrationInput): string {
  return `The details of ${counted(tasks.length, 'task')} are too long for this page: \`${runDirectory(graph, run)}/signals/\``;
}

function fitted(part: Part, room: number): string {
  return fitLines(part, room, (missing) => `… ${counted(missing, 'more character')}: \`${part.where}\``);
}

function folded(task: IntegrationTask, parts: readonly Part[], text: (part: Part) => string): string {
  const body = parts.map((part) => [...(part.title === null ? [] : [`**${part.title}**`]), text(part)].join('\n\n'));
  return [`<details><summary><code>${task.task.id}</code>: ${contents(task)}</summary>`, ...body, '</details>'].join(
    '\n\n',
  );
}

/** What is behind the fold. */
function contents(task: IntegrationTask): string {
  const { gateRounds = 0, conflictRounds = 0, checkRounds = 0 } = lastAttempt(task) ?? {};
  const attempts = attemptsThatCount(task.state).length;
  return [
    task.summary === null || seenText(task.summary) === '' ? 'no summary' : 'summary',
    ...(task.outputs.length === 0 ? [] : [counted(task.outputs.length, 'file')]),
    ...(attempts > 1 ? [counted(attempts, 'attempt')] : []),
    ...(gateRounds > 1 ? [counted(gateRounds, 'gate round')] : []),
    ...(conflictRounds > 0 ? [counted(conflictRounds, 'conflict')] : []),
    ...(checkRounds > 0 ? [`${counted(checkRounds, 'round')} of red checks`] : []),
  ].join(', ');
}

function partsOf(input: IntegrationInput, task: IntegrationTask): Part[] {
  const folder = attemptFolder(input, task);
  const files = task.outputs.map(({ path, action, category }) =>
    lineOf(`- ${action} ${codeSpan(shortened(path, 300))} (${inlineMarkdown(shortened(category, 40))})`),
  );
  const events = `${runDirectory(input.graph, input.run)}/events.jsonl`;
  return [
    summaryPart(task.summary ?? '', `${folder}/summary.md`),
    ...(files.length === 0 ? [] : [{ title: 'Files', lines: files, where: `${folder}/outputs.json`, beyond: 0 }]),
    { title: 'How it went', lines: historyOf(task), where: events, beyond: 0 },
  ];
}

function summaryPart(summary: string, where: string): Part {
  const lines = markdownLines(summary.slice(0, MAX_SUMMARY));
  if (lines.length === 0) lines.push(lineOf('It left no summary.'));
  return { title: null, lines, where, beyond: Math.max(0, summary.length - MAX_SUMMARY) };
}

function historyOf(one: IntegrationTask): Line[] {
  const { task, state } = one;
  const model = state.change?.model ?? task.primaryAgent.model;
  const framework = state.change?.framework ?? task.primaryAgent.framework;
  const agent = `${codeSpan(framework)}${model === null ? '' : ` with ${codeSpan(model)}`}`;
  const role = task.role === 'generic' ? '' : `, as ${task.role.replaceAll('_', ' ')}`;
  const told = [state.change?.instructions, state.change?.note].filter((text) => typeof text === 'string');
  return [
    `- The agent was ${agent}${role}.`,
    ...told.map((text) => `- A person told it before a retry: ${inlineMarkdown(shortened(seenText(text), MAX_ERROR))}`),
    ...attemptsThatCount(state).map((attempt) => `- Attempt ${attempt.number} ${attemptWords(attempt)}`),
  ].map(lineOf);
}

function attemptWords(attempt: AttemptState): string {
  const way = onTheWay(attempt);
  const before = way.length === 0 ? '' : ` after ${way.join(', ')}`;
  switch (attempt.status) {
    case 'failed':
      return `failed${before}: ${inlineMarkdown(shortened(seenText(attempt.failure?.error ?? ''), MAX_ERROR))}`;
    case 'pr_merged':
    case 'completed':
      return `succeeded${before === '' ? ' at the first go' : before}.`;
    case 'cancelled':
      return `was cancelled${before}.`;
    default:
      return `is ${attempt.status.replaceAll('_', ' ')}${before}.`;
  }
}

/** What was between the start and the end. */
function onTheWay(attempt: AttemptState): string[] {
  const { gateRounds, conflictRounds, conflictFiles, checkRounds, redChecks } = attempt;
  const red = redChecks.map(({ name }) => name);
  return [
    ...(gateRounds < 2 ? [] : [counted(gateRounds, 'gate round')]),
    ...(conflictRounds === 0 ? [] : [`${counted(conflictRounds, 'conflict')}${named(conflictFiles)}`]),
    ...(checkRounds === 0 ? [] : [`${counted(checkRounds, 'round')} of red checks${named(red)}`]),
  ];
}

function named(names: readonly string[]): string {
  const spans = names.slice(0, MAX_NAMES).map((name) => codeSpan(shortened(name, 100)));
  const more = names.length > MAX_NAMES ? ` and ${names.length - MAX_NAMES} more` : '';
  return names.length === 0 ? '' : ` (${spans.join(', ')}${more})`;
}
