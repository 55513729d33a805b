import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { BILL_AGENTS } from '../../../src/commands/demo/agents-bill.ts';
import { CART_AGENTS } from '../../../src/commands/demo/agents-cart.ts';
import { RULES_AGENTS } from '../../../src/commands/demo/agents-rules.ts';
import { type DemoPrograms, demoGraph } from '../../../src/commands/demo/graph-text.ts';
import { loadGraph } from '../../../src/steps/tools/graph-file.ts';

const PROGRAMS = {
  node: '/opt/a "quoted" folder/node',
  agent: "/tmp/it's here/agent.sh",
  attempts: 2,
} as const satisfies DemoPrograms;

async function load(programs: DemoPrograms = PROGRAMS) {
  const directory = mkdtempSync(join(tmpdir(), 'agentrelay-demo-graph-'));
  try {
    const file = join(directory, 'graph.yaml');
    writeFileSync(file, demoGraph(programs));
    return (await loadGraph(file)).graph;
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
}

test('the graph is valid, also where the paths of the programs are odd', async () => {
  const graph = await load();
  expect(graph.taskById.get('cart-code')).toMatchObject({
    completionGate: [PROGRAMS.node, '--test', '--test-reporter=tap'],
    primaryAgent: { framework: 'command', command: ['/bin/sh', PROGRAMS.agent, '{task}', '{attempt}'] },
  });
});

test('what fails is tried again, or left to a person', async () => {
  expect((await load()).settings.maxTaskAttempts).toBe(2);
  expect((await load({ ...PROGRAMS, attempts: 1 })).settings.maxTaskAttempts).toBe(1);
});

test('it has what the demo promises: eight tasks or more in three lanes, one of them parallel, and a cross-lane wait', async () => {
  const graph = await load();
  expect(graph.tasks.length).toBeGreaterThanOrEqual(8);
  expect(graph.workstreams.map(({ id, parallel }) => [id, parallel])).toEqual([
    ['cart', false],
    ['rules', true],
    ['bill', false],
  ]);
  const lane = (id: string) => graph.taskById.get(id)?.workstreamId;
  const awaited = graph.tasks.flatMap((task) => task.dependencies.map(lane).filter((id) => id !== task.workstreamId));
  expect(awaited).toEqual(['cart']);
});

test('every task has a script that plays its agent, and every script a task', async () => {
  const scripts = Object.keys({ ...CART_AGENTS, ...RULES_AGENTS, ...BILL_AGENTS });
  expect(scripts.sort()).toEqual((await load()).tasks.map(({ id }) => id).sort());
});
