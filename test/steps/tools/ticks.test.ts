import { expect, test } from 'vitest';
import { Ticks } from '../../../src/steps/tools/ticks.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

test('one beat for all, while somebody listens', async () => {
  const clock = new SimulatedClock();
  const ticks = new Ticks(clock, 1_000);
  expect(clock.sleeping).toBe(0);
  let [one, two] = [0, 0];
  const endOne = ticks.on(() => one++);
  const endTwo = ticks.on(() => two++);
  expect(clock.sleeping).toBe(1);
  await clock.advance(3_500);
  endOne();
  await clock.advance(1_000);
  expect([one, two]).toEqual([3, 4]);
  endTwo();
  await clock.settle();
  expect(clock.sleeping).toBe(0);
  const endThree = ticks.on(() => one++);
  await clock.advance(1_000);
  expect(one).toBe(4);
  endThree();
});
