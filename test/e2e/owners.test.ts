import { expect, test } from 'vitest';
import { countedGraph, deviationsOfRun, ownerPair, startAtOnce } from '../support/owner-pair.ts';
import { makeProject, SOCKET } from '../support/run-fixture.ts';

test.each([1, 2, 3, 4, 5])('of two owners that start at the same moment one owns the run, pair %i', async () => {
  expect(await ownerPair()).toEqual([]);
});

test('two graphs run side by side in one repository', async () => {
  const project = makeProject();
  try {
    const names = ['one', 'two'];
    const commands = names.map((name) => ['run', countedGraph(project, name), '-L', SOCKET]);
    const started = await startAtOnce(project, commands);
    for (const { ended } of started) expect(await ended).toMatchObject({ code: 0, stderr: '' });
    expect(names.flatMap((name) => deviationsOfRun(project, name))).toEqual([]);
  } finally {
    project.remove();
  }
});
