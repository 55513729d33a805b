import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { playRollback, rollbackCases } from '../support/rollback/rollback-model.ts';

// node test/sweep/rollback.ts [RUNS] [SEED]
// Random graphs with random progress are rolled back and brought back in random order, some with the process killed
// on the way; refs and worktrees must be what each plan says, and after an undo what they were.

const [runs = '200', seed = String(Date.now() % 2 ** 31)] = process.argv.slice(2);
// As in the tests: nobody's own settings of git.
Object.assign(process.env, { GIT_CONFIG_GLOBAL: '/dev/null', GIT_CONFIG_NOSYSTEM: '1' });
const counts = { resets: 0, undos: 0, refused: 0, killed: 0 };
const cases = fc.sample(rollbackCases, { numRuns: Number(runs), seed: Number(seed) });
let deviations = 0;
for (const [at, played] of cases.entries()) {
  const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-sweep-')));
  try {
    await playRollback(folder, played, counts);
  } catch (error) {
    deviations++;
    console.error(`sequence ${at + 1} of seed ${seed}: ${JSON.stringify(played)}`);
    console.error(error);
  } finally {
    rmSync(folder, { recursive: true, force: true });
  }
}
const { resets, undos, refused, killed } = counts;
console.log(`seed ${seed}: ${killed} were killed on the way, ${refused} undos were refused`);
console.log(`sequences ${cases.length}, resets ${resets}, undos ${undos}, deviations ${deviations}`);
process.exitCode = deviations === 0 ? 0 : 1;
