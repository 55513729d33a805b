import { expect } from 'vitest';
import type { Fact, RunEvent } from '../../../src/core/events.ts';
import { reduce } from '../../../src/core/reduce.ts';
import { runStarted } from '../../../src/core/run-started.ts';
import { emptyRunState, type RunState } from '../../../src/core/run-state.ts';
import { UNICODE } from '../../../src/ui/glyphs.ts';
import { createKeymap } from '../../../src/ui/keymap/keymap.ts';
import type { Line } from '../../../src/ui/line.ts';
import { cells } from '../../../src/ui/text/width.ts';
import { initialUi, type UiState } from '../../../src/ui/ui-state.ts';
import type { View } from '../../../src/ui/view/view.ts';
import { type GraphSpec, makeGraph } from '../../support/graphs.ts';

export const START = Date.parse('2026-01-01T00:00:00.000Z');

/** A run of this graph after these facts, one each second. */
export function runOf(spec: GraphSpec, facts: readonly Fact[] = []): RunState {
  const state = emptyRunState();
  return goOn(state, [runStarted(makeGraph(spec), { number: 1, digest: 'digest' }), ...facts]);
}

/** More facts, in the same state. */
export function goOn(state: RunState, facts: readonly Fact[]): RunState {
  for (const event of eventsOf(facts, state.seq)) reduce(state, event);
  return state;
}

export function eventsOf(facts: readonly Fact[], after = 0): RunEvent[] {
  return facts.map((fact, at) => ({
    v: 1,
    seq: after + at + 1,
    at: new Date(START + (after + at) * 1000).toISOString(),
    ...fact,
  }));
}

export function viewOf(run: RunState, ui: Partial<UiState> = {}, view: Partial<View> = {}): View {
  return {
    run,
    ui: { ...PLAIN_UI, ...ui },
    standing: { kind: 'mine' },
    slots: 4,
    keymap: createKeymap(),
    glyphs: UNICODE,
    ...view,
  };
}

const PLAIN_UI: UiState = { ...initialUi(START + 3_600_000), cursorLine: 0, panelShare: 4 };

export function textOf(line: Line | undefined): string {
  return (line?.words ?? []).map(({ text }) => text).join('');
}

export function textsOf(lines: readonly Line[]): string[] {
  return lines.map(textOf);
}

/** Text that would move the cursor, write the clipboard, reverse the line or take more cells than it seems to. */
export const HOSTILE =
  '\x1b]52;c;aGk=\x07\x1b[2J\x9b5A界界\u{1f468}\u200d\u{1f469}\u200d\u{1f467}e\u0301\u0301\u202eabc\u200b\u{1f3fd}\ufe0f\ud800\u0e33\x00\r\tx';

/** Each line is as wide as it must be, and holds nothing that a terminal would act on. */
export function expectExact(lines: readonly Line[], columns: number): void {
  for (const line of lines) {
    const text = textOf(line);
    expect([text, cells(text)]).toEqual([text, columns]);
    expect(text).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}|\u2028|\u2029|\ufe0f/u);
  }
}
