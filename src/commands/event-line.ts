import { styleText } from 'node:util';
import type { RunEvent } from '../core/events.ts';
import { clock } from '../ui/wording/clock.ts';
import { type Wording, wordingOf } from '../ui/wording/event-words.ts';

export interface EventLineOptions {
  /** Cells of the widest subject. */
  readonly width: number;
  readonly colour: boolean;
  /** When the run began, in milliseconds since 1970. */
  readonly start: number;
}

const WHAT_WIDTH = 14;
const COLOURS = { good: 'green', bad: 'red', warn: 'yellow', quiet: 'dim', plain: null } as const;

/** One aligned line for people. What matters stands out because the steps in between are dim from end to end. */
export function eventLine(event: RunEvent, options: EventLineOptions): string {
  return wordedLine(event.at, wordingOf(event), options);
}

/** The same for what is said of several events together. `at`: ISO 8601. */
export function wordedLine(at: string, { subject, what, detail, tone }: Wording, options: EventLineOptions): string {
  const paint = (colour: 'green' | 'red' | 'yellow' | 'dim' | null, text: string) =>
    options.colour && colour !== null && text !== '' ? styleText(colour, text, { validateStream: false }) : text;
  const beside = tone === 'quiet' ? 'dim' : null;
  const since = paint('dim', clock(Date.parse(at) - options.start));
  const more = oneLine(detail).trimEnd();
  const gap = more === '' ? '' : `${' '.repeat(Math.max(0, WHAT_WIDTH - what.length))}  `;
  const about = paint(beside, subject.padEnd(options.width));
  return `${since}  ${about}  ${paint(COLOURS[tone], what)}${gap}${paint(beside, more)}`;
}

/** Cells that the subjects of a run need. */
export function subjectWidth(run: {
  tasks: readonly { id: string }[];
  workstreams: readonly { id: string }[];
}): number {
  const tasks = run.tasks.map((task) => task.id.length);
  const lanes = run.workstreams.map((lane) => lane.id.length + 'lane '.length);
  return Math.min(40, Math.max('run'.length, ...tasks, ...lanes));
}

const CONTROL = /\p{Cc}+/gu;

/** What agents write reaches the terminal as text, on one line. */
export function oneLine(text: string): string {
  return text.replace(CONTROL, ' ');
}
