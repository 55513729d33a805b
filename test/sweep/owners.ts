import { ownerPair } from '../support/owner-pair.ts';

// npm run sweep:owners -- [PAIRS]
// Two owners of one graph are started at the same moment, 100 times unless told: one owns it, the other says who does.

const pairs = Number(process.argv[2] ?? 100);
let right = 0;
let deviations = 0;
for (let pair = 1; pair <= pairs; pair++) {
  const found = await ownerPair();
  if (found.length === 0) right++;
  deviations += found.length;
  for (const deviation of found) console.log(`DEVIATION pair ${pair}: ${deviation}`);
}
console.log(`pairs ${pairs}, owners exactly one: ${right}, deviations ${deviations}`);
process.exitCode = deviations > 0 ? 1 : 0;
