import type { RetryChange } from '../../core/events.ts';
import type { Wish } from '../../core/requests.ts';
import type { Leave } from '../ports.ts';
import type { Toast, UiState } from '../ui-state.ts';
import type { View } from '../view/view.ts';

/** What is to be done in the world because of a key; `Dashboard` has it done, and nobody waits for it. */
export type Effect =
  | { readonly kind: 'ask'; readonly wishes: readonly Wish[]; readonly done: string }
  | { readonly kind: 'attach'; readonly task: string }
  | { readonly kind: 'edit'; readonly task: string; readonly change: RetryChange }
  | { readonly kind: 'go_on' }
  | { readonly kind: 'leave'; readonly how: Leave }
  | {
      readonly kind: 'play';
      readonly change: { readonly speed?: number; readonly playing?: boolean; readonly seek?: number };
    }
  | { readonly kind: 'suspend' }
  | { readonly kind: 'redraw' };

/** What a key comes to. */
export interface Step {
  readonly ui: UiState;
  readonly effects: readonly Effect[];
}

export type Handler = (view: View) => Step;

export function only(ui: UiState): Step {
  return { ui, effects: [] };
}

export function withEffect(ui: UiState, ...effects: readonly Effect[]): Step {
  return { ui, effects };
}

/** Milliseconds that a line for a person stays, by how long it takes to read. */
function toastTime(text: string): number {
  return Math.min(12_000, 2_500 + 50 * text.length);
}

export function told(ui: UiState, text: string, tone: Toast['tone'] = 'plain'): UiState {
  return { ...ui, toast: { text, tone, until: ui.now + toastTime(text) } };
}
