import type { Mode } from './keymap/commands.ts';
import type { UiState } from './ui-state.ts';

/** Where keys go now. */
export function modeOf(ui: UiState): Mode {
  const { dialog } = ui;
  if (dialog !== null) {
    if (dialog.kind === 'retry') return dialog.field === null ? 'retry' : 'retry_text';
    return dialog.kind;
  }
  if (ui.filterField !== null) return 'filter';
  return ui.zoomed ? 'pager' : ui.screen;
}
