import { isActive } from '../../core/lifecycle.ts';
import type { View } from '../view/view.ts';
import { type Handler, only, told, withEffect } from './step.ts';

export const pause: Handler = ({ run, ui }) =>
  run.paused
    ? withEffect(ui, { kind: 'ask', wishes: [{ action: 'unpause' }], done: 'unpaused: tasks are started again' })
    : withEffect(ui, { kind: 'ask', wishes: [{ action: 'pause' }], done: 'paused: nothing more is started' });

export const goOn: Handler = ({ ui }) => withEffect(ui, { kind: 'go_on' });

/** Whether leaving changes anything for the run; one that is being opened may become this process's own. */
function mustAskHow({ run, ui, standing }: Pick<View, 'run' | 'ui' | 'standing'>): boolean {
  if (standing.kind === 'opening') return !ui.readOnly;
  if (standing.kind !== 'mine') return false;
  return run.outcome === null || [...run.tasks.values()].some(({ status }) => isActive(status));
}

export const quit: Handler = (view) =>
  mustAskHow(view)
    ? only({ ...view.ui, dialog: { kind: 'quit', at: 0 } })
    : withEffect(view.ui, { kind: 'leave', how: 'look' });

/** Milliseconds within which a second Ctrl-C is meant as one with the first. */
const TWICE = 3_000;

/** Once it asks, as `q`; twice it leaves, in the way that loses nothing. */
export const interrupt: Handler = (view) => {
  const { ui } = view;
  if (!mustAskHow(view)) return withEffect(ui, { kind: 'leave', how: 'look' });
  if (ui.dialog?.kind === 'quit' || ui.now - ui.interruptedAt < TWICE)
    return withEffect(ui, { kind: 'leave', how: 'background' });
  return only({ ...ui, interruptedAt: ui.now, filterField: null, dialog: { kind: 'quit', at: 0 } });
};

export const suspend: Handler = ({ ui }) => withEffect(ui, { kind: 'suspend' });

export const redraw: Handler = ({ ui }) => withEffect(ui, { kind: 'redraw' });

export const play: Handler = ({ ui, standing }) =>
  standing.kind === 'replay' ? withEffect(ui, { kind: 'play', change: { playing: !standing.playing } }) : only(ui);

const SLOWEST = 1 / 4;
const FASTEST = 1024;

export function changeSpeed(factor: number): Handler {
  return ({ ui, standing }) => {
    if (standing.kind !== 'replay') return only(ui);
    const speed = Math.max(SLOWEST, Math.min(FASTEST, standing.speed * factor));
    return withEffect(told(ui, `${speed} times as fast as it was`), { kind: 'play', change: { speed } });
  };
}

/** Parts of a replay that a jump is one of. */
const JUMPS = 10;

/** One event while it is halted, so that each can be looked at; else a jump, of whatever length the run has. */
export function seek(direction: 1 | -1): Handler {
  return ({ ui, standing }) => {
    if (standing.kind !== 'replay') return only(ui);
    const { shown, events, playing } = standing;
    const step = playing ? Math.max(1, Math.round(events / JUMPS)) : 1;
    const target = Math.max(1, Math.min(events, shown + direction * step));
    return withEffect(told(ui, `event ${target} of ${events}`), { kind: 'play', change: { seek: target } });
  };
}
