import fc from 'fast-check';
import { afterEach, describe, expect, test } from 'vitest';
import { emptyRunState } from '../../src/core/run-state.ts';
import { type FakeWorld, fakeWorld } from './fake-world.ts';
import { newRun } from './happenings.ts';
import { type MountedApp, mountApp } from './mounted-app.ts';

const apps: MountedApp[] = [];

afterEach(async () => {
  for (const app of apps.splice(0)) await app.close();
});

async function open(world: FakeWorld, columns: number, rows: number): Promise<MountedApp> {
  const app = await mountApp(world, { columns, rows });
  apps.push(app);
  return app;
}

function busyWorld(count = 20): FakeWorld {
  const run = emptyRunState();
  newRun(run, count);
  const world = fakeWorld(run);
  world.detailOf = ({ tab, task, columns }) =>
    tab === 'output'
      ? {
          tab,
          lines: Array.from({ length: 60 }, (_, at) => `${task} ${at} ${'x'.repeat(columns)}`),
          live: true,
          note: null,
        }
      : null;
  return world;
}

describe('a new size', () => {
  const sizes = fc.record({ columns: fc.integer({ min: 20, max: 300 }), rows: fc.integer({ min: 5, max: 100 }) });
  const keys = fc.constantFrom('j', 'k', 'G', '?', '\u001b', 'w', 'q', 'g', 'v', '+', '-', '\t', 'f', 's', '/', 'x');

  test('is drawn whole, whatever stood there, while the run goes on', async () => {
    const world = busyWorld();
    const app = await open(world, 80, 24);
    const steps = fc.sample(
      fc.record({ size: sizes, picks: fc.noBias(fc.array(fc.nat(1_000_000), { maxLength: 5 })), key: keys }),
      {
        numRuns: Number(process.env.N ?? 60),
        seed: 17,
      },
    );
    for (const { size, picks, key } of steps) {
      for (const pick of picks) world.happen(pick);
      app.type(key);
      app.screen.resize(size.columns, size.rows);
      await app.matches();
      expect(app.screen.cursor()).toEqual({ column: 0, row: size.rows - 1 });
    }
    expect(app.screen.effects).toMatchObject({ titles: [], clipboard: [], bells: 0, notices: [], replies: [] });
  });
});
