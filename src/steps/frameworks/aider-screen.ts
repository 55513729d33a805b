import type { PresetData } from '../../core/frameworks/preset-data.ts';
import type { Screen } from './framework.ts';
import { type ScreenReader, screenReader } from './read-screen.ts';
import { report } from './report.ts';

const PROMPT = /^(?:[a-z-]+ )?(?:[a-z-]+)?>(?: |$)/u;
const SHELL = /[$#%❯]$/u;
const QUESTION = /\[(?:Yes|No)\]:$/u;

/**
 * Aider has no box: what was typed scrolls up with all the rest, and its prompt is the last line exactly while it waits. So
 * a prompt with anything below it was sent, and Aider works on it, even where it only prints an answer.
 */
export function aiderReader(data: PresetData): ScreenReader {
  const byPatterns = screenReader(data);
  return (screen, now) => {
    const reading = byPatterns(arranged(screen), now);
    const state = reading.report?.state ?? 'idle';
    if (reading.input !== null || reading.dialog !== null || state !== 'idle') return reading;
    return { ...reading, report: isAnswering(screen.lines) ? report('working') : null };
  };
}

/**
 * While it waits its prompt is the last one, and tells those that were sent before; else all of them are words like others.
 * The lines of one that was pasted begin with a dot.
 */
function arranged(screen: Screen): Screen {
  const { lines } = screen;
  const last = lines.findLastIndex((line) => PROMPT.test(line));
  const isOpen = last !== -1 && lines.slice(last + 1).every((line) => line === '' || /^\.(?: |$)/u.test(line));
  return {
    ...screen,
    lines: lines.map((line, at) => {
      if (isOpen && at > last) return line.replace(/^\./u, ' ');
      return PROMPT.test(line) && !isOpen ? `· ${line}` : line;
    }),
  };
}

/** A shell's prompt behind it says that it has ended. */
function isAnswering(lines: readonly string[]): boolean {
  const last = lines.at(-1) ?? '';
  return !SHELL.test(last) && !QUESTION.test(last) && lines.some((line) => PROMPT.test(line) && /> \S/u.test(line));
}
