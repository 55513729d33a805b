import { setTimeout as delay } from 'node:timers/promises';
import type { BenchTerminal } from './terminal.ts';

/** Milliseconds from each key to its frame. */
export interface KeyTimes {
  readonly ours: readonly number[];
  /** The same for a terminal that does nothing but send back what is typed. */
  readonly echo: readonly number[];
}

export interface Typing {
  readonly terminal: BenchTerminal;
  readonly echo: BenchTerminal;
  /** The key that is pressed as the n-th one; each must move the cursor of the list. */
  readonly key: (n: number) => string;
  /** Milliseconds before the n-th one. */
  readonly pause: (n: number) => number;
}

/** Presses keys until `isOver`, each when the frame of the one before is there. */
export async function pressKeys(
  { terminal, echo, key, pause }: Typing,
  isOver: (n: number) => boolean,
): Promise<KeyTimes> {
  const times = { ours: [] as number[], echo: [] as number[] };
  for (let n = 0; !isOver(n); n++) {
    await delay(pause(n));
    times.echo.push(await pressEcho(echo, n));
    const before = cursorRow(terminal.lines());
    times.ours.push(await terminal.press(key(n), (lines) => cursorRow(lines) !== before));
  }
  return times;
}

/** At no fixed distance from the ticks of a clock. */
export function unevenPause(n: number): number {
  return 40 + ((n * 37) % 200);
}

/** A program that sends back what is typed, as it comes. */
export const ECHO = ['sh', '-c', 'stty raw -echo; echo ready; exec cat'] as const;

async function pressEcho(echo: BenchTerminal, n: number): Promise<number> {
  const letter = String.fromCharCode(97 + (n % 26));
  // Back to the beginning of the line before each: the screen never scrolls.
  return await echo.press(`\r${letter}`, (lines) => lines[1] === letter);
}

/** The row of the list under the cursor, by its first words; empty where there is none. */
function cursorRow(lines: readonly string[]): string {
  return lines.find((line) => line.startsWith('❯'))?.slice(0, 24) ?? '';
}
