import { MAX_CHOICE, MAX_CHOICES } from '../../core/attention.ts';
import type { ScreenReader } from './read-screen.ts';

const MARKED = /^(?<blank>\s*)❯ (?<text>\S.*)$/u;

/** For questions whose choices bear no numbers: those of the list in which one is marked. */
export function withListedChoices(read: ScreenReader): ScreenReader {
  return (screen, now) => {
    const reading = read(screen, now);
    if (reading.report?.state !== 'waiting_input' || reading.report.choices.length > 0) return reading;
    return { ...reading, report: { ...reading.report, choices: listed(screen.lines) } };
  };
}

function listed(lines: readonly string[]): string[] {
  const at = lines.findLastIndex((line) => MARKED.test(line));
  if (at === -1) return [];
  const indent = (MARKED.exec(lines[at] ?? '')?.groups?.blank ?? '').length + 2;
  const isOther = (line: string) => line.search(/\S/u) === indent;
  const first = lines.slice(0, at).findLastIndex((line) => !isOther(line)) + 1;
  const after = lines.slice(at + 1).findIndex((line) => !isOther(line));
  const end = after === -1 ? lines.length : at + 1 + after;
  return lines
    .slice(first, end)
    .map((line) => line.replace(/^\s*(?:❯ )?/u, '').slice(0, MAX_CHOICE))
    .slice(0, MAX_CHOICES);
}
