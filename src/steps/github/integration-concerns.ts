import { runDirectory } from '../../core/names.ts';
import { longestThatFits } from './fit-lines.ts';
import { inlineMarkdown } from './inert-markdown.ts';
import { seenText, shortened } from './inert-text.ts';
import { concernsOf, counted, type IntegrationInput, pullRequestLink, type TaskConcern } from './integration-input.ts';

/** Shorter than this, a concern is not understood: then fewer of them are shown. */
const SHORTEST = 400;
/** Of the line that tells of those that are not shown. */
const LAST_LINE = 200;

/** What agents doubt, before all else; null for none. In `room` characters they are shortened, and never in silence. */
export function concernsSection(input: IntegrationInput, room: number): string | null {
  const concerns = concernsOf(input.tasks, 'agent');
  if (concerns.length === 0) return null;
  const one = concerns.length === 1;
  const effect = input.lane.autoMerge ? ` ${one ? 'It holds' : 'They hold'} back the automatic merge.` : '';
  const intro = `${counted(concerns.length, 'concern')} of ${one ? 'an agent' : 'agents'} that did the work.${effect}`;
  const where = `${runDirectory(input.graph, input.run)}/signals/*/attempt-*/concerns.log`;
  return `## Concerns\n\n${intro}\n\n${fittingItems(concerns.map(concernItem), room, where)}`;
}

/** What went wrong beside the work, folded; null for nothing. */
export function notesSection(input: IntegrationInput, room: number): string | null {
  const ofTasks = concernsOf(input.tasks, 'others').map(concernItem);
  const ofLane = input.laneConcerns.map((message) => ({ before: 'The lane: ', message }));
  const items = [...ofTasks, ...ofLane];
  if (items.length === 0) return null;
  const where = `${runDirectory(input.graph, input.run)}/events.jsonl`;
  const title = `${counted(items.length, 'note')} about the run itself, which hold nothing back`;
  return `<details><summary>${title}</summary>\n\n${fittingItems(items, room, where)}\n\n</details>`;
}

interface Item {
  /** Markdown of our own; never empty, for at the start of a line the message may make a block. */
  readonly before: string;
  readonly message: string;
}

function concernItem({ task, attempt, message }: TaskConcern): Item {
  const pr = attempt.pr ?? task.state.attempts.at(-1)?.pr ?? null;
  const about = [
    ...(pr === null ? [] : [pullRequestLink(pr)]),
    ...(task.state.attempts.length > 1 ? [`attempt ${attempt.number}`] : []),
  ];
  return { before: `**\`${task.task.id}\`**${about.length === 0 ? '' : ` (${about.join(', ')})`}: `, message };
}

function fittingItems(items: readonly Item[], room: number, where: string): string {
  const whole = items.map((item) => line(item, inlineMarkdown(item.message)));
  const lengths = whole.map(({ length }) => length + 1);
  const longest = longestThatFits(lengths, room);
  if (longest >= SHORTEST)
    return whole.map((one, at) => shortItem(one, items[at] as Item, longest - 1, where)).join('\n');
  const shown = Math.max(0, Math.floor((room - LAST_LINE) / SHORTEST));
  const first = whole.slice(0, shown).map((one, at) => shortItem(one, items[at] as Item, SHORTEST - 1, where));
  return [...first, `- … and ${counted(items.length - shown, 'more', 'more')}: \`${where}\``].join('\n');
}

function line({ before }: Item, text: string): string {
  return `- ${before}${text}`;
}

function shortItem(whole: string, item: Item, longest: number, where: string): string {
  if (whole.length <= longest) return whole;
  const text = seenText(item.message);
  // What is escaped is longer: by how much is known of the whole.
  const first = Math.floor((longest * text.length) / whole.length);
  for (let length = Math.min(text.length - 1, first); ; length = Math.floor(length * 0.8)) {
    const note = ` (${counted(text.length - length, 'more character')}: \`${where}\`)`;
    const made = line(item, `${inlineMarkdown(shortened(text, length))}${note}`);
    if (made.length <= longest || length < 1) return made;
  }
}
