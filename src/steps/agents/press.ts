import { type AgentAccess, look } from './agent-access.ts';
import { until } from './pause.ts';

/** Milliseconds. A program under load takes its time; a second press would move its mark too far. */
const SHOWS = 10_000;

/**
 * Presses the keys one by one, each when the one before it has shown on the screen: the next would choose wrongly before
 * the mark has moved. Stops, and is false, where a key shows nothing; null when the agent is gone.
 */
export async function pressInTurn(
  access: AgentAccess,
  keys: readonly string[],
  signal: AbortSignal,
): Promise<boolean | null> {
  for (const [at, key] of keys.entries()) {
    const before = await look(access);
    if (before === null || !(await access.terminal.press([key]))) return null;
    if (at === keys.length - 1) break;
    const shown = before.lines.join('\n');
    const seen = await until(access, SHOWS, signal, async () => {
      const after = await look(access);
      if (after === null) return 'gone';
      return after.lines.join('\n') !== shown || isMarked(after.lines, key) ? 'shown' : null;
    });
    if (seen === 'gone') return null;
    if (seen === null) return false;
  }
  return true;
}

/** The choice of this number has the mark, perhaps since before. */
function isMarked(lines: readonly string[], key: string): boolean {
  return /^\d$/.test(key) && lines.some((line) => new RegExp(`^[\\s│┃|]*[❯›>●→▶•◉*]\\s*${key}[.)] `, 'u').test(line));
}
