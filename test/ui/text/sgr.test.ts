import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { safeText } from '../../../src/ui/text/safe.ts';
import { styledLines, styledWords } from '../../../src/ui/text/sgr.ts';
import { hostileText } from '../../support/hostile-text.ts';

describe('styledWords', () => {
  it.each([
    ['1;3;4;7;9', '1;3;4;7;9'],
    ['2', '2'],
    ['31', '31'],
    ['97;104', '97;104'],
    ['38;5;208', '38;5;208'],
    ['48;2;1;2;3', '48;2;1;2;3'],
    ['38:5:208', '38;5;208'],
    ['38:2:1:2:3', '38;2;1;2;3'],
    ['38:2::1:2:3', '38;2;1;2;3'],
    ['38:2:0:1:2:3', '38;2;1;2;3'],
    ['4:3', '4'],
    ['1;4;4:0', '1'],
    ['58;5;1;31', '31'],
    ['58:2::1:2:3;31', '31'],
    ['21', '4'],
    ['5;6;8;11;31', '31'],
    ['38;5;999;1', '1'],
    ['38;5', undefined],
    ['38', undefined],
    ['1;31;0', undefined],
    ['1;31;', undefined],
    ['1;2;22;3', '3'],
    ['31;39;41;49', undefined],
  ])('reads the parameters %s as %s', (parameters, sgr) => {
    expect(styledWords(`\x1b[${parameters}mx`)).toEqual([
      sgr === undefined ? { text: 'x', tone: 'plain' } : { text: 'x', tone: 'plain', sgr },
    ]);
  });

  it('keeps one word for one look, and looks for as long as they last', () => {
    expect(styledWords('a\x1b[31mb\x1b[2Jc\x1b[1md\x1b[me')).toEqual([
      { text: 'a', tone: 'plain' },
      { text: 'bc', tone: 'plain', sgr: '31' },
      { text: 'd', tone: 'plain', sgr: '1;31' },
      { text: 'e', tone: 'plain' },
    ]);
  });

  it('takes no other sequence that ends in m for colours', () => {
    expect(styledWords('\x1b[>4;2m\x1b[?4mx\x1b[ mz')).toEqual([{ text: 'xz', tone: 'plain' }]);
  });

  it('stops reading at its limit', () => {
    expect(styledWords(`\x1b[31m${'x'.repeat(1_000_000)}`, 5)).toEqual([{ text: 'xxxxx', tone: 'plain', sgr: '31' }]);
    expect(styledWords('\x1b[31m'.repeat(300_000).concat('x'), 5)).toEqual([]);
  });

  it('shows the same text as without colours', () => {
    fc.assert(
      fc.property(hostileText, (text) => {
        const words = styledWords(text);
        const shown = words.map((part) => part.text).join('');
        // What a sequence has parted, such as a letter and its mark, is put together only where the sequence leaves no trace.
        const bare = (safe: string) => safe.normalize('NFD').replace(/[^ -~]/g, '');
        expect(bare(shown)).toBe(bare(safeText(text)));
        for (const part of words) expect(part.sgr ?? '0').toMatch(/^\d+(?:;\d+)*$/);
      }),
      { numRuns: 500 },
    );
  });
});

describe('styledLines', () => {
  it('carries colours over to the lines that follow', () => {
    expect(styledLines(['a\x1b[32mb', 'c', '\x1b[0md'])).toEqual([
      [
        { text: 'a', tone: 'plain' },
        { text: 'b', tone: 'plain', sgr: '32' },
      ],
      [{ text: 'c', tone: 'plain', sgr: '32' }],
      [{ text: 'd', tone: 'plain' }],
    ]);
  });
});
