import type { Line } from '../../line.ts';
import type { Dialog } from '../../ui-state.ts';
import type { View } from '../view.ts';

export type DialogOf<K extends Dialog['kind']> = Extract<Dialog, { readonly kind: K }>;

/** What stands in the frame of a dialog; lines may be of any width up to `columns`. */
export type DialogBody<K extends Dialog['kind']> = (
  view: View,
  dialog: DialogOf<K>,
  columns: number,
) => {
  readonly title: string;
  readonly lines: readonly Line[];
  /** The line that must be seen. */
  readonly at?: number;
  /** Its keys: they stay where there is no room for all lines. */
  readonly keys?: Line;
};
