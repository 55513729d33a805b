import { mkdtempSync, realpathSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { playRollback, rollbackCases } from '../../support/rollback/rollback-model.ts';

test('refs and worktrees are what the plan says, and an undo brings back what was there', {
  timeout: 120_000,
}, async () => {
  const counts = { resets: 0, undos: 0, refused: 0, killed: 0 };
  await fc.assert(
    fc.asyncProperty(rollbackCases, async (played) => {
      const folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-test-')));
      try {
        await playRollback(folder, played, counts);
      } finally {
        rmSync(folder, { recursive: true, force: true });
      }
    }),
    // The long form is `npm run sweep:rollback`.
    { numRuns: 8, seed: 3 },
  );
  // Of this seed: it must not become empty unseen.
  expect(counts.resets).toBeGreaterThan(7);
  expect(counts.undos).toBeGreaterThan(3);
  expect(counts.killed).toBeGreaterThan(0);
});
