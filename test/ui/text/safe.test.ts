import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeText } from '../../../src/ui/text/safe.ts';
import { cells } from '../../../src/ui/text/width.ts';
import { hostileText } from '../../support/hostile-text.ts';
import { createScreen } from '../../support/screen.ts';

describe('safeText', () => {
  it.each([
    ['OSC 52 with BEL', 'a\x1b]52;c;QUJD\x07b', 'ab'],
    ['a title with ST', 'a\x1b]0;title\x1b\\b', 'ab'],
    ['a link, but not its text', '\x1b]8;;https://x\x1b\\text\x1b]8;;\x1b\\', 'text'],
    ['an OSC that is cut short', 'a\x1b]0;title', 'a'],
    ['an OSC no further than its line', 'a\x1b]0;title\nb', 'a b'],
    ['an OSC that another sequence breaks off', 'a\x1b]0;title\x1b[31mb', 'ab'],
    ['CSI with private and intermediate bytes', 'a\x1b[?1049hb\x1b[2 qc', 'abc'],
    ['a CSI that is cut short', 'a\x1b[31', 'a'],
    ['a CSI that a letter of another script breaks off', 'a\x1b[31é', 'aé'],
    ['DCS, APC, PM and SOS', 'a\x1bPq#0\x1b\\b\x1b_G\x1b\\c\x1b^p\x1b\\d\x1bXs\x1b\\e', 'abcde'],
    ['SS3 with its key', 'a\x1bOPb', 'ab'],
    ['a choice of character set', 'a\x1b(0b', 'ab'],
    ['a reset, and an ESC by itself', 'a\x1bcb\x1b', 'ab'],
    ['8-bit CSI, OSC and DCS', 'a\x9b31mb\x9d0;t\x9cc\x90q\x9cd', 'abcd'],
    ['bells, backspaces, NUL, DEL', 'a\x07\b\0\x7fb', 'ab'],
    ['BiDi marks, overrides and isolates', 'a\u202e\u200f\u2066b\u061c', 'ab'],
    ['zero width and invisible characters', 'a\u200b\u2060\ufeff\u00ad\u034f\u3164b', 'ab'],
    ['variation selectors and the keycap', '1\ufe0f\u20e3 ❤\ufe0f', '1 ❤'],
    ['skin tones', '👍🏽', '👍'],
    ['tags', '🏴\u{e0067}\u{e0062}\u{e007f}', '🏴'],
    ['marks with nothing to stand on', '\u0301a', 'a'],
  ])('takes out %s', (_, text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  it.each([
    ['line ends to blanks', 'a\nb\rc\u2028d\x85e', 'a b c d e'],
    ['a tab to blanks', 'a\tb', 'a    b'],
    ['a joined emoji to its parts', '👨\u200d👩\u200d👧', '👨👩👧'],
    ['flags to letters', '🇩🇪', 'DE'],
    ['sara am to its halves', 'กำ', 'ก\u0e4d\u0e32'],
    ['Hangul in parts to syllables', '\u1112\u1161\u11ab', '한'],
    ['lone surrogates to one that says so', 'a\ud800b\udc00', 'a\ufffdb\ufffd'],
    ['what each counts differently', '\u{1fae8}\u4dc0\u0c3c', '\ufffd\ufffd\ufffd'],
    ['a tower of marks to three', 'a\u0316\u0317\u0318\u0319\u031a', 'a\u0316\u0317\u0318'],
  ])('turns %s', (_, text, expected) => {
    expect(safeText(text)).toBe(expected);
  });

  it('leaves alone what is safe', () => {
    for (const text of [
      'plain ~ text',
      'Grüße, żółć',
      '漢字かな交じり文',
      '한국어',
      'ทดสอบ',
      'שלום',
      '😀 ✔ ● ■ ❯ │ …',
    ]) {
      expect(safeText(text)).toBe(text.normalize('NFC'));
    }
  });

  it('reads no further than it is told, whatever a line is made of', () => {
    expect(safeText('x'.repeat(1_000_000), 10)).toBe('x'.repeat(10));
    expect(safeText(`${'\x1b[31m'.repeat(200_000)}seen`, 10)).toBe('');
    expect(safeText(`\x1b]0;${'t'.repeat(1_000_000)}\x07seen`, 10)).toBe('');
    expect(safeText('漢'.repeat(1_000_000), 10)).toBe('漢'.repeat(10));
    expect(safeText('abc😀', 4)).toBe('abc');
  });

  it('leaves nothing that controls, joins or is invisible, and is done at once', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const safe = safeText(text);
        expect(safe).not.toMatch(/[\p{Cc}\p{Cf}\p{Cs}\p{Default_Ignorable_Code_Point}]/u);
        expect(safeText(safe)).toBe(safe);
      }),
      { numRuns: 500 },
    );
  });

  it('makes texts that can be put together: none joins the one before it', () => {
    fc.assert(
      fc.property(hostileText, hostileText, (one, other) => {
        const [left, right] = [safeText(one), safeText(other)];
        expect(cells(left + right)).toBe(cells(left) + cells(right));
      }),
      { numRuns: 500 },
    );
  });

  it('lets through only characters that take as many cells in xterm as are counted', async () => {
    const texts: string[] = [];
    for (let code = 0xa0; code <= 0x10ffff; code += code < 0x3100 ? 1 : 29) {
      const text = safeText(`a${String.fromCodePoint(code)}`);
      if (text.length > 1 && !text.endsWith('\ufffd')) texts.push(text);
    }
    expect(texts.length).toBeGreaterThan(10_000);
    await expectSameCells(texts);
  });

  it('counts mixtures of characters as xterm does', async () => {
    const safe = fc.sample(hostileText, { numRuns: 1000, seed: 4 }).map((text) => safeText(text, 60));
    await expectSameCells(safe.filter((text) => text !== ''));
  });
});

/** Draws each text in a row of its own, with a marker behind it, and looks where the marker is. */
async function expectSameCells(texts: readonly string[]): Promise<void> {
  const screen = createScreen(260, texts.length + 1);
  await screen.write(texts.map((text) => `${text}\x1b[1m|\x1b[0m\r\n`).join(''));
  const wrong = texts.filter((text, row) => {
    const marker = screen.cellsOf(row).findIndex((cell) => cell.bold);
    return marker !== cells(text);
  });
  screen.dispose();
  expect(wrong).toEqual([]);
}
