import fc from 'fast-check';
import { afterEach, describe, expect, test, vi } from 'vitest';
import { emptyRunState } from '../../src/core/run-state.ts';
import { type FakeWorld, fakeWorld } from './fake-world.ts';
import { newRun } from './happenings.ts';
import { type MountedApp, mountApp } from './mounted-app.ts';
import { facts } from './view/happened.ts';
import { runOf } from './view/views.ts';

const apps: MountedApp[] = [];
const ERASING = ['\u001b[2J', '\u001b[J', '\u001b[2K'];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function open(world: FakeWorld, columns: number, rows: number): Promise<MountedApp> {
  const app = await mountApp(world, { columns, rows });
  apps.push(app);
  return app;
}

/** A task at work, one that asks, one that has failed. */
function shopWorld(): FakeWorld {
  const [cart, page, docs] = [facts('cart'), facts('page'), facts('docs')];
  const tasks = ['spec', 'cart', 'page', 'docs'].map((id) => ({ id }));
  const world = fakeWorld(
    runOf({ name: 'checkout-api', tasks }, [
      ...cart.working,
      ...page.working,
      page.asks('Which database?', ['sqlite', 'postgres']),
      ...docs.working,
      docs.failed('3 tests failed'),
    ]),
  );
  world.detailOf = ({ tab, task, columns }) => {
    const lines = Array.from({ length: 60 }, (_, at) => `${task} ${at} ${'x'.repeat(columns)}`);
    return tab === 'output' ? { tab, lines, live: true, note: null } : null;
  };
  return world;
}

describe('what a person sees', () => {
  test.each([
    [160, '❯ ○ spec     generic  command  ·······  pending          —  after cart in its lane', '↵ attach'],
    [100, '❯ ○ spec     command  ·······  pending          —  after cart in its lane', 'd diff'],
    [80, '❯ ○ spec     ·······  pending          —  after cart in its lane', '? keys  q quit'],
    [60, '❯ ○ spec                         ·······  pending          —', '? keys  q quit'],
    [40, '❯ ○ spec              pending          —', '? keys  q quit'],
    [20, '❯ ○ spec', '? keys  q quit'],
  ])('%i columns', async (columns, row, keys) => {
    const { screen } = await open(shopWorld(), columns, 24);
    const lines = screen.lines();
    expect(lines[2]?.trimEnd()).toBe(row);
    expect(lines[22]).toContain(keys === '↵ attach' ? 'd diff' : keys);
    expect(lines[23]).toBe('');
    // The row of the cursor, from edge to edge; and the bars above and below.
    for (const [at, lies] of [
      [0, 'bar'],
      [2, 'selected'],
      [22, 'bar'],
      [4, 'nothing'],
    ] as const) {
      const grounds = new Set(screen.cellsOf(at).map(({ background }) => background));
      expect([lies, grounds.size]).toEqual([lies, 1]);
      expect([lies, grounds.has('default')]).toEqual([lies, lies === 'nothing']);
    }
    expect(screen.alternate()).toBe(true);
    expect(screen.modes.has(25)).toBe(false);
  });

  test('a dialog lies over the rest, and leaves what is beside it', async () => {
    const app = await open(shopWorld(), 100, 30);
    await app.press('q');
    const lines = app.screen.lines();
    const top = lines.findIndex((text) => text.includes('╭─ Quit: the run is live'));
    expect(top).toBeGreaterThan(2);
    expect(lines[top]?.indexOf('╭')).toBe(8);
    await app.press('\u001b');
    expect(app.screen.lines().join()).not.toContain('Quit');
  });

  test('half a wide letter beside a dialog is a blank, and moves nothing', async () => {
    const world = shopWorld();
    world.detailOf = ({ tab }) =>
      tab === 'output'
        ? {
            tab,
            lines: Array.from({ length: 40 }, (_, at) => ' '.repeat(at % 2) + '界'.repeat(60)),
            live: true,
            note: null,
          }
        : null;
    const app = await open(world, 101, 40);
    for (const keys of ['v', '?', '\u001b', 'q', '\u001b', 'w']) {
      await app.press(keys);
    }
  });

  test('the terminal is given back', async () => {
    const { screen, mounted } = await open(shopWorld(), 80, 24);
    expect([screen.raw, screen.modes.has(2004)]).toEqual([true, true]);
    await mounted.unmount();
    await screen.settled();
    expect([screen.raw, screen.alternate(), screen.modes.has(25), screen.modes.has(2004)]).toEqual([
      false,
      false,
      true,
      false,
    ]);
  });
});

