import { stripVTControlCharacters } from 'node:util';
import { z } from 'zod';

const MAX_LINE = 2_000;
const MAX_ACTION = 120;
/** Of what a tool gave back. */
const SHOWN_LINES = 4;
const MAX_OUTPUT_LINE = 200;
/** More of a text is not looked at. */
const MAX_TEXT = 200_000;

/** Lines for people, without what a terminal would take for a command, and without blank ones at both ends. */
export function shownLines(text: string): string[] {
  const lines = stripVTControlCharacters(text.slice(0, MAX_TEXT))
    .split(/\r\n|[\n\r\u2028\u2029]/u)
    .map((line) => cut(plain(line.replaceAll('\t', '  ')), MAX_LINE).trimEnd());
  const first = lines.findIndex((line) => line !== '');
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}

/** `→ Bash npm test`. */
export function shownAction(action: string): string[] {
  return action === '' ? [] : [`→ ${action}`];
}

/** The first lines of what a tool gave back, set in. */
export function shownOutput(text: string): string[] {
  const lines = shownLines(text).map((line) => cut(line, MAX_OUTPUT_LINE));
  const setIn = (line: string) => (line === '' ? '' : `  ${line}`);
  const more = lines.length - SHOWN_LINES;
  if (more <= 0) return lines.map(setIn);
  return [...lines.slice(0, SHOWN_LINES).map(setIn), `  … ${more} more ${more === 1 ? 'line' : 'lines'}`];
}

export function shownError(text: string): string[] {
  const [first, ...more] = shownLines(text);
  return first === undefined ? ['✗ failed'] : [`✗ ${first}`, ...more.map((line) => `  ${line}`)];
}

/** The end of a turn, with what is known of it. */
export function shownEnd(...known: readonly string[]): string[] {
  return [`■ end of the turn${known.length === 0 ? '' : `: ${known.join(', ')}`}`];
}

const inputSchema = z.object({
  command: z.union([z.string(), z.array(z.string()).transform((words) => words.join(' '))]).optional(),
  file_path: z.string().optional(),
  filePath: z.string().optional(),
  path: z.string().optional(),
  absolute_path: z.string().optional(),
  notebook_path: z.string().optional(),
  pattern: z.string().optional(),
  query: z.string().optional(),
  url: z.string().optional(),
  description: z.string().optional(),
  prompt: z.string().optional(),
});

/** What a tool does, on one line: its name, and of its input what tells most. */
export function actionOf(name: string, input: unknown): string {
  const { success, data } = inputSchema.safeParse(input);
  const what = success ? (Object.values(data).find((value) => value !== undefined && value !== '') ?? '') : '';
  return actionWords(`${name} ${what}`);
}

/** On one line, and short. */
export function actionWords(text: string): string {
  const words = plain(stripVTControlCharacters(text.slice(0, MAX_ACTION * 8)).replace(/\s+/gu, ' '));
  return cut(words.trim(), MAX_ACTION);
}

/** Characters that steer a terminal, or turn the direction of what follows. */
// biome-ignore lint/suspicious/noControlCharactersInRegex: taking them out is the point
const CONTROL = /[\u0000-\u001f\u007f-\u009f\u202a-\u202e\u2066-\u2069]/gu;

function plain(line: string): string {
  return line.replace(CONTROL, '');
}

/** Between two characters, also where one is two units. */
function cut(line: string, max: number): string {
  if (line.length <= max) return line;
  const kept = line.slice(0, max - 1);
  return `${/[\ud800-\udbff]$/u.test(kept) ? kept.slice(0, -1) : kept}…`;
}
