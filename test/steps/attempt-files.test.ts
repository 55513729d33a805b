import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { writeAttemptFiles } from '../../src/steps/attempt-files.ts';
import { AGENT, filesInput, graphTask, leave, signalDirOf, temporaryFolder } from './instructions/briefing-fixture.ts';

function json(folder: string, name: string): unknown {
  return JSON.parse(readFileSync(join(folder, name), 'utf8'));
}

test('the manifest', () => {
  const repository = temporaryFolder();
  leave(repository, signalDirOf('spec'), {
    'outputs.json': JSON.stringify([{ path: 'docs/spec.md', category: 'spec', action: 'created' }]),
  });
  const task = graphTask('work', {
    role: 'implementer',
    description: 'Make it.',
    paths: [
      { path: 'src/a.ts', category: 'src' },
      { path: 'test/a.test.ts', category: 'test' },
      { path: 'src/b.ts', category: 'src' },
    ],
    inputsFrom: [{ task: 'spec', category: null }],
  });
  const dependencies = [graphTask('spec', { description: 'Specify it.' }), graphTask('base')];
  const input = filesInput(repository, task, { attempt: 3, dependencies });
  writeAttemptFiles(input);
  expect(json(input.signalDir, 'manifest.json')).toEqual({
    schema_version: '1',
    task: { id: 'work', role: 'implementer', description: 'Make it.' },
    paths: { src: ['src/a.ts', 'src/b.ts'], test: ['test/a.test.ts'] },
    workspace: { branch_name: 'agentrelay/demo/work', integration_branch: 'agentrelay/demo/ws/default' },
    execution: { attempt_num: 3, graph_name: 'demo' },
    dependencies: { spec: { description: 'Specify it.' }, base: { description: null } },
    input_files: [{ path: 'docs/spec.md', category: 'spec', source_task: 'spec' }],
  });
});

test('the policies of a task that has all of them', () => {
  const task = graphTask('work', {
    description: `Make it ${'very '.repeat(20)}well.\nAnd more.`,
    completionGate: ['npm', 'test'],
    maxGateAttempts: 3,
    review: { agent: { ...AGENT, model: 'large' }, reviewOnAttempt: 2 },
    primaryAgent: { ...AGENT, adrVerbosity: 'educational' },
    verify: ['npm ci --dry-run'],
  });
  const input = filesInput(temporaryFolder(), task);
  writeAttemptFiles(input);
  expect(json(input.signalDir, 'policies.json')).toEqual({
    schema_version: '1',
    commit_policy: { branch: 'agentrelay/demo/work', clean_tree: true },
    pr_policy: {
      forge: 'local',
      base: 'agentrelay/demo/ws/default',
      title: `work: Make it ${'very '.repeat(11)}very…`,
    },
    completion_gate: { command: ['npm', 'test'], max_attempts: 3 },
    review: { review_on_attempt: 2, agent: { framework: 'claude_code', model: 'large' } },
    adr: { verbosity: 'educational' },
    verification: { commands: ['npm ci --dry-run'] },
  });
});

test('policies that there are not are null', () => {
  const input = filesInput(temporaryFolder(), graphTask('work'), {
    forge: {
      name: 'gh',
      remote: 'origin',
      repository: { host: 'github.com', owner: 'acme', name: 'widgets' },
      cacheFolder: '/runs/1/gh',
    },
  });
  writeAttemptFiles(input);
  expect(json(input.signalDir, 'policies.json')).toMatchObject({
    pr_policy: {
      forge: 'gh',
      remote: 'origin',
      repository: { host: 'github.com', owner: 'acme', name: 'widgets' },
      cache: '/runs/1/gh',
      title: 'work',
    },
    completion_gate: null,
    review: null,
    adr: null,
    verification: null,
  });
});

test('a first attempt without anything before it has no context', () => {
  const input = filesInput(temporaryFolder(), graphTask('work'));
  writeAttemptFiles(input);
  expect(readdirSync(input.signalDir).sort()).toEqual(['instructions.md', 'manifest.json', 'policies.json']);
});

test('the context tells what came before, the ends of long logs only', () => {
  const repository = temporaryFolder();
  leave(repository, signalDirOf('spec'), { 'summary.md': 'Specified.' });
  leave(repository, signalDirOf('work', 1), {
    'gate_last_output.txt': `${'x'.repeat(99)}\n`.repeat(1_000).concat('the end\n'),
    'concerns.log': 'odd\n',
    'agent.log': 'SCREEN',
  });
  const input = filesInput(repository, graphTask('work', { inputsFrom: [{ task: 'gone', category: null }] }), {
    attempt: 3,
    dependencies: [graphTask('spec')],
    earlierAttempts: [
      { number: 1, error: 'gate_failed', signalDir: signalDirOf('work', 1) },
      { number: 2, error: null, signalDir: null },
    ],
    signalDirOf: (id) => (id === 'gone' ? null : signalDirOf(id)),
  });
  writeAttemptFiles(input);
  const context = readFileSync(join(input.signalDir, 'context.md'), 'utf8');
  expect(context.split('\n').filter((line) => line.startsWith('#'))).toEqual([
    '# Context of task `work`',
    '## Attempt 1',
    '## Attempt 2',
    '## Summary of task `spec`',
    '## Input files that are not there',
  ]);
  expect(context).toContain('(the last 8 kB)');
  expect(context).toContain('the end');
  expect(context).toContain('refs/agentrelay/attempts/1/work/1');
  expect(context).not.toContain('SCREEN');
  expect(context.length).toBeLessThan(12_000);
  const instructions = readFileSync(join(input.signalDir, 'instructions.md'), 'utf8');
  expect(instructions).toContain(join(input.signalDir, 'context.md'));
  expect(instructions).toContain(join(repository, signalDirOf('work', 1), 'agent.log'));
});

test('the same input again touches nothing; a changed one replaces what changed', () => {
  const repository = temporaryFolder();
  const input = filesInput(repository, graphTask('work', { description: 'Make it.' }));
  writeAttemptFiles(input);
  const names = readdirSync(input.signalDir);
  const inodes = () => names.map((name) => statSync(join(input.signalDir, name), { bigint: true }).ctimeNs);
  const before = inodes();
  writeAttemptFiles(input);
  expect(inodes()).toEqual(before);
  writeFileSync(join(input.signalDir, 'context.md'), 'left by somebody');
  writeFileSync(join(input.signalDir, 'manifest.json'), '{"torn');
  writeAttemptFiles(input);
  expect(existsSync(join(input.signalDir, 'context.md'))).toBe(false);
  expect(json(input.signalDir, 'manifest.json')).toMatchObject({ task: { description: 'Make it.' } });
  expect(readdirSync(input.signalDir).sort()).toEqual([...names].sort());
});
