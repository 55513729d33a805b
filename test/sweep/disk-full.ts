import { deviationsOfTrouble, forEach, type Trouble, untroubled } from '../support/full-disk.ts';

// npm run sweep:disk-full
// Each write of a run of two tasks fails: with a full disk, after which nothing is taken any more, and once with an error.
// Then the run goes on without trouble.

/** Characters of a deviation that are printed. */
const MAX_TOLD = 1_000;

const { writes, tree } = await untroubled();
const troubles: Trouble[] = writes.flatMap((fails) => [
  { fails, code: 'ENOSPC', forGood: true },
  { fails, code: 'EIO', forGood: false },
]);
let deviations = 0;
await forEach(troubles, 3, async (trouble) => {
  for (const deviation of await deviationsOfTrouble(trouble, tree)) {
    deviations++;
    console.log(`DEVIATION ${JSON.stringify(trouble)}: ${deviation.slice(0, MAX_TOLD)}`);
  }
});
console.log(`writes ${writes.length}, runs ${troubles.length}, deviations ${deviations}`);
process.exitCode = deviations > 0 ? 1 : 0;
