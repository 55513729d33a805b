import { describe, expect, it } from 'vitest';
import { colourSgr, type Rgb, readColour, rgbOf, rgbOfColour } from '../../src/ui/colour.ts';
import { ASCII, type Glyphs, UNICODE } from '../../src/ui/glyphs.ts';
import type { Ground, Tone } from '../../src/ui/line.ts';
import { safeText } from '../../src/ui/text/safe.ts';
import { cells } from '../../src/ui/text/width.ts';
import { createTheme, depthOf, themeFor } from '../../src/ui/theme.ts';
import { createScreen } from '../support/screen.ts';

const TONES: Tone[] = ['plain', 'quiet', 'strong', 'good', 'bad', 'warn', 'live', 'accent', 'match'];
const GROUNDS: Ground[] = ['selected', 'bar', 'dialog', 'added', 'removed'];

describe('the colours of themes', () => {
  it.each([
    ['dark', 'true'],
    ['dark', '256'],
    ['light', 'true'],
    ['light', '256'],
  ] as const)('of the %s theme can be read in %s colours on every ground', (name, depth) => {
    const theme = createTheme(name, depth);
    const page = rgbOf(name === 'dark' ? '#0d1117' : '#ffffff');
    for (const ground of [undefined, ...GROUNDS]) {
      const under = coloursOf(ground === undefined ? '' : theme.ground(ground));
      for (const tone of TONES) {
        const letters = coloursOf(theme.tone(tone, ground)).foreground ?? under.foreground;
        if (letters === undefined) continue;
        const contrast = contrastOf(letters, under.background ?? page);
        expect(contrast, `${tone} on ${ground ?? 'the page'}`).toBeGreaterThanOrEqual(4.5);
      }
    }
  });

  it('tell all tones that are not plain apart, by colour or by weight', () => {
    for (const depth of ['16', '256', 'true'] as const) {
      for (const name of ['dark', 'light'] as const) {
        const theme = createTheme(name, depth);
        expect(new Set(TONES.map((tone) => theme.tone(tone))).size).toBe(TONES.length);
      }
    }
  });

  it('are none at all without colours', () => {
    const theme = createTheme('dark', 'none');
    for (const sgr of [...TONES.map((tone) => theme.tone(tone)), ...GROUNDS.map((ground) => theme.ground(ground))]) {
      expect(sgr).toMatch(/^(?:[1247](?:;[1247])*)?$/);
    }
    expect(theme.agent('1;31;48;2;1;2;3;4')).toBe('1;4');
  });

  it("give an agent's colours in what the terminal has", () => {
    expect(createTheme('dark', 'true').agent('38;2;255;135;0')).toBe('38;2;255;135;0');
    expect(createTheme('dark', '256').agent('1;38;2;255;135;0;42')).toBe('1;38;5;208;42');
    expect(createTheme('dark', '16').agent('38;5;196;48;5;16')).toBe('91;40');
  });

  it('are those that a person wants instead, weights and all', () => {
    const theme = createTheme('dark', 'true', { accent: '#102030', good: 208, bad: 'bright-blue' });
    expect([theme.tone('accent'), theme.tone('good'), theme.tone('bad')]).toEqual([
      '1;38;2;16;32;48',
      '38;5;208',
      '94',
    ]);
    expect(createTheme('dark', 'none', { bad: 'red' }).tone('bad')).toBe('1');
  });
});

describe('colours', () => {
  it('are read as people write them', () => {
    expect(readColour('red')).toEqual({ kind: 'ansi', index: 1 });
    expect(readColour('brightCyan')).toEqual({ kind: 'ansi', index: 14 });
    expect(readColour('grey')).toEqual({ kind: 'ansi', index: 8 });
    expect(readColour('#0a0B0c')).toEqual({ kind: 'rgb', rgb: [10, 11, 12] });
    expect(readColour('208')).toEqual({ kind: 'palette', index: 208 });
    for (const wrong of ['reddish', '#12345', '256', '-1', '', 'bright', 256, 1.5, -1]) {
      expect(readColour(wrong)).toBeUndefined();
    }
  });

  it('become the nearest ones that the terminal has', () => {
    expect(colourSgr({ kind: 'rgb', rgb: [0, 0, 96] }, 'background', '256')).toBe('48;5;17');
    expect(colourSgr({ kind: 'rgb', rgb: [250, 10, 10] }, 'foreground', '16')).toBe('91');
    expect(colourSgr({ kind: 'palette', index: 250 }, 'foreground', 'none')).toBe('');
  });
});

