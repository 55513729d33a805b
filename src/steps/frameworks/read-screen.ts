import type { AttentionReport, LiveAttention } from '../../core/attention.ts';
import type { DialogData, PresetData } from '../../core/frameworks/preset-data.ts';
import type { Screen, ScreenReading } from './framework.ts';
import { limitEnd } from './limit-time.ts';

/** What the patterns of a preset find on a screen; compiled once for each preset. */
export type ScreenReader = (screen: Screen, now: number) => ScreenReading;

/** Lines above the input in which the last word of a turn stands: what is further up may be of an earlier one. */
const LAST_WORDS = 8;

/**
 * A screen is read from its end. A dialog or a question has the keys, so it stands below the input line or there is none;
 * what stands above the input line was said, and counts only as the last words before it. Text that may be both is
 * nobody's guess: the report is null.
 */
export function screenReader({
  screen: data,
  title,
  dialogs,
}: Pick<PresetData, 'screen' | 'title' | 'dialogs'>): ScreenReader {
  const find = compile(data);
  const titles = { busy: compileAll(title.busy), idle: compileAll(title.idle) };
  const known = dialogs.map((dialog) => ({ dialog, shows: compileAll(dialog.shows) }));
  return (screen, now) => {
    const lines = screen.lines.slice(-data.lines);
    const at = find.input === null ? -1 : lines.findLastIndex((line) => find.input?.test(line));
    const input = at === -1 ? null : (find.input?.exec(lines[at] ?? '')?.[1] ?? '').trim();
    const below = lines.slice(at + 1);
    const above = at === -1 ? lines : lines.slice(Math.max(0, at - LAST_WORDS), at);
    const open = known.find(({ shows }) => shows.every((pattern) => below.some((line) => pattern.test(line))));
    const reading = { dialog: open?.dialog.name ?? null, input, queued: some(lines, find.queued) };
    if (open !== undefined) return { ...reading, report: dialogReport(open.dialog) };
    const has = (patterns: readonly RegExp[]) => some(below, patterns) || (at !== -1 && some(above, patterns));
    const states: AttentionReport[] = [];
    if (some(below, find.permission)) states.push(asking('waiting_permission', below));
    else if (some(below, find.question)) states.push(asking('waiting_input', below));
    const busy = has(find.busy) || titles.busy.some((pattern) => pattern.test(screen.title));
    if (busy) states.push(plain('working'));
    else if (has(find.limit)) states.push(limited([...above, ...below], find.limit, now));
    else if (has(find.login)) states.push(plain('login_required'));
    else if (states.length === 0 && (at !== -1 || some(below, find.idle))) states.push(plain('idle'));
    return { ...reading, report: states.length === 1 ? (states[0] ?? null) : null };
  };
}

function compile(data: PresetData['screen']) {
  return {
    input: data.input === null ? null : new RegExp(data.input, 'iu'),
    busy: compileAll(data.busy),
    idle: compileAll(data.idle),
    permission: compileAll(data.permission),
    question: compileAll(data.question),
    login: compileAll(data.login),
    limit: compileAll(data.limit),
    queued: compileAll(data.queued),
  };
}

function compileAll(patterns: readonly string[]): RegExp[] {
  return patterns.map((pattern) => new RegExp(pattern, 'iu'));
}

function some(lines: readonly string[], patterns: readonly RegExp[]): boolean {
  return lines.some((line) => patterns.some((pattern) => pattern.test(line)));
}

function plain(state: LiveAttention): AttentionReport {
  return { state, question: null, choices: [], until: null };
}

function dialogReport({ kind }: DialogData): AttentionReport {
  return plain(kind === 'login' ? 'login_required' : 'trust_prompt');
}

function limited(lines: readonly string[], limit: readonly RegExp[], now: number): AttentionReport {
  const line = lines.findLast((one) => limit.some((pattern) => pattern.test(one))) ?? '';
  return { ...plain('usage_limited'), until: limitEnd(line, now) };
}

/** `❯ 1. Yes`, `2) No`; with whatever marks the one that is chosen, and the frame around it. */
const CHOICE = /^[\s│┃|>❯›●○◉*-]*(\d)[.)]\s+(.+?)[\s│┃|]*$/u;

/** The question above the numbered choices, and they. */
function asking(state: 'waiting_permission' | 'waiting_input', lines: readonly string[]): AttentionReport {
  const first = lines.findLastIndex((line) => CHOICE.exec(line)?.[1] === '1');
  const choices: string[] = [];
  for (const line of first === -1 ? [] : lines.slice(first)) {
    const [, number, text = ''] = CHOICE.exec(line) ?? [];
    if (number === String(choices.length + 1)) choices.push(text.slice(0, 200));
  }
  const words = (line: string) => line.replace(/[│┃╭╮╰╯─━|]/gu, ' ').trim();
  const question = (first === -1 ? lines : lines.slice(0, first)).map(words).findLast((line) => line !== '') ?? null;
  return { state, question, choices: choices.slice(0, 9), until: null };
}
