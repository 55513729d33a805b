import { styleText } from 'node:util';
import type { Finding, FindingGroup, FindingLevel } from '../steps/checks/finding.ts';
import { plural } from '../ui/format.ts';
import { oneLine } from './event-line.ts';
import { type Cell, type Colour, type Paint, textTable } from './text-table.ts';

const COLOURS: Readonly<Record<FindingLevel, Colour>> = { ok: 'green', warn: 'yellow', fail: 'red' };

/** What was looked at, a line each, below it what mends it; the total at the end. */
export function checkLines(groups: readonly FindingGroup[], colour: boolean): string[] {
  const paint: Paint = (name, text) => (colour ? styleText(name, text, { validateStream: false }) : text);
  const all = groups.flatMap(({ findings }) => findings);
  const width = Math.max(0, ...all.map(({ what }) => oneLine(what).length));
  const sections = groups.flatMap(({ title, findings }) => [
    paint('bold', title),
    ...findings.flatMap((finding) => findingLines(finding, width, paint)),
    '',
  ]);
  return [...sections, totalLine(all, paint)];
}

function findingLines({ level, what, detail, fix }: Finding, width: number, paint: Paint): string[] {
  const row: Cell[] = [{ text: level.padEnd(4), colour: COLOURS[level] }, oneLine(what).padEnd(width), oneLine(detail)];
  const [line = ''] = textTable([row], paint);
  const indent = ' '.repeat(2 + 4 + 2 + width + 2);
  return [`  ${line}`, ...(fix === null ? [] : [`${indent}fix: ${oneLine(fix)}`])];
}

function totalLine(findings: readonly Finding[], paint: Paint): string {
  const of = (wanted: FindingLevel) => findings.filter(({ level }) => level === wanted).length;
  const [failed, warned] = [of('fail'), of('warn')];
  const warnings = warned === 0 ? '' : `, ${plural(warned, 'warning')}`;
  if (failed === 0) return paint(warned === 0 ? 'green' : 'yellow', `a run can start${warnings}`);
  return paint('red', `a run cannot start: ${plural(failed, 'thing')} to mend${warnings}`);
}

/** The same for scripts. */
export function checkJson(groups: readonly FindingGroup[]): object {
  const findings = groups.flatMap(({ title, findings }) =>
    findings.map(({ level, what, detail, fix }) => ({ group: title.toLowerCase(), level, what, detail, fix })),
  );
  return { ok: isUsable(groups), findings };
}

/** Whether a run could start. */
export function isUsable(groups: readonly FindingGroup[]): boolean {
  return groups.every(({ findings }) => findings.every(({ level }) => level !== 'fail'));
}
