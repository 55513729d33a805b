import type { HoldReason } from '../../core/events.ts';
import { runDirectory } from '../../core/names.ts';
import { codeSpan, inlineMarkdown } from './inert-markdown.ts';
import { firstLine, inertLine, shortened } from './inert-text.ts';
import { concernsSection, notesSection } from './integration-concerns.ts';
import { detailsSection, withoutDetails } from './integration-details.ts';
import {
  concernsOf,
  counted,
  type EarlierLane,
  type IntegrationInput,
  lastAttempt,
  pullRequestLink,
} from './integration-input.ts';
import { checksSection, tasksSection } from './integration-tasks.ts';

/** GitHub takes 65,536 characters. */
const MAX_BODY = 60_000;
const MAX_TITLE = 100;
const MAX_NAMES = 10;

/** What each section gets where all of them are too long. */
const SHARES = { concerns: 20_000, tasks: 12_000, checks: 6_000, notes: 4_000 } as const;
const ALL = { concerns: Infinity, tasks: Infinity, checks: Infinity, notes: Infinity } as const;

/** The pull request of a lane, for those who are to review it. The same input gives the same bytes. */
export function integrationText(input: IntegrationInput): { readonly title: string; readonly body: string } {
  return { title: titleOf(input), body: bodyOf(input) };
}

function titleOf({ graph, lane, tasks }: IntegrationInput): string {
  const name = lane.id === 'default' ? graph : `${graph}: ${lane.id}`;
  const [first] = tasks;
  const only = first !== undefined && tasks.length === 1 ? firstLine(first.task.description) || first.task.id : null;
  const room = MAX_TITLE - name.length - (lane.id === 'default' ? 2 : 3);
  const about =
    only ??
    idsIn(
      tasks.map(({ task }) => task.id),
      room,
    );
  const whole = inertLine(`${name}${lane.id === 'default' ? ': ' : ' – '}${about}`);
  return shortened(whole, MAX_TITLE);
}

/** As many as there is room for, and how many more there are. */
function idsIn(ids: readonly string[], room: number): string {
  for (let shown = ids.length; shown > 0; shown--) {
    const more = ids.length - shown;
    const text = `${ids.slice(0, shown).join(', ')}${more === 0 ? '' : ` and ${more} more`}`;
    if (text.length <= room) return text;
  }
  return counted(ids.length, 'task');
}

/** Folded details are shortened first; then the rest, too, and last there are no details. */
function bodyOf(input: IntegrationInput): string {
  const whole = assembled(input, ALL, true);
  if (whole.length <= MAX_BODY) return whole;
  const short = assembled(input, SHARES, true);
  return short.length <= MAX_BODY ? short : assembled(input, SHARES, false);
}

function assembled(
  input: IntegrationInput,
  room: Readonly<Record<keyof typeof SHARES, number>>,
  withDetails: boolean,
): string {
  const before = [
    introduction(input),
    concernsSection(input, room.concerns),
    notesSection(input, room.notes),
    tasksSection(input, room.tasks),
  ];
  const after = [checksSection(input, room.checks), footer(input)];
  const taken = joined([...before, ...after]).length + 2;
  const details = withDetails ? detailsSection(input, MAX_BODY - taken) : withoutDetails(input);
  return joined([...before, details, ...after]);
}

function joined(sections: readonly (string | null)[]): string {
  return `${sections.filter((section) => section !== null && section !== '').join('\n\n')}\n`;
}

function introduction(input: IntegrationInput): string {
  const { graph, lane, tasks, earlier } = input;
  const lead = lane.id === 'default' ? `Graph \`${graph}\`` : `Lane \`${lane.id}\` of graph \`${graph}\``;
  const merged = tasks.filter(({ state }) => state.status === 'pr_merged');
  const commits = merged.map((task) => lastAttempt(task)?.commitsAhead ?? null);
  const known = commits.every((count) => count !== null) ? commits.reduce((sum, count) => sum + count, 0) : 0;
  const content = [
    counted(tasks.length, 'task'),
    counted(merged.length, 'pull request'),
    ...(known === 0 ? [] : [counted(known, 'commit')]),
  ].join(', ');
  const sentences = [`${lead}, for ${codeSpan(lane.mergeTargetBranch)}: ${content}.`, mergeSentence(input)];
  if (earlier.length > 0) sentences.push(earlierSentence(earlier));
  return sentences.join(' ');
}

function mergeSentence(input: IntegrationInput): string {
  const { lane, mergeMethod, tasks } = input;
  const hasConcerns = concernsOf(tasks, 'agent').length > 0;
  const reason = input.held?.reason ?? (!lane.autoMerge ? 'auto_merge_off' : hasConcerns ? 'concerns' : null);
  if (reason !== null) return `**A person merges it**: ${holdWords(reason, input)}.`;
  const how = mergeMethod === 'squash' ? 'as one commit' : 'with a merge commit';
  return `agentrelay merges it by itself, ${how}, as soon as GitHub lets it in.`;
}

function holdWords(reason: HoldReason, { lane, held }: IntegrationInput): string {
  const target = codeSpan(lane.mergeTargetBranch);
  const details = held?.details ?? [];
  switch (reason) {
    case 'auto_merge_off':
      return '`auto_merge` is off';
    case 'concerns':
      return 'agents have concerns';
    case 'conflict':
      return `it conflicts with ${target}${listed(details, codeSpan)}`;
    case 'checked_out_dirty':
      return `${target} is checked out with changes that are in the way`;
    case 'foreign_commits':
      return `the branch has commits that no task has made${listed(details, inlineMarkdown)}`;
    case 'checks':
      return `a required check is red, or does not come${listed(details, inlineMarkdown)}`;
    case 'protected':
      return `${target} asks for more than checks, such as a review${listed(details, inlineMarkdown)}`;
    case 'draft':
      return 'it is a draft';
  }
}

function listed(details: readonly string[], made: (text: string) => string): string {
  if (details.length === 0) return '';
  const more = details.length > MAX_NAMES ? ` and ${details.length - MAX_NAMES} more` : '';
  return ` (${details
    .slice(0, MAX_NAMES)
    .map((text) => made(shortened(text, 60)))
    .join(', ')}${more})`;
}

function earlierSentence(lanes: readonly EarlierLane[]): string {
  const shown = lanes.slice(0, MAX_NAMES).map(({ id, isParent, pr }) => {
    const about = [...(isParent ? ['its parent'] : []), ...(pr === null ? [] : [pullRequestLink(pr)])];
    return `\`${id}\`${about.length === 0 ? '' : ` (${about.join(', ')})`}`;
  });
  const more = lanes.length > MAX_NAMES ? ` and ${lanes.length - MAX_NAMES} more` : '';
  return `It builds on ${lanes.length === 1 ? 'lane' : 'lanes'} ${shown.join(', ')}${more}.`;
}

function footer({ graph, run, lane }: IntegrationInput): string {
  const place = runDirectory(graph, run);
  return [
    '---',
    `Made by agentrelay: graph \`${graph}\`, run ${run}. Its files are in \`${place}\` of the repository where it ran.`,
    `<!-- agentrelay:integration graph=${graph} lane=${lane.id} -->`,
  ].join('\n\n');
}
