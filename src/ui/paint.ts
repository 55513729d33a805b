import type { Ground, Line, Word } from './line.ts';
import { clip, widthOf } from './text/fit.ts';
import type { Theme } from './theme.ts';

const RESET = '\x1b[0m';
const LINK_END = '\x1b]8;;\x1b\\';

/** An address that may stand in a control sequence: nothing in it can end that. */
const LINK = /^https?:\/\/[!-~]{1,2000}$/;

interface Painted {
  readonly width: number;
  readonly theme: Theme;
  readonly links: boolean;
  readonly text: string;
}

const painted = new WeakMap<Line, Painted>();

/**
 * The line as one string of exactly `width` cells, coloured by SGR sequences; it leaves the terminal without any look.
 * With `links`, words that lead somewhere do so by OSC 8.
 */
export function paint(line: Line, width: number, theme: Theme, links: boolean): string {
  const known = painted.get(line);
  if (known !== undefined && known.width === width && known.theme === theme && known.links === links) return known.text;
  const text = paintAnew(line, width, theme, links);
  painted.set(line, { width, theme, links, text });
  return text;
}

function paintAnew(line: Line, width: number, theme: Theme, links: boolean): string {
  if (width <= 0) return '';
  const words = widthOf(line.words) === width ? line.words : clip(line.words, 0, width);
  let text = '';
  let look = '';
  for (const word of words) {
    const wanted = lookOf(word, line.ground, theme);
    if (wanted !== look) {
      if (look !== '') text += RESET;
      if (wanted !== '') text += `\x1b[${wanted}m`;
      look = wanted;
    }
    const linked = links && word.link !== undefined && LINK.test(word.link);
    text += linked ? `\x1b]8;;${word.link}\x1b\\${word.text}${LINK_END}` : word.text;
  }
  return look === '' ? text : text + RESET;
}

/** What comes later in a sequence wins: the ground lies behind the colours of an agent and of a tone. */
function lookOf(word: Word, ground: Ground | undefined, theme: Theme): string {
  const own = word.sgr === undefined ? theme.tone(word.tone, ground) : theme.agent(word.sgr);
  const behind = ground === undefined ? '' : theme.ground(ground);
  if (behind === '' || own === '') return behind + own;
  return `${behind};${own}`;
}
