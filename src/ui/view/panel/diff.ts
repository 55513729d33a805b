import { plural, shortCommit } from '../../format.ts';
import { EMPTY_LINE, type Line, type Word, word } from '../../line.ts';
import type { Detail, FileChange } from '../../ports.ts';
import { fitPath, fitText, widthOf } from '../../text/fit.ts';
import { safeText } from '../../text/safe.ts';
import { cells } from '../../text/width.ts';
import type { Scroll, View } from '../view.ts';
import { type Patch, readPatch } from './patch.ts';
import { row, shiftedRow, told } from './rows.ts';
import { joinedScroll, lazyScroll, listScroll, remembered } from './scroll.ts';

type Diff = Extract<Detail, { tab: 'diff' }>;

/** What the task has changed: its files with their counts, then every line. */
export function diffScroll(detail: Diff, view: View, columns: number): Scroll {
  return remembered(detail, [columns, view.ui.panelLeft, view.glyphs], () => {
    const patch = readPatch(detail.lines);
    const { files, lines, omitted } = detail;
    const counts = countCells(files);
    const fileAt = (index: number) => fileLine(files[index] as FileChange, { view, columns, counts, patch });
    const blank = row(view, EMPTY_LINE.words, columns);
    const more =
      omitted === 0
        ? []
        : [row(view, [word(` ${view.glyphs.ellipsis} ${plural(omitted, 'more line')}`, 'quiet')], columns)];
    return joinedScroll([
      listScroll(headLines(detail, view, columns)),
      lazyScroll(files.length, fileAt),
      listScroll(lines.length === 0 ? [] : [blank]),
      lazyScroll(lines.length, (index) => patchLine(lines[index] ?? '', index, { view, columns, patch })),
      listScroll(more),
    ]);
  });
}

function headLines(detail: Diff, view: View, columns: number): Line[] {
  const { files, base, tip, uncommitted, note } = detail;
  const added = files.reduce((sum, file) => sum + (file.added ?? 0), 0);
  const removed = files.reduce((sum, file) => sum + (file.removed ?? 0), 0);
  const range =
    base === null ? '' : `${shortCommit(base)} ${view.glyphs.to} ${tip === null ? 'the worktree' : shortCommit(tip)}`;
  const totals: Word[] = [
    word(` ${plural(files.length, 'file')}`, 'strong'),
    word(`  +${added}`, 'good'),
    word(` ${view.glyphs.minus}${removed}`, 'bad'),
    told(range === '' ? '' : `  ${range}`, 'quiet'),
    ...(uncommitted ? [word('  with work that is not committed', 'warn')] : []),
  ];
  const head = files.length === 0 ? [] : [row(view, totals, columns)];
  return note === null ? head : [...head, row(view, [told(` ${note}`, 'quiet')], columns)];
}

/** Cells that the longest path and the counts of all files need. */
function countCells(files: readonly FileChange[]): {
  readonly path: number;
  readonly added: number;
  readonly removed: number;
  readonly most: number;
} {
  const widest = { path: 0, added: 0, removed: 0, most: 0 };
  for (const { path, added, removed } of files) {
    widest.path = Math.max(widest.path, cells(safeText(path)));
    widest.added = Math.max(widest.added, added === null ? 'bin'.length : String(added).length + 1);
    widest.removed = Math.max(widest.removed, String(removed ?? '').length + 1);
    widest.most = Math.max(widest.most, (added ?? 0) + (removed ?? 0));
  }
  return widest;
}

const BAR = 10;
const NARROWEST_WITH_BAR = 56;

function fileLine(
  file: FileChange,
  {
    view,
    columns,
    counts,
    patch,
  }: { view: View; columns: number; counts: ReturnType<typeof countCells>; patch: Patch },
): Line {
  const { glyphs } = view;
  const { path, added, removed } = file;
  const letter = patch.letters.get(`diff --git a/${path} b/${path}`) ?? 'M';
  const numbers = [
    word(fitText(added === null ? 'bin' : `+${added}`, counts.added, 'right'), added === null ? 'quiet' : 'good'),
    word(` ${fitText(removed === null ? '' : `${glyphs.minus}${removed}`, counts.removed, 'right')}`, 'bad'),
  ];
  const bar = columns < NARROWEST_WITH_BAR ? [] : [word(' '), ...barWords(file, counts.most, glyphs.minus)];
  const room = Math.max(1, columns - 5 - widthOf(numbers) - (bar.length === 0 ? 0 : BAR + 1));
  const name = word(fitPath(safeText(path), Math.min(room, counts.path), 'left', glyphs.ellipsis));
  return row(view, [word(` ${letter} `, 'quiet'), name, word('  '), ...numbers, ...bar], columns);
}

/** Signs in proportion to the file that changed most; what has changed at all has one. */
function barWords({ added, removed }: FileChange, most: number, minus: string): Word[] {
  const long = (count: number | null) =>
    count === null || count === 0 ? 0 : Math.max(1, Math.round((count / most) * (BAR - 1)));
  return [word('+'.repeat(long(added)), 'good'), word(minus.repeat(long(removed)), 'bad')];
}

const NARROWEST_WITH_NUMBERS = 100;

function patchLine(
  text: string,
  index: number,
  { view, columns, patch }: { view: View; columns: number; patch: Patch },
): Line {
  const { tone, ground, ...at } = patch.lineAt(index);
  const shown = told(text, tone, view.ui.panelLeft + columns + BEYOND);
  if (columns < NARROWEST_WITH_NUMBERS) return shiftedRow(view, [shown], columns, ground ?? undefined);
  const number = (of: number | null) => fitText(of === null ? '' : String(of), patch.digits, 'right');
  const gutter = word(`${number(at.old)} ${number(at.new)} `, 'quiet');
  const rest = shiftedRow(view, [shown], columns - widthOf([gutter]));
  return row(view, [gutter, ...rest.words], columns, ground ?? undefined);
}

/** So much more of a line is read than is shown that one that goes on is known to. */
const BEYOND = 64;
