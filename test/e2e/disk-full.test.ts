import { rmSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { deviationsOfTrouble, forEach, runInTrouble, type Trouble, untroubled } from '../support/full-disk.ts';
import { countedGraph } from '../support/owner-pair.ts';
import { makeProject, snapshot } from '../support/run-fixture.ts';
import type { Write } from '../support/write-failure.ts';

/** Those that bring bytes to the disk; `test/sweep/disk-full.ts` tries the others too, and both errors with each. */
const BYTES = new Set(['writeSync', 'writeFileSync', 'appendFileSync', 'mkdirSync', 'fdatasync', 'fdatasyncSync']);
/** Of the lines of the journal this many are passed over between two. */
const STEP = 7;
/** Milliseconds; some fifty runs, on a machine that is busy with other tests. */
const LIMIT = 240_000;

/** Each file's first write, and lines of the journal from its beginning to its end. */
function troublesOf(writes: readonly Write[]): Trouble[] {
  const isLine = ({ call, file }: Write) => call === 'writeSync' && file === 'events.jsonl';
  const chosen = writes.filter((write) => {
    if (isLine(write)) return write.nth % STEP === 1;
    // Seven commands for agents, all written alike.
    const isAlike = write.file.startsWith('agentrelay-') && write.file !== 'agentrelay-complete';
    return BYTES.has(write.call) && write.nth === 1 && !isAlike;
  });
  return chosen.map((fails, at) =>
    at % 2 === 0 ? { fails, code: 'ENOSPC', forGood: true } : { fails, code: 'EIO', forGood: false },
  );
}

test('whatever write fails: it is told, no line that was told is lost, and the next run ends as if nothing was', {
  timeout: LIMIT,
}, async () => {
  const { writes, tree } = await untroubled();
  const troubles = troublesOf(writes);
  const files = new Set(troubles.map(({ fails }) => fails?.file));
  for (const file of ['events.jsonl', 'run.json', 'graph.yaml', 'exclude', 'owner.lock.draft', 'agent-wrapper']) {
    expect(files).toContain(file);
  }
  for (const file of ['instructions.md', 'agentrelay-complete', '.merged', 'agent.log']) expect(files).toContain(file);
  const found: Record<string, string[]> = {};
  await forEach(troubles, 4, async (trouble) => {
    const deviations = await deviationsOfTrouble(trouble, tree);
    if (deviations.length > 0) found[JSON.stringify(trouble)] = deviations;
  });
  expect(found).toEqual({});
});

test('a repository that is read-only is refused before anything is made', async () => {
  const project = makeProject();
  try {
    const graph = countedGraph(project, 'g');
    const fails = { call: 'mkdirSync', file: 'g', nth: 1 };
    const before = snapshot(project.repo);
    const end = await runInTrouble(project, graph, { fails, code: 'EROFS', forGood: true });
    expect(end).toMatchObject({
      stdout: '',
      stderr: expect.stringMatching(/read-only\n {2}→ make it writable for you/),
    });
    expect([2, 3]).toContain(end.code);
    expect(snapshot(project.repo)).toEqual(before);
    rmSync(join(project.folder, 'writes'));
    expect((await runInTrouble(project, graph, { fails: null, code: 'EIO', forGood: false })).code).toBe(0);
  } finally {
    project.remove();
  }
});
