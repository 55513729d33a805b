import type { LiveAgent } from './environments/environment.ts';

/** Lines of its screen that are looked through. */
const SCREEN_LINES = 15;
const MAX_LINES = 6;
const MAX_LINE = 200;

/** What an agent that has ended showed last, to stand behind what is said of its end; empty where it showed nothing. */
export async function lastWords(agent: Pick<LiveAgent, 'lastLines'>): Promise<string> {
  const lines = (await agent.lastLines(SCREEN_LINES)).filter(hasWords).slice(-MAX_LINES);
  if (lines.length === 0) return '';
  return `; its last lines: ${lines.map((line) => line.trim().slice(0, MAX_LINE)).join(' ⏎ ')}`;
}

/** Frames and rules tell nothing. */
export function hasWords(line: string): boolean {
  return /[\p{L}\p{N}]/u.test(line);
}
