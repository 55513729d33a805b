import { quoteForShell } from '../steps/tools/tmux-parse.ts';

/** A command as a person types it: only the words that need quotes have them; to zsh `=word` is the path of a program. */
export function commandText(argv: readonly string[]): string {
  return argv.map((word) => (/^[\w./:@%+,-][\w./:@%+=,-]*$/.test(word) ? word : quoteForShell(word))).join(' ');
}