describe('themeFor', () => {
  const look = (env: Record<string, string>, choice: 'auto' | 'dark' | 'light' = 'auto') => {
    const { name, depth } = themeFor({ choice, env });
    return `${name} ${depth}`;
  };

  it('takes as many colours as the terminal says it has', () => {
    expect(depthOf({ TERM: 'xterm-256color', COLORTERM: 'truecolor' })).toBe('true');
    expect(depthOf({ TERM: 'tmux-256color' })).toBe('256');
    expect(depthOf({ TERM: 'xterm' })).toBe('16');
    expect(depthOf({ TERM: 'dumb', COLORTERM: 'truecolor' })).toBe('none');
    expect(depthOf({ TERM: 'xterm-256color', NO_COLOR: '1' })).toBe('none');
    expect(depthOf({ TERM: 'xterm-256color', NO_COLOR: '' })).toBe('256');
  });

  it('is dark unless the terminal or the person says light', () => {
    expect(look({ TERM: 'xterm' })).toBe('dark 16');
    expect(look({ TERM: 'xterm', COLORFGBG: '0;15' })).toBe('light 16');
    expect(look({ TERM: 'xterm', COLORFGBG: '0;default;7' })).toBe('light 16');
    expect(look({ TERM: 'xterm', COLORFGBG: '15;0' })).toBe('dark 16');
    expect(look({ TERM: 'xterm', COLORFGBG: '0;15' }, 'dark')).toBe('dark 16');
    expect(look({ TERM: 'xterm', COLORFGBG: '15;0' }, 'light')).toBe('light 16');
    expect(themeFor({ choice: 'auto', env: { COLORFGBG: '15;0' }, background: 'light' }).name).toBe('light');
  });
});

describe('glyphs', () => {
  it.each([UNICODE, ASCII])('of the $name set are safe and take one cell each, in xterm too', async (glyphs) => {
    const all = glyphsOf(glyphs);
    expect(all.length).toBeGreaterThan(40);
    const screen = createScreen(4, all.length + 1);
    await screen.write(all.map((glyph) => `${glyph}|\r\n`).join(''));
    for (const [row, glyph] of all.entries()) {
      expect([safeText(glyph), cells(glyph), screen.cellsOf(row)[1]?.text]).toEqual([glyph, 1, '|']);
      if (glyphs.name === 'ascii') expect(glyph).toMatch(/^[!-~]$/);
    }
    screen.dispose();
  });

  it.each([UNICODE, ASCII])('of the $name set tell states apart', ({ status, strip }) => {
    const { pending, working, waiting, needsYou, done, failed, blocked, cancelled } = status;
    expect(new Set([pending, working, waiting, needsYou, done, failed, blocked, cancelled]).size).toBe(8);
    expect(new Set(Object.values(strip)).size).toBe(4);
  });
});

function glyphsOf(glyphs: Glyphs): string[] {
  const { name: _, ...sets } = glyphs;
  return Object.values(sets).flatMap((set) => (typeof set === 'string' ? [set] : Object.values(set)));
}

/** The colours that SGR parameters set; undefined where they set none or one of the terminal's own. */
function coloursOf(sgr: string): { foreground?: Rgb; background?: Rgb } {
  const parts = sgr.split(';').map(Number);
  const found: { foreground?: Rgb; background?: Rgb } = {};
  for (let index = 0; index < parts.length; index++) {
    if (parts[index] !== 38 && parts[index] !== 48) continue;
    const layer = parts[index] === 38 ? 'foreground' : 'background';
    const [kind, first = 0, second = 0, third = 0] = parts.slice(index + 1);
    found[layer] = kind === 5 ? rgbOfColour({ kind: 'palette', index: first }) : [first, second, third];
    index += kind === 5 ? 2 : 4;
  }
  return found;
}

/** The contrast of WCAG 2: from 1 to 21. */
function contrastOf(one: Rgb, other: Rgb): number {
  const [brighter, darker] = [luminance(one), luminance(other)].sort((a, b) => b - a) as [number, number];
  return (brighter + 0.05) / (darker + 0.05);
}

function luminance(rgb: Rgb): number {
  const [red, green, blue] = rgb.map((value) => {
    const part = value / 255;
    return part <= 0.04045 ? part / 12.92 : ((part + 0.055) / 1.055) ** 2.4;
  }) as [number, number, number];
  return 0.2126 * red + 0.7152 * green + 0.0722 * blue;
}
