import { agentSgr } from './agent-colours.ts';
import { type Colour, colourSgr, type Depth, readColour } from './colour.ts';
import type { Ground, Tone } from './line.ts';

/** What a meaning looks like on this terminal, as parameters of an SGR sequence. */
export interface Theme {
  readonly name: ThemeName;
  readonly depth: Depth;
  /** On a ground that inverts, colours would invert too, so of tones only the weights stay. Empty where nothing is to be set. */
  tone(tone: Tone, ground?: Ground): string;
  /** The colour of letters is part of it, so that words without a tone can be read on it. */
  ground(ground: Ground): string;
  /** An agent's own colours, as far as this terminal has them. */
  agent(sgr: string): string;
}

export type ThemeName = 'dark' | 'light';
export type ThemeChoice = 'auto' | ThemeName;

/** Colours that a person has chosen for tones: names, `#rrggbb`, or indices of the palette of 256. */
export type ThemeOverrides = { readonly [tone in Tone]?: string | number };

/** A look as it is before it is known what the terminal can show. */
interface Look {
  readonly colour?: string | number;
  readonly behind?: string | number;
  /** Where the nearest of 256 colours would be too near to another ground, or too bright to be read on. */
  readonly behind256?: number;
  /** Where the ground has no hue in 256 colours, the letters have it. */
  readonly colour256?: number;
  readonly weight?: string;
}

interface Palette {
  readonly tones: { readonly [tone in Tone]: Look };
  readonly grounds: { readonly [ground in Ground]: Look };
}

const BOLD = '1';
const DIM = '2';
const UNDERLINE = '4';
const INVERSE = '7';

const DARK: Palette = {
  tones: {
    plain: {},
    quiet: { colour: '#9ea7b3' },
    strong: { weight: BOLD },
    good: { colour: '#56d364' },
    bad: { colour: '#ff7b72' },
    warn: { colour: '#e3b341' },
    live: { colour: '#79c0ff' },
    accent: { colour: '#d2a8ff', weight: BOLD },
    match: { colour: '#ffdf5d', weight: `${BOLD};${UNDERLINE}` },
  },
  grounds: {
    selected: { colour: '#f0f6fc', behind: '#21304a', behind256: 237 },
    bar: { colour: '#e6edf3', behind: '#1c2128' },
    dialog: { colour: '#e6edf3', behind: '#1c2128' },
    added: { colour: '#e6edf3', behind: '#12261e', colour256: 114, behind256: 233 },
    removed: { colour: '#e6edf3', behind: '#2d1619', colour256: 210, behind256: 233 },
  },
};

const LIGHT: Palette = {
  tones: {
    plain: {},
    quiet: { colour: '#57606a' },
    strong: { weight: BOLD },
    good: { colour: '#116329' },
    bad: { colour: '#b3111d' },
    warn: { colour: '#7d4e00' },
    live: { colour: '#0550ae' },
    accent: { colour: '#6639ba', weight: BOLD },
    match: { colour: '#953800', weight: `${BOLD};${UNDERLINE}` },
  },
  grounds: {
    selected: { colour: '#1f2328', behind: '#d8e6f8', behind256: 195 },
    bar: { colour: '#1f2328', behind: '#eaeef2' },
    dialog: { colour: '#1f2328', behind: '#eef1f4' },
    added: { colour: '#1f2328', behind: '#dafbe1' },
    removed: { colour: '#1f2328', behind: '#ffebe9' },
  },
};

/** With 16 colours that each terminal shows as it likes, few pairs can be read everywhere: grounds invert. */
const DARK_16: Palette = {
  tones: {
    plain: {},
    quiet: { weight: DIM },
    strong: { weight: BOLD },
    good: { colour: 'green' },
    bad: { colour: 'bright-red' },
    warn: { colour: 'yellow' },
    live: { colour: 'cyan' },
    accent: { colour: 'bright-magenta', weight: BOLD },
    match: { colour: 'bright-yellow', weight: `${BOLD};${UNDERLINE}` },
  },
  grounds: {
    selected: { weight: INVERSE },
    bar: {},
    dialog: {},
    added: { colour: 'green' },
    removed: { colour: 'bright-red' },
  },
};

const LIGHT_16: Palette = {
  ...DARK_16,
  tones: {
    plain: {},
    quiet: { weight: DIM },
    strong: { weight: BOLD },
    good: { colour: 'green' },
    bad: { colour: 'red' },
    warn: { colour: 'magenta' },
    live: { colour: 'blue' },
    accent: { colour: 'magenta', weight: BOLD },
    match: { colour: 'blue', weight: `${BOLD};${UNDERLINE}` },
  },
  grounds: { ...DARK_16.grounds, removed: { colour: 'red' } },
};

