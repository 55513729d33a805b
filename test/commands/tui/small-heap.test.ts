import { expect, test } from 'vitest';
import { exec } from '../../../src/steps/tools/exec.ts';

const MODULE = new URL('../../../src/commands/tui/small-heap.ts', import.meta.url).href;

/** How far a young heap may grow depends on the memory of the machine, unless it is said: here 64 MB a half. */
const ROOM = '--max-semi-space-size=64';

/** Frames of which the last few are still there, as a program would draw them; prints the largest young heap, in MB. */
const SCRIPT = `
  import { getHeapSpaceStatistics } from 'node:v8';
  import { SmallHeap } from '${MODULE}';
  const heap = new SmallHeap();
  if (process.argv[1] === 'small') heap.begin();
  let [largest, kept] = [0, []];
  for (let frame = 0; frame < 800; frame++) {
    kept = [...kept.slice(-2), Array.from({ length: 5_000 }, (_, at) => ({ at, text: [at] }))];
    heap.look();
    const young = getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space');
    largest = Math.max(largest, young.space_size);
  }
  heap.release();
  console.log(largest / 1024 / 1024);
`;

test('what a frame leaves behind does not make the young heap grow, and V8 knows each flag', async () => {
  const run = async (how: string) => await exec(process.execPath, [ROOM, '--input-type=module', '-e', SCRIPT, how]);
  const [small, free] = await Promise.all([run('small'), run('free')]);
  expect([small.stderr, Number(small.stdout) <= 32]).toEqual(['', true]);
  expect(Number(free.stdout)).toBeGreaterThan(32);
});
