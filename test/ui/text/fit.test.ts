import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Word, word } from '../../../src/ui/line.ts';
import { clip, fitPath, fitText, fit as fitWords, widthOf } from '../../../src/ui/text/fit.ts';
import { safeText } from '../../../src/ui/text/safe.ts';
import { cells } from '../../../src/ui/text/width.ts';
import { wrap, wrapWords } from '../../../src/ui/text/wrap.ts';
import { hostileText } from '../../support/hostile-text.ts';

const safeWords: fc.Arbitrary<Word[]> = fc.array(
  hostileText.map((text) => word(safeText(text), 'good')),
  { maxLength: 4 },
);
const widths = fc.integer({ min: 0, max: 30 });

function textOf(words: readonly Word[]): string {
  return words.map((part) => part.text).join('');
}

describe('fit', () => {
  it('fills with blanks on the other side', () => {
    expect(textOf(fitWords([word('ab', 'bad'), word('c')], 6))).toBe('abc   ');
    expect(textOf(fitWords([word('ab', 'bad'), word('c')], 6, 'right'))).toBe('   abc');
  });

  it('cuts with an ellipsis that looks like the word it cuts', () => {
    expect(fitWords([word('abc', 'bad'), word('defgh', 'good'), word('ij')], 6)).toEqual([
      word('abc', 'bad'),
      word('de…', 'good'),
    ]);
    expect(textOf(fitWords([word('abcdef')], 5, 'right', '~'))).toBe('abcd~');
    expect(textOf(fitWords([word('abcdef')], 5, 'left', '...'))).toBe('ab...');
    expect(textOf(fitWords([word('abcdef')], 2, 'left', '...'))).toBe('..');
  });

  it('leaves a blank where half a wide character would be', () => {
    expect(textOf(fitWords([word('漢字かな')], 6))).toBe('漢字… ');
    expect(textOf(fitWords([word('漢字')], 3))).toBe('漢…');
    expect(textOf(fitWords([word('漢字')], 1))).toBe('…');
  });

  it('takes exactly as many cells as it is given, with any words', () => {
    fc.assert(
      fc.property(safeWords, widths, fc.constantFrom('left', 'right'), (words, width, align) => {
        const fitted = fitWords(words, width, align);
        expect(widthOf(fitted)).toBe(width);
        expect(cells(textOf(fitted))).toBe(width);
        expect(cells(fitText(textOf(words), width, align))).toBe(width);
        expect(cells(fitPath(textOf(words), width, align))).toBe(width);
      }),
      { numRuns: 300 },
    );
  });
});

describe('fitPath', () => {
  it.each([
    ['src/ui/text/fit.ts', 18, 'src/ui/text/fit.ts'],
    ['src/ui/text/fit.ts', 17, '…/ui/text/fit.ts '],
    ['src/ui/text/fit.ts', 12, '…/fit.ts    '],
    ['src/ui/text/fit.ts', 8, '…/fit.ts'],
    ['src/ui/text/fit.ts', 7, 'fit.ts '],
    ['src/ui/text/fit.ts', 4, 'fit…'],
    ['/etc/passwd', 10, '…/passwd  '],
    ['a-long-name.ts', 6, 'a-lon…'],
    ['a/folder/', 8, 'folder/ '],
  ])('shows %s in %i cells as "%s"', (path, width, expected) => {
    expect(fitPath(path, width)).toBe(expected);
  });
});

describe('clip', () => {
  it('gives the cells between two columns, with their words', () => {
    const words = [word('abc', 'bad'), word('defg', 'good')];
    expect(clip(words, 2, 5)).toEqual([word('c', 'bad'), word('de', 'good')]);
    expect(textOf(clip(words, 5, 10))).toBe('fg   ');
    expect(textOf(clip(words, 20, 23))).toBe('   ');
    expect(clip(words, 3, 3)).toEqual([]);
  });

  it('shows blanks for the halves of wide characters at both edges', () => {
    expect(textOf(clip([word('漢字かな')], 1, 7))).toBe(' 字か ');
    expect(textOf(clip([word('漢')], 1, 2))).toBe(' ');
  });

  it('is exact, and its parts side by side are the whole', () => {
    fc.assert(
      fc.property(safeWords, widths, widths, (words, one, other) => {
        const [from, to] = [Math.min(one, other), Math.max(one, other)];
        expect(widthOf(clip(words, from, to))).toBe(to - from);
        expect(widthOf([...clip(words, 0, from), ...clip(words, from, to)])).toBe(to);
      }),
      { numRuns: 300 },
    );
  });
});

describe('wrap', () => {
  it('breaks at blanks, and long words where it must', () => {
    expect(wrap('the quick brown fox', 10)).toEqual(['the quick', 'brown fox']);
    expect(wrap('a  b', 10)).toEqual(['a  b']);
    expect(wrap('  indented text', 10)).toEqual(['  indented', 'text']);
    expect(wrap('see abcdefghijklm now', 5)).toEqual(['see', 'abcde', 'fghij', 'klm', 'now']);
    expect(wrap('漢字かな', 5)).toEqual(['漢字', 'かな']);
    expect(wrap('', 5)).toEqual(['']);
    expect(wrap('漢a', 1)).toEqual([' ', 'a']);
  });

  it('keeps words together that no blank parts, whatever their tones', () => {
    const rows = wrapWords([word('see '), word('file.ts', 'strong'), word(', then go')], 10);
    expect(rows.map(textOf)).toEqual(['see', 'file.ts,', 'then go']);
    expect(rows[1]?.[0]).toEqual(word('file.ts', 'strong'));
  });

  it('makes no row too wide and loses no character but blanks', () => {
    fc.assert(
      fc.property(safeWords, fc.integer({ min: 2, max: 30 }), (words, width) => {
        const rows = wrapWords(words, width);
        for (const row of rows) expect(widthOf(row)).toBeLessThanOrEqual(width);
        const solid = (text: string) => text.replaceAll(' ', '');
        expect(solid(rows.map(textOf).join(''))).toBe(solid(textOf(words)));
      }),
      { numRuns: 300 },
    );
  });
});
