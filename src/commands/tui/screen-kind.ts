/** Why there can be no dashboard here; null where there can. */
export function noDashboard(
  env: NodeJS.ProcessEnv,
  streams: { readonly stdin: boolean; readonly stdout: boolean },
): string | null {
  if (!streams.stdout) return 'the output is no terminal';
  if (!streams.stdin) return 'the input is no terminal';
  if (env.TERM === 'dumb') return 'TERM is dumb';
  // Even one that is empty: so do the tools that set it.
  if (env.CI !== undefined && env.CI !== 'false') return 'CI is set';
  return null;
}

/** Whether the terminal is told to know no more than ASCII. */
export function wantsAscii({ LC_ALL, LC_CTYPE, LANG }: NodeJS.ProcessEnv): boolean {
  const locale = LC_ALL || LC_CTYPE || LANG || '';
  return locale !== '' && !/utf-?8/i.test(locale);
}

/** Terminals that are known to make links of OSC 8; in tmux it passes them on from 3.4. */
export function knowsLinks({
  TERM,
  TERM_PROGRAM,
  VTE_VERSION,
  WT_SESSION,
  KITTY_WINDOW_ID,
  TMUX,
}: NodeJS.ProcessEnv): boolean {
  if (TMUX !== undefined || TERM?.startsWith('screen') || TERM?.startsWith('tmux')) return false;
  if (WT_SESSION !== undefined || KITTY_WINDOW_ID !== undefined) return true;
  if (Number(VTE_VERSION ?? 0) >= 5000) return true;
  return (
    ['iTerm.app', 'WezTerm', 'vscode', 'ghostty', 'Hyper'].includes(TERM_PROGRAM ?? '') ||
    /kitty|alacritty|foot|ghostty/.test(TERM ?? '')
  );
}
