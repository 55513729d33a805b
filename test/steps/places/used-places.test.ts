import { expect, test } from 'vitest';
import { placesIn, usesEnvironment } from '../../../src/steps/places/used-places.ts';

const nothing = { environment: null, sandbox: null };

test('a run that only knew windows has nothing else to be asked for', () => {
  const used = placesIn(['name: g\ntasks:\n  - {id: a, description: run podman in slurm over ssh}\n'], [nothing]);
  expect(used).toEqual({ environments: [], runtimes: new Set(), usesContainers: false });
});

test('places of any task, of a text that was edited since, and of the command line', () => {
  const task = `tasks:
  - id: a
    primary_agent: {environment: {type: slurm, partition: gpu}}
    isolation: {runtime: docker}
`;
  const used = placesIn(
    [task, 'isolation: {sandbox: oci}', 'isolation: ['],
    [{ environment: 'ssh', sandbox: 'bwrap' }],
  );
  expect(used.usesContainers).toBe(true);
  expect(used.runtimes).toEqual(new Set(['docker']));
  expect(['slurm', 'ssh', 'process'].filter((type) => usesEnvironment(used, type))).toEqual(['slurm', 'ssh']);
  expect(placesIn([], [nothing, { environment: null, sandbox: 'oci' }]).usesContainers).toBe(true);
});
