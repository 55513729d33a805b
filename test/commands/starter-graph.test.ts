import { describe, expect, test } from 'vitest';
import { type StarterFacts, starterGraph } from '../../src/commands/starter-graph.ts';
import { parseGraph } from '../../src/steps/tools/graph-file.ts';

const FACTS: StarterFacts = {
  name: 'shop',
  framework: 'claude_code',
  missing: null,
  branch: 'main',
  project: { gate: 'npm test', setup: null },
  sandboxMounts: null,
};

const textOf = (facts: Partial<StarterFacts> = {}) => starterGraph({ ...FACTS, ...facts });
const graphOf = (text: string) => parseGraph(text, 'graph.yaml');

const SUGGESTION = /^( *)# ([a-z_]+: .+)$/gm;
const suggested = (text: string) => [...text.matchAll(SUGGESTION)].map(([, , line]) => line ?? '');
const withAll = (text: string) => text.replace(SUGGESTION, '$1$2');

const PLACES = [
  ['a project with tests', {}],
  ['one that must be set up', { project: { gate: 'npm test', setup: 'npm ci' } }],
  ['one of which nothing is known', { project: { gate: null, setup: null } }],
  ['another branch', { branch: 'release/2.0' }],
  ['words that YAML takes for something else', { name: '007', branch: 'no' }],
  ['a branch with signs', { branch: `it's-#1,"best"` }],
  ['an agent that is missing', { missing: 'codex is not installed here:\n  npm install', framework: 'codex' }],
  ['bubblewrap', { sandboxMounts: ['~/.claude', '~/.claude.json'] }],
  ['bubblewrap without mounts', { sandboxMounts: [], framework: 'aider' }],
] as const satisfies readonly (readonly [string, Partial<StarterFacts>])[];

describe.each(PLACES)('for %s', (_, facts: Partial<StarterFacts>) => {
  const { name, branch, framework, project } = { ...FACTS, ...facts };

  test('it is a good graph, which asks before it does anything, in tmux and in no sandbox', () => {
    const graph = graphOf(textOf(facts));
    expect(graph.name).toBe(name);
    expect(graph.workstreams.map(({ id, autoMerge }) => [id, autoMerge])).toEqual([
      ['hello', false],
      ['notes', false],
    ]);
    for (const { baseBranch, mergeTargetBranch } of graph.workstreams) {
      expect([baseBranch, mergeTargetBranch]).toEqual([branch, branch]);
    }
    expect(graph.tasks.map(({ id, dependencies }) => [id, dependencies])).toEqual([
      ['hello-spec', []],
      ['hello-code', ['hello-spec']],
      ['readme', []],
    ]);
    for (const task of graph.tasks) {
      expect(task).toMatchObject({
        approvals: 'ask',
        completionGate: project.gate,
        setup: project.setup === null ? [] : [project.setup],
        isolation: { sandbox: 'none' },
        primaryAgent: { framework, environment: { type: 'tmux' } },
      });
    }
  });

  test('it is one with every suggestion taken up, too', () => {
    const graph = graphOf(withAll(textOf(facts)));
    const sandbox = facts.sandboxMounts === undefined ? 'none' : 'bwrap';
    expect(graph.settings.forge).toBe('local');
    expect(graph.workstreams.every(({ autoMerge }) => autoMerge)).toBe(true);
    expect(graph.taskById.get('readme')?.dependencies).toEqual(['hello-code']);
    for (const { completionGate, primaryAgent, approvals, isolation } of graph.tasks) {
      expect(completionGate).toBe(project.gate ?? 'make test');
      expect(primaryAgent.environment.type).toBe('process');
      expect({ approvals, ...isolation }).toMatchObject({
        approvals: 'skip',
        sandbox,
        mounts: facts.sandboxMounts ?? [],
      });
    }
  });
});

test('what it suggests', () => {
  const usual = ['forge: local', 'environment: { type: process }', 'approvals: skip'];
  const lanes = ['auto_merge: true', 'auto_merge: true', 'dependencies: [hello-code]'];
  expect(suggested(textOf())).toEqual([...usual, 'setup: npm ci', ...lanes]);
  const more = textOf({ project: { gate: null, setup: null }, sandboxMounts: ['~/.codex'] });
  expect(suggested(more)).toEqual([
    ...usual,
    "isolation: { sandbox: bwrap, mounts: ['~/.codex'] }",
    'setup: npm ci',
    'completion_gate: make test',
    ...lanes,
  ]);
});

test('it says that the agent is missing, on one line', () => {
  const text = textOf({ missing: 'claude is not installed here:\n npm install -g x' });
  expect(text).toContain('\n  framework: claude_code # claude is not installed here: npm install -g x\n');
});
