import { expect, test } from 'vitest';
import type { Standing } from '../../../src/ui/ports.ts';
import { press } from '../../../src/ui/reduce/press.ts';
import { runOf, viewOf } from '../view/views.ts';

const run = runOf({ tasks: [{ id: 'a' }] });
const OTHER: Standing = { kind: 'other', pid: 1, host: 'there' };

test.each<[Standing, boolean, boolean]>([
  [{ kind: 'mine' }, false, true],
  // Nobody knows yet whose it will be.
  [{ kind: 'opening' }, false, true],
  [{ kind: 'opening' }, true, false],
  [OTHER, false, false],
  [{ kind: 'nobody' }, false, false],
])('to quit where it stands %j, read-only %s: asks how: %s', (standing, readOnly, asks) => {
  for (const key of ['q', 'ctrl+c']) {
    const { ui, effects } = press(viewOf(run, { readOnly }, { standing }), key);
    expect(ui.dialog?.kind ?? null).toBe(asks ? 'quit' : null);
    expect(effects).toEqual(asks ? [] : [{ kind: 'leave', how: 'look' }]);
  }
});

test('Ctrl-C twice leaves the run to go on in the background, whatever dialog is open', () => {
  const { ui } = press(viewOf(run, { dialog: { kind: 'statuses', at: 0 } }), 'ctrl+c');
  expect(press(viewOf(run, ui), 'ctrl+c').effects).toEqual([{ kind: 'leave', how: 'background' }]);
});

test('Ctrl-C, Escape and a Ctrl-C much later asks once more', () => {
  const first = press(viewOf(run), 'ctrl+c').ui;
  const { ui } = press(viewOf(run, first), 'esc');
  const later = press(viewOf(run, { ...ui, now: ui.now + 60_000 }), 'ctrl+c');
  expect([later.ui.dialog?.kind, later.effects]).toEqual(['quit', []]);
});
