import { seenText, shortened } from '../../steps/github/inert-text.ts';
import { fence } from '../../steps/instructions/markdown.ts';

/** What GitHub takes, in characters. */
const MAX_TITLE = 256;
const MAX_BODY = 65_536;
const MAX_COMMITS = 50;
const MAX_SUBJECT = 200;

export interface PullRequestText {
  readonly title: string;
  readonly body: string;
}

export interface TextInput {
  /** The first of these that says something. */
  readonly titles: readonly (string | null)[];
  readonly bodies: readonly (string | null)[];
  /** Subject lines, the oldest first, of the last commits at most. */
  readonly subjects: readonly string[];
  readonly commits: number;
  readonly graph: string;
  readonly task: string;
  readonly attempt: number;
}

export function pullRequestText(input: TextInput): PullRequestText {
  const [title = input.task] = input.titles.map(oneLine).filter((text) => text !== '');
  const [said = ''] = input.bodies.map((text) => seenText(text ?? '')).filter((text) => text !== '');
  const origin = `agentrelay · graph ${input.graph} · task ${input.task} · attempt ${input.attempt}`;
  const rest = `${commitsBlock(input)}\n\n<sub>${origin}</sub>\n`;
  const head = said === '' ? '' : `${closed(said, MAX_BODY - rest.length - 2)}\n\n`;
  return { title: shortened(title, MAX_TITLE), body: `${head}${rest}` };
}

/** How many subjects are worth asking git for. */
export const SUBJECTS_SHOWN = MAX_COMMITS;

function commitsBlock({ subjects, commits }: TextInput): string {
  const shown = subjects.slice(-MAX_COMMITS).map((subject) => shortened(oneLine(subject), MAX_SUBJECT));
  const lines = commits > shown.length ? [`… ${commits - shown.length} more before these`, ...shown] : shown;
  const count = `${commits} ${commits === 1 ? 'commit' : 'commits'}`;
  // In a fence, a subject mentions nobody and closes no issue.
  return `<details>\n<summary>${count}</summary>\n\n${fence(lines.join('\n'), 'text')}\n\n</details>`;
}

function oneLine(text: string | null): string {
  return seenText(text ?? '').replace(/\s+/g, ' ');
}

/** At most so long, with what it opens also closed: what stands below it must not become a part of it. */
function closed(text: string, length: number): string {
  const whole = `${text}${endings(text)}`;
  if (whole.length <= length) return whole;
  const cut = shortened(text, length - 200);
  return `${cut}${endings(cut).slice(0, 200)}`;
}

function endings(text: string): string {
  const fenced = openFence(text);
  if (fenced !== '') return `\n${fenced}`;
  const comment = text.lastIndexOf('<!--') > text.lastIndexOf('-->') ? ' -->' : '';
  const opened = text.match(/<details\b/gi)?.length ?? 0;
  const folded = Math.min(20, Math.max(0, opened - (text.match(/<\/details>/gi)?.length ?? 0)));
  return `${comment}${folded === 0 ? '' : `\n\n${'</details>'.repeat(folded)}`}`;
}

/** The line that ends the fenced block in which a Markdown text ends; empty where it ends in none. */
function openFence(text: string): string {
  let open = '';
  for (const line of text.split('\n')) {
    const [, ticks = '', info = ''] = /^ {0,3}(`{3,}|~{3,})(.*)$/.exec(line) ?? [];
    if (ticks === '') continue;
    if (open === '') open = ticks[0] === '`' && info.includes('`') ? '' : ticks;
    else if (ticks[0] === open[0] && ticks.length >= open.length && info.trim() === '') open = '';
  }
  return open;
}
