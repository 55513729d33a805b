import { expect, test } from 'vitest';
import { inTurns } from '../../../src/steps/tools/in-turns.ts';

test('no more than so many at once, in the order of their coming, also after one that fails', async () => {
  const turn = inTurns(2);
  const begun: number[] = [];
  const ends = Array.from({ length: 5 }, () => Promise.withResolvers<void>());
  const all = ends.map(({ promise }, at) =>
    turn(async () => {
      begun.push(at);
      await promise;
      if (at === 1) throw new Error('one fails');
      return at;
    }),
  );
  const settled = Promise.allSettled(all);
  expect(begun).toEqual([0, 1]);
  ends[1]?.resolve();
  await expect(all[1]).rejects.toThrow('one fails');
  expect(begun).toEqual([0, 1, 2]);
  ends[2]?.resolve();
  ends[0]?.resolve();
  await Promise.all([all[0], all[2]]);
  expect(begun).toEqual([0, 1, 2, 3, 4]);
  ends[3]?.resolve();
  ends[4]?.resolve();
  expect((await settled).map(({ status }) => status)).toEqual([
    'fulfilled',
    'rejected',
    'fulfilled',
    'fulfilled',
    'fulfilled',
  ]);
});
