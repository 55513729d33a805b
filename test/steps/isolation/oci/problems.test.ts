import { expect, test, vi } from 'vitest';
import { readGraph } from '../../../../src/core/graph/read-graph.ts';
import { containerProblems } from '../../../../src/steps/isolation/oci/problems.ts';

test('names the engine once, what is to be mounted, and agents that start elsewhere', async () => {
  const isolation = { sandbox: 'oci', image: 'a', mounts: ['/nowhere/at/all:ro'] };
  const agent = { framework: 'command', command: ['true'] };
  const { graph, problems } = readGraph({
    ...{ name: 'g', isolation, primary_agent: agent },
    tasks: [
      { id: 'a' },
      { id: 'b', isolation: { image: 'b' } },
      { id: 'c', primary_agent: { ...agent, environment: { type: 'slurm' } } },
      { id: 'd', isolation: { sandbox: 'none' } },
    ],
  });
  if (graph === null) throw new Error(JSON.stringify(problems));
  vi.stubEnv('PATH', '/nowhere');
  try {
    expect((await containerProblems(graph)).map(({ message }) => message)).toEqual([
      'task c asks for the sandbox oci in the environment slurm',
      'podman or docker, which runs the containers of sandbox oci, is not installed',
      'there is no /nowhere/at/all, which the sandbox oci is to mount',
    ]);
  } finally {
    vi.unstubAllEnvs();
  }
});
