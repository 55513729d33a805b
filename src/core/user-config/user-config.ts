import type { OwnPresets } from '../frameworks/own-presets.ts';
import type { Command } from '../graph/graph.ts';

/** What a person has set for all their runs; complete, whatever the file says. */
export interface UserConfig {
  readonly dashboard: DashboardConfig;
  readonly notify: NotifyConfig;
  /** Presets of their own, and changes to those that are shipped. */
  readonly frameworks: OwnPresets;
}

export interface DashboardConfig {
  readonly theme: 'auto' | 'dark' | 'light';
  /** By meaning: a name, `#rrggbb`, or a number of the palette of 256. */
  readonly colours: Readonly<Record<string, string | number>>;
  readonly glyphs: 'unicode' | 'ascii';
  readonly screenReader: boolean;
  /** Of the panel, in tenths of the screen; 0 for none. */
  readonly panel: number;
  readonly sort: 'graph' | 'status' | 'time';
  /** By command, each key as a press of it is named. */
  readonly keys: Readonly<Record<string, readonly string[]>>;
}

/** What happens when a person is newly needed. */
export interface NotifyConfig {
  readonly bell: boolean;
  /** The escape sequence that terminals make a desktop notification of. */
  readonly osc9: boolean;
  /** Null for none, or for what the graph says. */
  readonly command: Command | null;
}

export const DEFAULT_CONFIG: UserConfig = {
  dashboard: {
    theme: 'auto',
    colours: {},
    glyphs: 'unicode',
    screenReader: false,
    panel: 4,
    sort: 'graph',
    keys: {},
  },
  notify: { bell: true, osc9: true, command: null },
  frameworks: {},
};

/** What only the dashboard knows, and a config file is measured by. */
export interface ConfigNames {
  readonly commands: readonly string[];
  readonly tones: readonly string[];
  isColour(written: string | number): boolean;
  /** A key as a person writes it. */
  readKey(written: string): { readonly key: string } | { readonly refused: string };
  /** What is wrong with keys that are good ones each. */
  keyProblems(keys: Readonly<Record<string, readonly string[]>>): readonly KeyClash[];
}

export interface KeyClash {
  readonly command: string;
  /** Null where the command as a whole is meant. */
  readonly key: string | null;
  readonly message: string;
  readonly hint: string | null;
}
