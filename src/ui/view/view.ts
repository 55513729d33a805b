import type { RunState } from '../../core/run-state.ts';
import type { Glyphs } from '../glyphs.ts';
import type { Keymap } from '../keymap/keymap.ts';
import type { Line } from '../line.ts';
import type { Standing } from '../ports.ts';
import type { UiState } from '../ui-state.ts';

/** All that the screen is made of. */
export interface View {
  readonly run: RunState;
  readonly ui: UiState;
  readonly standing: Standing;
  /** Agents that may be at work at once; null while that is not known. */
  readonly slots: number | null;
  readonly keymap: Keymap;
  readonly glyphs: Glyphs;
}

/** Cells of a part of the screen. */
export interface Area {
  readonly columns: number;
  readonly rows: number;
}

/** Lines for an area: never more than it has rows, each as wide as it. */
export type Draw = (view: View, area: Area) => readonly Line[];

/** Lines that are more than an area may show; the screen cuts out what is seen. */
export interface Scroll {
  readonly count: number;
  /** Lines from `from` on, at most `rows` of them. */
  lines(from: number, rows: number): readonly Line[];
}
