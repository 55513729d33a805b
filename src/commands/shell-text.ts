import { quoteForShell } from '../steps/tools/tmux-parse.ts';

/** A command as a person types it: only the words that need quotes have them. */
export function commandText(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w./:@%+=,-]+$/.test(word) ? word : quoteForShell(word))).join(' ');
}
