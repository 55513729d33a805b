import type { AttentionReport, LiveAttention } from '../../core/attention.ts';
import type { DialogData, PresetData } from '../../core/frameworks/preset-data.ts';
import type { Screen, ScreenReading } from './framework.ts';
import { limitEnd } from './limit-time.ts';
import { MAX_FOOTER, type ScreenAreas, screenAreas } from './screen-areas.ts';
import { lastMatch, linesBetween, matches, type ScreenLine } from './screen-lines.ts';
import { asking, hasMenu } from './screen-question.ts';

/** What the patterns of a preset find on a screen; compiled once for each preset. */
export type ScreenReader = (screen: Screen, now: number) => ScreenReading;

/** More lines than that below a question are no choices: it was asked before; and no dialog has more. */
const MAX_MENU = 20;

type Patterns = ReturnType<typeof compile>;
type Ruling = 'working' | 'idle' | 'usage_limited' | 'login_required';

/**
 * A screen is read from its end. A dialog or a question has the keys, so it stands below the input line or there is none;
 * what stands above the input line was said, and of that only the last word counts. What contradicts itself is nobody's
 * guess: the report is null.
 */
export function screenReader(data: Pick<PresetData, 'screen' | 'title' | 'dialogs'>): ScreenReader {
  const find = compile(data);
  return (screen, now) => {
    const areas = screenAreas(screen.lines, find.input, data.screen.lines);
    const queued = lastMatch(areas.all, find.queued) !== -1;
    const open = openDialog(areas.below, find.dialogs);
    const asked = askedIn(areas.below, find);
    // What belongs to a dialog may also look like a question: only one that is further down has come after it.
    if (open !== null && (asked === null || linesBetween(areas.below, open.at, asked.at) <= MAX_FOOTER)) {
      return { report: dialogReport(open.dialog), dialog: open.dialog.name, input: null, queued };
    }
    if (asked !== null) return { report: asked.report, dialog: null, input: null, queued };
    const state = stateOf(areas, screen.title, find);
    const report = state === 'usage_limited' ? limited(areas, find.limit, now) : state === null ? null : plain(state);
    return { report, dialog: null, input: areas.input, queued };
  };
}

function compile({ screen, title, dialogs }: Pick<PresetData, 'screen' | 'title' | 'dialogs'>) {
  return {
    input: screen.input === null ? null : new RegExp(screen.input, 'iu'),
    working: compileAll(screen.busy),
    idle: compileAll(screen.idle),
    permission: compileAll(screen.permission),
    question: compileAll(screen.question),
    login_required: compileAll(screen.login),
    usage_limited: compileAll(screen.limit),
    limit: compileAll(screen.limit),
    queued: compileAll(screen.queued),
    titles: { busy: compileAll(title.busy), idle: compileAll(title.idle) },
    dialogs: dialogs.map((dialog) => ({ dialog, shows: compileAll(dialog.shows) })),
  };
}

function compileAll(patterns: readonly string[]): RegExp[] {
  return patterns.map((pattern) => new RegExp(pattern, 'iu'));
}

/**
 * Of several that are all there the one that is nearest to the end, with all of its lines: an earlier one was answered, and
 * what is left of it may seem to belong to the choices of a later one.
 */
function openDialog(
  lines: readonly ScreenLine[],
  known: Patterns['dialogs'],
): { dialog: DialogData; at: number } | null {
  const found = known
    .map(({ dialog, shows }) => ({ dialog, ends: shows.map((pattern) => lastMatch(lines, [pattern])) }))
    .filter(({ ends }) => ends.length > 0 && !ends.includes(-1))
    .map(({ dialog, ends }) => ({ dialog, from: Math.min(...ends), at: Math.max(...ends) }))
    .filter(({ from, at }) => linesBetween(lines, from, at) <= MAX_MENU)
    .sort((one, other) => other.at - one.at || other.from - one.from);
  const [last] = found;
  return last !== undefined && isAtEnd(lines, last.at) ? last : null;
}

/** A question that has the keys; with no report where the program works below it. */
function askedIn(lines: readonly ScreenLine[], find: Patterns): { report: AttentionReport | null; at: number } | null {
  const permission = lastMatch(lines, find.permission);
  const question = lastMatch(lines, find.question);
  const at = Math.max(permission, question);
  if (at === -1 || !isAtEnd(lines, at)) return null;
  if (lastMatch(lines, find.working) > at) return { report: null, at };
  return { report: asking(permission >= question ? 'waiting_permission' : 'waiting_input', lines, at), at };
}

function isAtEnd(lines: readonly ScreenLine[], at: number): boolean {
  return linesBetween(lines, at, lines.length) <= MAX_MENU;
}

function stateOf(areas: ScreenAreas, title: string, find: Patterns): Ruling | null {
  const said = lastSaid(areas.above, find);
  const shown = isFooter(areas) ? shownBelow(areas.below, find) : lastSaid(areas.below, find);
  const busy = find.titles.busy.some((pattern) => pattern.test(title));
  const rests = find.titles.idle.some((pattern) => pattern.test(title));
  if (shown === 'working') return 'working';
  if (said === 'working') return rests || shown === 'usage_limited' ? null : 'working';
  const known = shown === 'idle' ? (said ?? shown) : (shown ?? said);
  if (busy) return known === null ? 'working' : null;
  return known ?? (isFooter(areas) && !hasMenu(areas.below) ? 'idle' : null);
}

/** A footer says what is so now, in any order; that one may type is said even while there is a limit. */
function shownBelow(lines: readonly ScreenLine[], find: Patterns): Ruling | null {
  const order = ['working', 'usage_limited', 'login_required', 'idle'] as const;
  return order.find((state) => lastMatch(lines, find[state]) !== -1) ?? null;
}

function lastSaid(lines: readonly ScreenLine[], find: Patterns): Ruling | null {
  const order = ['idle', 'working', 'usage_limited', 'login_required'] as const;
  const found = order
    .map((state) => ({ state, at: lastMatch(lines, find[state]) }))
    .filter(({ at }) => at !== -1 && isAtEnd(lines, at));
  const last = Math.max(...found.map(({ at }) => at));
  return found.findLast(({ at }) => at === last)?.state ?? null;
}

function isFooter({ input, below }: ScreenAreas): boolean {
  return input !== null && linesBetween(below, -1, below.length) <= MAX_FOOTER;
}

function plain(state: LiveAttention): AttentionReport {
  return { state, question: null, choices: [], until: null };
}

function dialogReport({ kind }: DialogData): AttentionReport {
  if (kind === 'login') return plain('login_required');
  return plain(kind === 'trust' || kind === 'warning' ? 'trust_prompt' : 'waiting_input');
}

/** The first line that says when it ends; a message says it with its zone, a footer below it without. */
function limited({ above, below }: ScreenAreas, limit: readonly RegExp[], now: number): AttentionReport {
  const lines = [...above, ...below];
  const last = lines.slice(lines.findIndex((line) => limit.some((pattern) => matches(line, pattern))));
  const ends = last.map(({ bare, wrapped }) => limitEnd(wrapped ?? bare, now));
  return { ...plain('usage_limited'), until: ends.find((end) => end !== null) ?? null };
}
