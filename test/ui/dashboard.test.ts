import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import type { Dashboard } from '../../src/ui/dashboard.ts';
import type { Outcome, Standing } from '../../src/ui/ports.ts';
import { screenOf } from '../../src/ui/view/screen.ts';
import { dashboardOf, type FakeWorld, fakeWorld } from './fake-world.ts';
import { facts } from './view/happened.ts';
import { runOf, START, textsOf } from './view/views.ts';

const [a, b] = [facts('a'), facts('b')];
const opened: Dashboard[] = [];

beforeEach(() => {
  // `setImmediate` stays: what a key asks for is begun with it.
  vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'Date'], now: START + 3_600_000 });
});

afterEach(() => {
  for (const dashboard of opened.splice(0)) dashboard.close();
  vi.useRealTimers();
});

interface Shown {
  readonly world: FakeWorld;
  readonly dashboard: Dashboard;
  /** How many frames there were since it was asked last. */
  frames(): number;
  /** What is on the screen, line by line. */
  lines(): string[];
}

/** Two tasks, the first at work. */
function shown(standing: Standing = { kind: 'mine' }, happened = a.working): Shown {
  const world = fakeWorld(runOf({ tasks: [{ id: 'a' }, { id: 'b' }] }, happened), standing);
  const dashboard = dashboardOf(world);
  opened.push(dashboard);
  let frames = 0;
  dashboard.subscribe(() => {
    frames++;
  });
  return {
    world,
    dashboard,
    frames() {
      const since = frames;
      frames = 0;
      return since;
    },
    lines() {
      const { header, body, tabs, panel, footer } = dashboard.screen();
      return textsOf([...header, ...body, ...tabs, ...panel, ...footer]);
    },
  };
}

const quiet = { kind: 'nobody' } as const;
const settle = () => new Promise((resolve) => setImmediate(resolve));

