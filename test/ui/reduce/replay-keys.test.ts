import { expect, test } from 'vitest';
import type { ReplayStanding } from '../../../src/ui/ports.ts';
import { press } from '../../../src/ui/reduce/press.ts';
import { runOf, viewOf } from '../view/views.ts';

const HALTED: ReplayStanding = {
  kind: 'replay',
  speed: 4,
  playing: false,
  at: 0,
  ended: false,
  shown: 50,
  events: 200,
};

function played(key: string, change: Partial<ReplayStanding> = {}) {
  const view = viewOf(runOf({ tasks: [{ id: 'a' }] }), {}, { standing: { ...HALTED, ...change } });
  const { ui, effects } = press(view, key);
  const [effect] = effects;
  return { change: effect?.kind === 'play' ? effect.change : null, toast: ui.toast?.text };
}

test('it is halted, and goes on', () => {
  expect(played('P').change).toEqual({ playing: true });
  expect(played('P', { playing: true }).change).toEqual({ playing: false });
});

test('it becomes faster and slower, within bounds', () => {
  expect(played('>').change).toEqual({ speed: 8 });
  expect(played('<')).toEqual({ change: { speed: 2 }, toast: '2 times as fast as it was' });
  expect(played('>', { speed: 1024 }).change).toEqual({ speed: 1024 });
  expect(played('<', { speed: 0.25 }).change).toEqual({ speed: 0.25 });
});

test('halted, it goes event by event; playing, in tenths', () => {
  expect(played('.')).toEqual({ change: { seek: 51 }, toast: 'event 51 of 200' });
  expect(played(',').change).toEqual({ seek: 49 });
  expect(played('.', { playing: true }).change).toEqual({ seek: 70 });
  expect(played(',', { playing: true }).change).toEqual({ seek: 30 });
});

test('it goes no further than there is something', () => {
  expect(played('.', { playing: true, shown: 195 }).change).toEqual({ seek: 200 });
  expect(played(',', { playing: true, shown: 5 }).change).toEqual({ seek: 1 });
  expect(played(',', { playing: true, shown: 2, events: 3 }).change).toEqual({ seek: 1 });
  expect(played('.', { shown: 200, ended: true })).toEqual({ change: null, toast: 'the replay has ended' });
  expect(played(',', { shown: 1 })).toEqual({ change: null, toast: 'this is the beginning' });
});
