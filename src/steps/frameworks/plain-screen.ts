import type { Screen } from './framework.ts';

/** Out of what `capture-pane -p` printed: hard and other wide blanks are plain ones, and nothing blank is at an end. */
export function plainScreen(captured: string, title: string): Screen {
  const lines = captured.split('\n').map((line) => line.replace(/[^\S\n]/gu, ' ').trimEnd());
  return { lines: lines.slice(0, lines.findLastIndex((line) => line !== '') + 1), title };
}
