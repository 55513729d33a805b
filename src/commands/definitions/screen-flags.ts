import { type Command, Option } from 'commander';
import type { ScreenLook } from '../tui/on-terminal.ts';

export interface ScreenFlags {
  readonly theme?: 'auto' | 'dark' | 'light';
  readonly ascii?: boolean;
  readonly screenReader?: boolean;
}

/** With how a screen is to look. */
export function withScreen(command: Command): Command {
  return command
    .addOption(
      new Option('--theme <name>', 'colours for a dark or a light terminal').choices(['auto', 'dark', 'light']),
    )
    .option('--ascii', 'no other characters than those of ASCII for marks and lines')
    .option('--screen-reader', 'plain lines instead of a screen');
}

export function lookOf({ theme, ascii = false, screenReader = false }: ScreenFlags): ScreenLook {
  return { theme: theme ?? null, ascii, screenReader };
}

/** Why there can be no screen on the terminal of this process; null where there can. */
export async function noScreen(): Promise<string | null> {
  const { noDashboard } = await import('../tui/screen-kind.ts');
  return noDashboard(process.env, { stdin: process.stdin.isTTY === true, stdout: process.stdout.isTTY === true });
}
