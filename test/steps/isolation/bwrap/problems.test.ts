import { expect, test } from 'vitest';
import { readGraph } from '../../../../src/core/graph/read-graph.ts';
import { bwrapProblems, usersOfBwrap } from '../../../../src/steps/isolation/bwrap/problems.ts';

function graphOf(tasks: object[]) {
  const agent = { framework: 'command', command: ['true'] };
  const { graph, problems } = readGraph({ name: 'g', primary_agent: agent, tasks });
  if (graph === null) throw new Error(JSON.stringify(problems));
  return graph;
}

test('what bubblewrap cannot do, and mounts that are wrong, are named once', async () => {
  const bwrap = (more: object) => ({ sandbox: 'bwrap', ...more });
  const agent = { framework: 'command', command: ['true'] };
  const graph = graphOf([
    { id: 'a', isolation: bwrap({ memory: '4g' }) },
    { id: 'b', isolation: bwrap({ cpus: 2 }) },
    { id: 'c', isolation: bwrap({ mounts: ['/nowhere/at/all'] }) },
    { id: 'd', isolation: bwrap({ mounts: ['/nowhere/at/all', '/more'] }) },
    { id: 'e', isolation: bwrap({ mounts: ['data'] }) },
    { id: 'f', isolation: bwrap({}), primary_agent: { ...agent, environment: { type: 'ssh', host: 'far' } } },
    { id: 'g', isolation: { sandbox: 'none', memory: '4g' } },
  ]);
  expect((await bwrapProblems(graph)).map(({ message }) => message)).toEqual([
    'task f asks for the sandbox bwrap in the environment ssh',
    'the sandbox bwrap has no limit of memory',
    'the sandbox bwrap has no limit of cpus',
    'there is no /nowhere/at/all, which the sandbox bwrap is to mount',
    'the mount "data" has the path data, which is not absolute',
  ]);
});

test('tasks without it need nothing', async () => {
  const graph = graphOf([{ id: 'a' }]);
  expect([usersOfBwrap(graph), await bwrapProblems(graph)]).toEqual([null, []]);
  expect(usersOfBwrap(graphOf([{ id: 'a', isolation: { sandbox: 'bwrap' } }]))).toBe('task a');
});