describe('frames', () => {
  test('a key has one at once, and so have several keys of one read', () => {
    const { dashboard, frames } = shown();
    dashboard.press(['j', 'j', 'k']);
    expect(frames()).toBe(1);
    expect(dashboard.view.ui.cursor).toBe('task:a');
    dashboard.resize(100, 30);
    dashboard.paste('x');
    expect(frames()).toBe(2);
  });

  test('a burst of events has one, a tenth of a second later; a key shows them sooner', () => {
    const { world, dashboard, frames, lines } = shown(quiet);
    for (let at = 0; at < 50; at++) world.facts({ kind: 'run_paused' }, { kind: 'run_unpaused' });
    world.facts({ kind: 'run_paused' });
    vi.advanceTimersByTime(99);
    expect(frames()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(frames()).toBe(1);
    expect(lines()[0]).toContain('paused');
    world.facts({ kind: 'run_unpaused' });
    dashboard.press(['j']);
    expect([frames(), lines()[0]?.includes('paused')]).toEqual([1, false]);
    vi.advanceTimersByTime(10_000);
    expect(frames()).toBe(0);
  });

  test('the screen is made once for each', () => {
    const { dashboard } = shown();
    const first = dashboard.screen();
    expect(dashboard.screen()).toBe(first);
    dashboard.press([]);
    expect(dashboard.screen()).not.toBe(first);
    expect(dashboard.screen()).toEqual(screenOf(dashboard.view));
  });

  test('after its end there are none, and nothing is called any more', () => {
    const { world, dashboard, frames } = shown();
    dashboard.press(['r']);
    frames();
    dashboard.close();
    world.facts(...b.working, b.failed('no'));
    dashboard.press(['j']);
    vi.advanceTimersByTime(60_000);
    expect([frames(), world.done, world.open]).toEqual([0, [], []]);
  });
});

describe('the clock', () => {
  test('ticks at whole seconds while something runs', () => {
    vi.setSystemTime(START + 3_600_250);
    const { frames, lines } = shown();
    vi.advanceTimersByTime(749);
    expect(frames()).toBe(0);
    vi.advanceTimersByTime(1);
    expect(frames()).toBe(1);
    expect(lines()[0]).toContain('1h00m');
    expect(lines()[2]).toContain('1h00m');
    vi.advanceTimersByTime(60_000);
    expect(frames()).toBe(60);
  });

  test.each<readonly [string, Standing, readonly Fact[]]>([
    ['nobody runs it', quiet, a.working],
    ['it is being opened', { kind: 'opening' }, a.working],
    ['nothing has been started', { kind: 'mine' }, []],
    ['all has ended', { kind: 'mine' }, [...a.working, a.failed('no')]],
    [
      'the run is over',
      { kind: 'mine' },
      [...a.working, { kind: 'run_finished', outcome: 'cancelled', waiting_for: [] }],
    ],
  ])('stands still where %s', (_, standing, happened) => {
    const { frames } = shown(standing, [...happened]);
    vi.advanceTimersByTime(60_000);
    expect([frames(), vi.getTimerCount()]).toEqual([0, 0]);
  });

  test('begins and ends with the work', () => {
    const { world, frames } = shown({ kind: 'mine' }, []);
    world.facts(...a.working);
    vi.advanceTimersByTime(5_100);
    expect(frames()).toBe(6);
    world.facts(a.failed('no'));
    vi.advanceTimersByTime(100);
    frames();
    vi.advanceTimersByTime(60_000);
    expect(frames()).toBeLessThanOrEqual(1);
    expect(vi.getTimerCount()).toBe(0);
  });

  test('a replay shows the time of the run', () => {
    const standing = { kind: 'replay', speed: 1, at: START + 65_000, ended: false, shown: 1, events: 2 } as const;
    const playing = shown({ ...standing, playing: true });
    expect(playing.lines()[0]).toContain('1:05');
    vi.advanceTimersByTime(3_000);
    expect(playing.frames()).toBe(3);
    const halted = shown({ ...standing, playing: false });
    vi.advanceTimersByTime(3_000);
    expect(halted.frames()).toBe(0);
  });
});

describe('what is said for a moment', () => {
  test('goes by itself, the longer text later', () => {
    const { dashboard, lines } = shown(quiet);
    dashboard.press(['s']);
    expect(lines().at(-1)).toContain('by status, trouble first');
    vi.advanceTimersByTime(3_000);
    expect(lines().at(-1)).toContain('by status, trouble first');
    vi.advanceTimersByTime(2_000);
    expect(lines().at(-1)).toContain('q quit');
    expect(vi.getTimerCount()).toBe(0);
  });

  test('stays as long though nobody has looked at the clock for an hour', () => {
    const { dashboard, lines } = shown(quiet);
    vi.advanceTimersByTime(3_600_000);
    dashboard.press(['s']);
    vi.advanceTimersByTime(3_000);
    expect(lines().at(-1)).toContain('by status, trouble first');
  });

  test('two Ctrl-C an hour apart are two questions', () => {
    const { dashboard, world } = shown();
    dashboard.press(['ctrl+c', 'esc']);
    vi.advanceTimersByTime(3_600_000);
    dashboard.press(['ctrl+c']);
    expect([dashboard.view.ui.dialog?.kind, world.done]).toEqual(['quit', []]);
  });
});

describe('acts', () => {
  const said = ({ lines }: Shown) => lines().at(-1)?.trim();

  test('what was asked for is told when it is done, and what was refused with its reason', async () => {
    const one = shown({ kind: 'mine' }, [...a.working, a.failed('no')]);
    one.dashboard.press(['r', 'enter']);
    expect(one.world.wishes).toEqual([]);
    await settle();
    expect(one.world.wishes).toMatchObject([{ action: 'retry', task: 'a' }]);
    expect(said(one)).toBe('a is tried again');
    one.world.answer = () => ({ ok: false, message: 'the run is gone', hint: 'look for it' });
    one.dashboard.press(['r', 'enter']);
    await settle();
    expect(said(one)).toBe('the run is gone: look for it');
  });

  test('of several the first refusal is told, and the others are asked for', async () => {
    const one = shown({ kind: 'mine' }, [...a.working, a.failed('no'), ...b.working, b.failed('no')]);
    const no: Outcome = { ok: false, message: 'not this one', hint: null };
    one.world.answer = (wish) => (one.world.wishes.length === 1 && wish.action === 'teardown' ? no : { ok: true });
    one.dashboard.press(['space', 'space', 't', 'y']);
    await settle();
    expect(one.world.wishes).toMatchObject([{ task: 'a' }, { task: 'b' }]);
    expect(said(one)).toBe('not this one');
  });

  test('what breaks is told, and the screen goes on', async () => {
    const one = shown();
    one.world.answer = () => Promise.reject(new Error('no disk'));
    one.dashboard.press(['p']);
    await settle();
    expect(said(one)).toContain('no disk');
    one.dashboard.press(['j']);
    expect(one.frames()).toBeGreaterThan(1);
  });

  test('each key has its act', async () => {
    const { dashboard, world } = shown();
    dashboard.press(['enter', 'ctrl+z', 'ctrl+l', 'q', 'enter']);
    await settle();
    expect(world.done.toSorted()).toEqual(['attach a', 'leave background', 'redraw', 'suspend']);
    world.feed.standing = quiet;
    dashboard.press(['o']);
    await settle();
    expect(world.done).toContain('go on');
  });

  test('edited instructions go into the dialog that they were edited for, and into no other', async () => {
    const { dashboard, world } = shown({ kind: 'mine' }, [...a.working, a.failed('no'), ...b.working, b.failed('no')]);
    const editor = Promise.withResolvers<string | null>();
    world.edited = (text) => (text === 'do a' ? editor.promise : null);
    dashboard.press(['r', 'e']);
    await settle();
    dashboard.press(['esc', 'j', 'r']);
    editor.resolve('do it well');
    await settle();
    expect(dashboard.view.ui.dialog).toMatchObject({ tasks: ['b'], change: { instructions: null } });
    world.edited = () => 'do it well';
    dashboard.press(['e']);
    await settle();
    expect(dashboard.view.ui.dialog).toMatchObject({ tasks: ['b'], change: { instructions: 'do it well' } });
    world.edited = (text) => (text === 'do it well' ? null : 'not asked');
    dashboard.press(['e']);
    await settle();
    expect(dashboard.view.ui.dialog).toMatchObject({ change: { instructions: 'do it well' } });
  });
});

describe('the detail that is open', () => {
  test('is of what the cursor rests on, and of nothing that it hurries by', () => {
    const { dashboard, world } = shown();
    dashboard.press([]);
    for (const key of ['j', 'k', 'j', 'k']) {
      dashboard.press([key]);
      vi.advanceTimersByTime(50);
    }
    expect(world.opened).toBe(0);
    vi.advanceTimersByTime(120);
    expect(world.open.map(({ wanted }) => wanted)).toMatchObject([{ task: 'a', tab: 'output', columns: 80 }]);
    dashboard.press(['j']);
    expect(world.open).toEqual([]);
    dashboard.press(['tab']);
    vi.advanceTimersByTime(120);
    expect(world.open.map(({ wanted }) => `${wanted.task} ${wanted.tab}`)).toEqual(['b diff']);
    expect(world.opened).toBe(2);
  });

  test('goes with the panel, and stays through events and ticks', () => {
    const { dashboard, world } = shown();
    dashboard.press([]);
    vi.advanceTimersByTime(5_000);
    world.facts(a.idle);
    vi.advanceTimersByTime(5_000);
    expect(world.opened).toBe(1);
    dashboard.press(['-', '-', '-', '-']);
    expect(world.open).toEqual([]);
    dashboard.press(['j', 'k']);
    vi.advanceTimersByTime(5_000);
    expect(world.opened).toBe(1);
    dashboard.press(['k']);
    dashboard.press(['+', '+', '+', '+']);
    vi.advanceTimersByTime(5_000);
    expect(world.opened).toBe(1);
  });

  test('what it tells is shown with the next frame, and what comes late is nobody’s', () => {
    const { dashboard, world, lines } = shown();
    dashboard.press([]);
    vi.advanceTimersByTime(120);
    const [first] = world.open;
    lines();
    first?.tell({ tab: 'output', lines: ['hello from a'], live: true, note: null });
    expect(lines().join()).not.toContain('hello from a');
    vi.advanceTimersByTime(100);
    expect(lines().join()).toContain('hello from a');
    dashboard.press(['j']);
    first?.tell({ tab: 'output', lines: ['late'], live: true, note: null });
    vi.advanceTimersByTime(100);
    expect(lines().join()).not.toContain('late');
    expect(lines().join()).not.toContain('hello from a');
  });

  test('what cannot be read says why', () => {
    const { dashboard, world, lines } = shown();
    dashboard.press([]);
    vi.advanceTimersByTime(120);
    world.open[0]?.tell({ failed: 'git has died' });
    vi.advanceTimersByTime(100);
    expect(lines().join()).toContain('git has died');
  });

  test('another size opens it anew: an output has another room', () => {
    const { dashboard, world } = shown();
    dashboard.press([]);
    vi.advanceTimersByTime(120);
    dashboard.resize(120, 40);
    vi.advanceTimersByTime(120);
    expect(world.open.map(({ wanted }) => wanted.columns)).toEqual([120]);
  });
});
