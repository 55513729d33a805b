import { plainText } from '../instructions/markdown.ts';

/** Text of others where GitHub reads it: nobody is called, no issue is closed, and nothing is there that is not seen. */

/** What turns the direction of text, or takes no place at all; joiners and variants of emoji stay. */
const UNSEEN = /(?!\u200c|\u200d|\ufe0e|\ufe0f)[\p{Bidi_Control}\p{Default_Ignorable_Code_Point}\ufff9-\ufffb]/gu;

/** Breaks a name or a number for GitHub, which knows no other way, and not for the eye. */
const BREAK = '\u200b';

const CLOSING =
  /((?:clos(?:e[sd]?|ing)|fix(?:e[sd]|ing)?|resolv(?:e[sd]?|ing))(?:\s*:\s*|\s+)(?:(?:[\w.-]{1,100}\/[\w.-]{1,100})?#|GH-|https?:\/\/\S{1,300}?\/(?:issues|pull|discussions)\/))(?=\d)/giu;

const MENTION = /@(?=\w)/g;

/** Without control characters and what else is not seen; lines end in `\n`. */
export function seenText(text: string): string {
  return plainText(text.toWellFormed()).replace(UNSEEN, '').trim();
}

/** Words such as `fixes #12` close no issue any more. */
export function withoutClosing(text: string): string {
  return text.replace(CLOSING, `$1${BREAK}`);
}

/** For titles and messages of commits, which are no Markdown: calls nobody and closes nothing. */
export function inertLine(text: string): string {
  const line = seenText(text).replace(/\s+/g, ' ').trim();
  return withoutClosing(line).replace(MENTION, `@${BREAK}`);
}

/** Empty where there is none. */
export function firstLine(text: string | null): string {
  return (
    seenText(text ?? '')
      .split('\n')[0]
      ?.trim() ?? ''
  );
}

/** At most so many UTF-16 units, never half a character; the last one says that there was more. */
export function shortened(text: string, length: number): string {
  if (text.length <= length) return text;
  if (length < 1) return '';
  return `${text
    .slice(0, length - 1)
    .replace(/[\ud800-\udbff]$/, '')
    .trimEnd()}…`;
}
