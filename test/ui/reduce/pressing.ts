import type { KeyPress } from '../../../src/ui/keymap/key-press.ts';
import { press } from '../../../src/ui/reduce/press.ts';
import { settled } from '../../../src/ui/reduce/settled.ts';
import type { Effect } from '../../../src/ui/reduce/step.ts';
import type { UiState } from '../../../src/ui/ui-state.ts';
import type { View } from '../../../src/ui/view/view.ts';

export interface Pressed {
  readonly ui: UiState;
  readonly effects: readonly Effect[];
  readonly view: View;
}

/** What these keys come to, one after the other. */
export function pressed(view: View, ...keys: readonly KeyPress[]): Pressed {
  let ui = settled(view.run, view.ui);
  const effects: Effect[] = [];
  for (const key of keys) {
    const step = press({ ...view, ui }, key);
    ui = settled(view.run, step.ui);
    effects.push(...step.effects);
  }
  return { ui, effects, view: { ...view, ui } };
}
