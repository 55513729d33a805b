import { expect, test } from 'vitest';
import { watchedManner } from '../../../src/commands/demo/manner.ts';

const pauseOf = (pace?: string) => watchedManner(pace === undefined ? {} : { AGENTRELAY_DEMO_PACE: pace }).pause;

test('the pace is as it is told, where that is one', () => {
  const usual = pauseOf();
  expect(pauseOf('0.5')).toBe(usual / 2);
  expect(pauseOf('2')).toBe(usual * 2);
  for (const none of ['', '0', '-1', 'fast', 'Infinity']) expect(pauseOf(none), none).toBe(usual);
});
