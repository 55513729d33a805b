/** In an attempt's signal directory: all that its program has written to standard error, of all turns. */
export const STDERR = 'stderr.log';

/** What a program without turns reads its prompts from. */
export const STDIN = 'stdin.fifo';

const LABEL = 'process:';

/** How an agent without a window is named to people. */
export function labelOf(pid: number | null): string {
  return `${LABEL}${pid ?? '?'}`;
}

/** The agent of an attempt has no window. */
export function isProcessLabel(agent: string | null): boolean {
  return agent?.startsWith(LABEL) === true;
}