describe('keys', () => {
  const at = ({ dashboard }: MountedApp) => dashboard.view.ui.cursor;

  test('of one read are those of several', async () => {
    const app = await open(shopWorld(), 80, 24);
    await app.press('jjj');
    expect(at(app)).toBe('task:docs');
    for (const key of ['k', 'k', '\u001b[B', '\u001b[A', '\u001bOA']) {
      await app.press(key);
    }
    expect(at(app)).toBe('task:spec');
    await app.press('\u0004\u0015G');
    expect(at(app)).toBe('task:docs');
  });

  test('reach the dialog that one of them has opened', async () => {
    const world = shopWorld();
    const app = await open(world, 80, 24);
    await app.press('na');
    await app.press('\u001b[B\r');
    expect(world.wishes).toMatchObject([{ action: 'answer', task: 'page', text: 'postgres' }]);
    expect(app.screen.lines()[22]).toContain('sent to page');
  });

  test('what is pasted is text where text is wanted, and no keys elsewhere', async () => {
    const world = shopWorld();
    const app = await open(world, 80, 24);
    await app.press('\u001b[200~q\rjj\u001b[201~');
    expect([app.dashboard.view.ui.dialog, at(app)]).toEqual([null, 'task:spec']);
    await app.press('na');
    await app.press('\u001b[200~my\r\nown \u001b]0;x\u0007words\u001b[201~');
    await app.press('\r');
    expect(world.wishes).toMatchObject([{ action: 'answer', task: 'page', text: 'my own  ]0;x words' }]);
  });

  test('Ctrl-L draws all anew, whatever another program has written', async () => {
    const world = shopWorld();
    const app = await open(world, 80, 24);
    await app.screen.write('\u001b[5;5Hrubbish\u001b[20;60Hmore rubbish');
    expect(app.screen.lines().join()).toContain('more rubbish');
    await app.press('\u000c');
  });
});

describe('a new size', () => {
  const sizes = fc.record({ columns: fc.integer({ min: 20, max: 300 }), rows: fc.integer({ min: 5, max: 100 }) });
  const keys = fc.constantFrom(...'jkG?wqgv+-\tfs/x', '\u001b');

  test('is drawn whole, whatever stood there, while the run goes on', async () => {
    const run = emptyRunState();
    newRun(run, 20);
    const world = fakeWorld(run);
    world.detailOf = shopWorld().detailOf;
    const app = await open(world, 80, 24);
    const step = fc.record({ size: sizes, picks: fc.noBias(fc.array(fc.nat(1_000_000), { maxLength: 5 })), key: keys });
    for (const { size, picks, key } of fc.sample(step, { numRuns: 20, seed: 17 })) {
      for (const pick of picks) world.happen(pick);
      app.screen.type(key);
      app.screen.resize(size.columns, size.rows);
      await app.matches();
      // Hidden, and where nothing scrolls.
      expect(app.screen.cursor()).toEqual({ column: 0, row: size.rows - 1 });
      expect(app.screen.modes.has(25)).toBe(false);
    }
  });

  test('comes with one write, so that nothing is empty in between', async () => {
    const { screen, matches } = await open(shopWorld(), 120, 40);
    const write = vi.spyOn(screen.stdout, 'write');
    for (const [columns, rows] of [
      [60, 20],
      [200, 60],
      [60, 20],
    ] as const) {
      write.mockClear();
      screen.resize(columns, rows);
      await matches();
      const printed = write.mock.calls.map(([bytes]) => String(bytes));
      const clearing = printed.filter((bytes) => ERASING.some((erasing) => bytes.includes(erasing)));
      expect(clearing).toEqual([expect.stringContaining('checkout-api')]);
      expect(printed.filter((bytes) => bytes.includes('checkout-api'))).toEqual(clearing);
    }
  });

  test('that comes while another program has the terminal is drawn when it is back, and not over that', async () => {
    const { screen, mounted, matches } = await open(shopWorld(), 120, 40);
    const write = vi.spyOn(screen.stdout, 'write');
    await mounted.handOver(async () => {
      await screen.settled();
      write.mockClear();
      screen.resize(60, 20);
      await screen.write('another program');
      await screen.settled();
      expect(write.mock.calls.map(([bytes]) => bytes).filter((bytes) => bytes !== '')).toEqual([]);
    });
    await matches();
    expect([screen.columns, screen.alternate()]).toEqual([60, true]);
  });
});
