import fc from 'fast-check';
import { describe, expect, it } from 'vitest';
import { type Line, line, type Tone, type Word, word } from '../../src/ui/line.ts';
import { paint } from '../../src/ui/paint.ts';
import { clip, fit as fitWords } from '../../src/ui/text/fit.ts';
import { safeText } from '../../src/ui/text/safe.ts';
import { styledWords } from '../../src/ui/text/sgr.ts';
import { createTheme } from '../../src/ui/theme.ts';
import { hostileText } from '../support/hostile-text.ts';
import { createScreen, type Screen } from '../support/screen.ts';

const dark = createTheme('dark', 'true');
const noColours = createTheme('dark', 'none');

/** The line on a screen of its own: what a person sees of it. */
async function shown(painted: Line, width: number, theme = dark, links = true): Promise<Screen> {
  const screen = createScreen(width + 5, 2);
  await screen.write(`${paint(painted, width, theme, links)}|`);
  return screen;
}

describe('paint', () => {
  it('gives plain words as they are, filled up or cut to the width', () => {
    expect(paint(line([word('ab'), word('cd')]), 6, dark, false)).toBe('abcd  ');
    expect(paint(line([word('ab'), word('cd')]), 3, dark, false)).toBe('abc');
    expect(paint(line([word('漢字')]), 3, dark, false)).toBe('漢 ');
    expect(paint(line([word('ab')]), 0, dark, false)).toBe('');
  });

  it('gives each word its own look and leaves none behind', async () => {
    const screen = await shown(line([word('a', 'bad'), word('b'), word('c', 'strong')]), 4);
    const cells = screen.cellsOf(0);
    expect(cells.slice(0, 5).map((cell) => [cell.text, cell.foreground, cell.bold])).toEqual([
      ['a', '#ff7b72', false],
      ['b', 'default', false],
      ['c', 'default', true],
      [' ', 'default', false],
      ['|', 'default', false],
    ]);
    screen.dispose();
  });

  it('lays a ground from edge to edge, and nowhere else', async () => {
    const screen = await shown(line([word('a', 'good'), word('b')], 'selected'), 6);
    const cells = screen.cellsOf(0);
    expect(new Set(cells.slice(0, 6).map((cell) => cell.background))).toEqual(new Set(['#21304a']));
    expect(cells.slice(6, 8).map((cell) => cell.background)).toEqual(['default', 'default']);
    expect(cells[0]?.foreground).toBe('#56d364');
    expect(cells[1]?.foreground).toBe('#f0f6fc');
    screen.dispose();
  });

  it("keeps the ground behind an agent's colours, which end with their word", async () => {
    const words = [...styledWords('\x1b[1;31mred\x1b[0m\x1b[42m on green'), word(' own', 'good')];
    const screen = await shown(line(words, 'selected'), 20);
    const cells = screen.cellsOf(0);
    expect(cells[0]).toMatchObject({ foreground: '1', background: '#21304a', bold: true });
    expect(cells[5]).toMatchObject({ foreground: '#f0f6fc', background: '2', bold: false });
    expect(cells[14]).toMatchObject({ foreground: '#56d364', background: '#21304a', bold: false });
    expect(cells[19]).toMatchObject({ background: '#21304a' });
    screen.dispose();
  });

  it("shows no colours without colours, not even an agent's", async () => {
    const words = [word('a', 'bad'), ...styledWords('\x1b[4;38;5;208;41mb'), word('c', 'quiet')];
    const screen = await shown(line(words), 3, noColours);
    const cells = screen.cellsOf(0);
    for (const cell of cells) expect([cell.foreground, cell.background]).toEqual(['default', 'default']);
    expect(cells.slice(0, 3)).toMatchObject([{ bold: true }, { underline: true }, { dim: true }]);
    screen.dispose();
  });

  it('inverts a selected row without colours, and lets no tone break it up', async () => {
    const screen = await shown(line([word('a', 'bad'), word('b', 'quiet')], 'selected'), 3, noColours);
    expect(screen.cellsOf(0).slice(0, 4)).toMatchObject([
      { inverse: true, bold: true },
      { inverse: true, dim: false },
      { inverse: true },
      { inverse: false },
    ]);
    screen.dispose();
  });

  it('links only where links are known, and only to what is surely an address', async () => {
    const pull: Word = { text: '#32', tone: 'accent', link: 'https://example.com/pull/32' };
    const open = await shown(line([pull]), 5);
    expect(open.effects.links).toEqual(['https://example.com/pull/32']);
    const closed = await shown(line([pull]), 5, dark, false);
    expect(closed.effects.links).toEqual([]);
    for (const link of [
      'file:///etc/passwd',
      'javascript:x',
      'https://x\x1b\\\x1b]0;t\x07',
      'https://x y',
      'https://',
    ]) {
      expect(paint(line([{ ...pull, link }]), 3, dark, true)).not.toContain('\x1b]');
    }
    open.dispose();
    closed.dispose();
  });

  it('paints the same line only once', () => {
    const painted: Word[] = [word('a', 'bad')];
    const one = line(painted);
    const first = paint(one, 3, dark, false);
    painted[0] = word('b', 'bad');
    expect(paint(one, 3, dark, false)).toBe(first);
    expect(paint(one, 2, dark, false)).toContain('b');
    expect(paint(one, 2, noColours, false)).not.toContain('38;');
  });

  it('keeps hostile text in its cells, with a marker behind it in its column', async () => {
    const tones: Tone[] = ['plain', 'bad', 'quiet', 'match'];
    const lines = fc
      .sample(fc.tuple(hostileText, hostileText, hostileText), { numRuns: 400, seed: 11 })
      .map((texts) => {
        const [name, output, cutThrough] = texts;
        const words = [
          ...fitWords([word(safeText(name), tones[name.length % tones.length])], 16),
          ...fitWords(styledWords(output), 12, 'right'),
          ...clip(styledWords(cutThrough), 1, 11),
        ];
        return line([...words, word('|', 'strong')], name.length % 3 === 0 ? 'selected' : undefined);
      });
    const screen = createScreen(60, lines.length + 2);
    const before = { modes: new Set(screen.modes), effects: structuredClone(screen.effects) };
    for (const [row, each] of lines.entries()) {
      await screen.write(`${paint(each, 39, dark, true)}!`);
      expect(screen.cursor()).toEqual({ column: 40, row });
      await screen.write('\r\n');
    }
    for (const row of lines.keys()) {
      const cells = screen.cellsOf(row);
      expect([cells[38]?.text, cells[38]?.bold, cells[39]?.text, cells[39]?.background]).toEqual([
        '|',
        true,
        '!',
        'default',
      ]);
      expect(cells.slice(40).every((cell) => cell.text === ' ')).toBe(true);
    }
    expect(screen.effects).toEqual(before.effects);
    expect(screen.modes).toEqual(before.modes);
    expect(screen.alternate()).toBe(false);
    screen.dispose();
  });
});