const NO_COLOURS: Palette = {
  tones: {
    plain: {},
    quiet: { weight: DIM },
    strong: { weight: BOLD },
    good: {},
    bad: { weight: BOLD },
    warn: { weight: BOLD },
    live: {},
    accent: { weight: `${BOLD};${UNDERLINE}` },
    match: { weight: UNDERLINE },
  },
  grounds: {
    selected: { weight: INVERSE },
    bar: {},
    dialog: {},
    added: {},
    removed: {},
  },
};

export interface ThemeRequest {
  readonly choice: ThemeChoice;
  readonly env: Readonly<Record<string, string | undefined>>;
  /** What the terminal said when it was asked for its background. */
  readonly background?: ThemeName | undefined;
  readonly overrides?: ThemeOverrides | undefined;
}

/** The theme for a terminal: as chosen, else as the terminal's background is known to be, else dark. */
export function themeFor(request: ThemeRequest): Theme {
  const name = request.choice === 'auto' ? (request.background ?? backgroundOf(request.env)) : request.choice;
  return createTheme(name, depthOf(request.env), request.overrides);
}

/** A theme in as many colours as `depth` says. */
export function createTheme(name: ThemeName, depth: Depth, overrides: ThemeOverrides = {}): Theme {
  const palette = paletteOf(name, depth);
  const tones = sgrTable(palette.tones, depth, overrides);
  const weights = weightTable(palette.tones);
  const grounds = sgrTable(palette.grounds, depth, {});
  return {
    name,
    depth,
    tone: (tone, ground) =>
      (ground !== undefined && palette.grounds[ground].weight === INVERSE ? weights : tones)[tone],
    ground: (ground) => grounds[ground],
    agent: (sgr) => agentSgr(sgr, depth),
  };
}

/** How many colours the terminal says that it has. */
export function depthOf(env: ThemeRequest['env']): Depth {
  const term = env.TERM ?? '';
  if ((env.NO_COLOR ?? '') !== '' || term === 'dumb') return 'none';
  if (/^(?:truecolor|24bit)$/i.test(env.COLORTERM ?? '') || term.endsWith('-direct')) return 'true';
  return /256|^(?:tmux|screen|alacritty|xterm-kitty|xterm-ghostty|wezterm|foot)/.test(term) ? '256' : '16';
}

/** `COLORFGBG` is `foreground;background`, or `foreground;default;background`, in numbers of the 16 colours. */
function backgroundOf(env: ThemeRequest['env']): ThemeName {
  const background = /;(\d{1,2})$/.exec(env.COLORFGBG ?? '')?.[1];
  return background === '7' || background === '15' ? 'light' : 'dark';
}

function paletteOf(name: ThemeName, depth: Depth): Palette {
  if (depth === 'none') return NO_COLOURS;
  if (depth === '16') return name === 'dark' ? DARK_16 : LIGHT_16;
  return name === 'dark' ? DARK : LIGHT;
}

function sgrTable<Key extends string>(
  looks: { readonly [key in Key]: Look },
  depth: Depth,
  overrides: { readonly [key in Key]?: string | number },
): { readonly [key in Key]: string } {
  const entries = (Object.keys(looks) as Key[]).map((key) => {
    const look = looks[key];
    const chosen = overrides[key];
    return [key, sgrOfLook(chosen === undefined ? look : { ...look, colour: chosen }, depth)];
  });
  return Object.fromEntries(entries) as { readonly [key in Key]: string };
}

/** Dim letters on an inverted ground would be a dim ground. */
function weightTable(tones: Palette['tones']): { readonly [tone in Tone]: string } {
  const entries = Object.entries(tones).map(([tone, { weight = '' }]) => [tone, weight === DIM ? '' : weight]);
  return Object.fromEntries(entries) as { readonly [tone in Tone]: string };
}

function sgrOfLook(look: Look, depth: Depth): string {
  const sgr = (written: string | number | undefined, layer: 'foreground' | 'background') => {
    const colour: Colour | undefined = written === undefined ? undefined : readColour(written);
    return colour === undefined ? '' : colourSgr(colour, layer, depth);
  };
  const [colour, behind] =
    depth === '256' ? [look.colour256 ?? look.colour, look.behind256 ?? look.behind] : [look.colour, look.behind];
  return [look.weight ?? '', sgr(colour, 'foreground'), sgr(behind, 'background')]
    .filter((part) => part !== '')
    .join(';');
}
