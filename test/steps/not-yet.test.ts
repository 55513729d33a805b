import { describe, expect, test } from 'vitest';
import { readGraph } from '../../src/core/graph/read-graph.ts';
import { keysWithoutEffect } from '../../src/steps/not-yet.ts';

function graphOf(more: object, task: object = {}) {
  const agent = { framework: 'command', command: ['true'] };
  const { graph, problems } = readGraph({ name: 'g', primary_agent: agent, tasks: [{ id: 'a', ...task }], ...more });
  if (graph === null) throw new Error(JSON.stringify(problems));
  return graph;
}

describe('what comes with a later version', () => {
  test('is named, key by key', () => {
    expect(keysWithoutEffect(graphOf({}))).toEqual([]);
    const review = { agent: { framework: 'command', command: ['true'] } };
    expect(keysWithoutEffect(graphOf({}, { review }))).toEqual(['review']);
  });
});
