/** What a terminal can show: nothing but weights and lines, 16 colours of its own choice, the 256 of xterm, or all. */
export type Depth = 'none' | '16' | '256' | 'true';

export type Rgb = readonly [red: number, green: number, blue: number];

/** One of the 16 colours of the terminal, one of the palette of 256, or an exact one. */
export type Colour =
  | { readonly kind: 'ansi'; readonly index: number }
  | { readonly kind: 'palette'; readonly index: number }
  | { readonly kind: 'rgb'; readonly rgb: Rgb };

const NAMES = ['black', 'red', 'green', 'yellow', 'blue', 'magenta', 'cyan', 'white'];

/** What xterm shows for the 16 colours unless it is told otherwise. */
const ANSI: readonly Rgb[] = [
  [0, 0, 0],
  [205, 0, 0],
  [0, 205, 0],
  [205, 205, 0],
  [0, 0, 238],
  [205, 0, 205],
  [0, 205, 205],
  [229, 229, 229],
  [127, 127, 127],
  [255, 0, 0],
  [0, 255, 0],
  [255, 255, 0],
  [92, 92, 255],
  [255, 0, 255],
  [0, 255, 255],
  [255, 255, 255],
];

const CUBE = [0, 95, 135, 175, 215, 255];

/** A colour as people write it: `red`, `bright-red`, `gray`, `#d08770`, or a number from 0 to 255; else undefined. */
export function readColour(written: string | number): Colour | undefined {
  if (typeof written === 'number' || /^\d{1,3}$/.test(written)) {
    const index = Number(written);
    return Number.isInteger(index) && index >= 0 && index <= 255 ? { kind: 'palette', index } : undefined;
  }
  if (/^#[0-9a-f]{6}$/i.test(written)) return { kind: 'rgb', rgb: rgbOf(written) };
  const name = written.toLowerCase().replaceAll(/[-_ ]/g, '');
  if (name === 'gray' || name === 'grey') return { kind: 'ansi', index: 8 };
  const index = NAMES.indexOf(name.replace(/^bright/, ''));
  return index < 0 ? undefined : { kind: 'ansi', index: name.startsWith('bright') ? index + 8 : index };
}

/** `#0d1117` as numbers. */
export function rgbOf(hex: string): Rgb {
  const value = Number.parseInt(hex.slice(1), 16);
  return [(value >> 16) & 255, (value >> 8) & 255, value & 255];
}

/** The SGR parameters that set a colour in a terminal of this depth; the nearest one where it has no such colour. */
export function colourSgr(colour: Colour, layer: 'foreground' | 'background', depth: Depth): string {
  if (depth === 'none') return '';
  const base = layer === 'foreground' ? 30 : 40;
  if (colour.kind === 'ansi') return ansiSgr(colour.index, base);
  if (depth === '16') return ansiSgr(nearestAnsi(rgbOfColour(colour)), base);
  if (colour.kind === 'palette') return `${base + 8};5;${colour.index}`;
  if (depth === '256') return `${base + 8};5;${nearestOf256(colour.rgb)}`;
  return `${base + 8};2;${colour.rgb.join(';')}`;
}

/** What xterm shows for a colour. */
export function rgbOfColour(colour: Colour): Rgb {
  if (colour.kind === 'rgb') return colour.rgb;
  const { index } = colour;
  const ansi = ANSI[index];
  if (ansi !== undefined) return ansi;
  if (index >= 232) {
    const grey = 8 + (index - 232) * 10;
    return [grey, grey, grey];
  }
  const cube = index - 16;
  return [CUBE[Math.floor(cube / 36)] ?? 0, CUBE[Math.floor(cube / 6) % 6] ?? 0, CUBE[cube % 6] ?? 0];
}

/** Indices from 16 on only: what the first 16 look like is each terminal's own affair. */
function nearestOf256(rgb: Rgb): number {
  let best = 16;
  for (let index = 17; index < 256; index++) {
    if (
      distance(rgb, rgbOfColour({ kind: 'palette', index })) <
      distance(rgb, rgbOfColour({ kind: 'palette', index: best }))
    )
      best = index;
  }
  return best;
}

function nearestAnsi(rgb: Rgb): number {
  let best = 0;
  for (const [index, candidate] of ANSI.entries()) {
    if (distance(rgb, candidate) < distance(rgb, ANSI[best] ?? candidate)) best = index;
  }
  return best;
}

function distance(one: Rgb, other: Rgb): number {
  return (one[0] - other[0]) ** 2 + (one[1] - other[1]) ** 2 + (one[2] - other[2]) ** 2;
}

function ansiSgr(index: number, base: number): string {
  return String(index < 8 ? base + index : base + 60 + index - 8);
}
