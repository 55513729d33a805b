import type { Screen } from './framework.ts';

const BOX_END = /^\s*╹▀{9,}/u;
const BOX_LINE = /^\s*┃/u;
const RULE = '─'.repeat(40);
/** Lines below the box: more are no footer. */
const FOOTER = 6;

/**
 * The input box of OpenCode has a bar to its left, its agent and model as the last line, and beside it a column of other
 * things: it is put between two rules, as others have it, and the column is cut away.
 */
export function arrangedOpenCode(screen: Screen): Screen {
  const end = screen.lines.findLastIndex((line) => BOX_END.test(line));
  const below = screen.lines.slice(end + 1).filter((line) => line !== '');
  // What lies over the box has the keys.
  const isCovered = screen.lines.some((line) => /^\s*Connect a provider\s+esc/u.test(line));
  if (end === -1 || isCovered || below.length > FOOTER) return screen;
  const width = (screen.lines[end] ?? '').lastIndexOf('▀') + 1;
  const lines = screen.lines.map((line) => line.slice(0, width + 1).trimEnd());
  const start = lines.slice(0, end).findLastIndex((line) => !BOX_LINE.test(line)) + 1;
  const inside = lines.slice(start, end).map((line) => line.replace(/^\s*┃ {0,2}/u, ''));
  const text = trimmed(
    inside.slice(
      0,
      Math.max(
        0,
        inside.findLastIndex((line) => line !== ''),
      ),
    ),
  );
  const box = [RULE, `❯ ${text[0] ?? ''}`.trimEnd(), ...text.slice(1).map((line) => `  ${line}`), RULE];
  return { ...screen, lines: [...lines.slice(0, start), ...box, ...footer(screen.lines.slice(end + 1))] };
}

/** Without the blank lines around it. */
function trimmed(lines: readonly string[]): readonly string[] {
  const first = lines.findIndex((line) => line !== '');
  return first === -1 ? [] : lines.slice(first, lines.findLastIndex((line) => line !== '') + 1);
}

const GONE = /quota|billing|credit|usage.?limit/iu;
const LIMITED = /rate.?limit|too many requests|quota|billing|credit|usage.?limit/iu;

/**
 * It waits for the end of a limit by itself and looks busy meanwhile. For a quota it tries again every few seconds: that
 * says nothing of when the quota comes back.
 */
function footer(lines: readonly string[]): readonly string[] {
  const words = lines
    .slice(0, FOOTER)
    .join(' ')
    .replace(/[⬝■\s]+/gu, ' ')
    .trim();
  if (!/\bretrying in \d/u.test(words) || !LIMITED.test(words)) return lines;
  const [said = '', again = ''] = words.split(/\bretrying in /u);
  return [`[waits] ${said}${GONE.test(said) ? '' : `, try again in ${again}`}`.replace(/\besc interrupt\b.*$/u, '')];
}
