import { once } from 'node:events';
import { appendFileSync, mkdirSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';
import { AttemptFixture } from './attempt-fixture.ts';

function declare(path: string, action = 'created', category = 'src'): string[] {
  return ['declare', '--path', path, '--action', action, '--category', category];
}

function outputs(fixture: AttemptFixture): unknown {
  return JSON.parse(fixture.read('outputs.json'));
}

test('appends to outputs.json; the last word about a path counts', () => {
  const fixture = new AttemptFixture();
  fixture.commit('src/a b.ts');
  fixture.commit('spec.md');
  expect(fixture.run(declare('src/a b.ts')).code).toBe(0);
  expect(fixture.run(declare('./spec.md', 'modified', 'spec')).code).toBe(0);
  expect(fixture.run(declare('gone.ts', 'deleted')).code).toBe(0);
  expect(fixture.run(declare('src//a b.ts', 'modified', 'test')).code).toBe(0);
  expect(outputs(fixture)).toEqual([
    { path: 'src/a b.ts', category: 'test', action: 'modified' },
    { path: 'spec.md', category: 'spec', action: 'modified' },
    { path: 'gone.ts', category: 'src', action: 'deleted' },
  ]);
});

test('paths are relative to the worktree, also from a folder in it', () => {
  const fixture = new AttemptFixture();
  fixture.commit('src/a.ts');
  const cwd = join(fixture.worktree, 'src');
  expect(fixture.run(declare('src/a.ts'), { cwd }).code).toBe(0);
  expect(fixture.run(declare('a.ts'), { cwd })).toMatchObject({
    code: 1,
    stderr: expect.stringContaining(`Paths are relative to that folder`),
  });
});

test('declared at the same time, all are kept', async () => {
  const fixture = new AttemptFixture();
  const names = Array.from({ length: 12 }, (_, i) => `file-${i}.ts`);
  for (const name of names) writeFileSync(join(fixture.worktree, name), '');
  const codes = await fixture.runTogether(names.map((name) => declare(name)));
  expect(new Set(codes)).toEqual(new Set([0]));
  expect((outputs(fixture) as { path: string }[]).map(({ path }) => path).sort()).toEqual([...names].sort());
  expect(fixture.files()).toEqual(['manifest.json', 'outputs.json', 'outputs.jsonl', 'policies.json']);
});

test('whoever writes last has seen the others, in each of 200 races', async () => {
  const fixture = new AttemptFixture();
  const gate = new Int32Array(new SharedArrayBuffer(4));
  const module = new URL('../../src/agent/declare.ts', import.meta.url).href;
  const racers = [0, 1, 2].map((racer) => {
    const workerData = { gate, module, racer, racers: 3, signalDir: fixture.signalDir };
    return new Worker(RACER, { eval: true, workerData });
  });
  const lost = await Promise.all(racers.map(async (racer) => (await once(racer, 'message'))[0] as number[]));
  expect(lost).toEqual([[], [], []]);
});

/** Records one output a round, all racers at the same time, and notes the rounds after which one was missing. */
const RACER = `
  const { parentPort, workerData } = require('node:worker_threads');
  const { readFileSync } = require('node:fs');
  const { gate, module, racer, racers, signalDir } = workerData;
  function meet(times) {
    if (Atomics.add(gate, 0, 1) + 1 === times * racers) Atomics.notify(gate, 0);
    for (let here; (here = Atomics.load(gate, 0)) < times * racers; ) Atomics.wait(gate, 0, here);
    Atomics.notify(gate, 0);
  }
  import(module).then(({ recordOutput }) => {
    const lost = [];
    for (let round = 0; round < 200; round += 1) {
      meet(3 * round + 1);
      recordOutput(signalDir, { path: round + '-' + racer, category: 'src', action: 'deleted' });
      meet(3 * round + 2);
      const list = JSON.parse(readFileSync(signalDir + '/outputs.json', 'utf8'));
      if (list.length !== racers * (round + 1)) lost.push(round);
      meet(3 * round + 3);
    }
    parentPort.postMessage(lost);
  });
`;

test('a list that was written by hand is kept, and a torn line swallows nothing', () => {
  const fixture = new AttemptFixture();
  fixture.commit('a.ts');
  fixture.write('outputs.json', [{ path: 'by-hand.ts', category: 'src', action: 'created' }]);
  fixture.run(declare('a.ts'));
  appendFileSync(join(fixture.signalDir, 'outputs.jsonl'), '{"path":"torn');
  fixture.run(declare('b.ts', 'deleted'));
  expect((outputs(fixture) as { path: string }[]).map(({ path }) => path)).toEqual(['by-hand.ts', 'a.ts', 'b.ts']);
});

test('a broken list is not overwritten', () => {
  const fixture = new AttemptFixture();
  fixture.commit('a.ts');
  fixture.write('outputs.json', '[{');
  expect(fixture.run(declare('a.ts'))).toMatchObject({ code: 1, stderr: expect.stringContaining('is broken') });
  expect(fixture.read('outputs.json')).toBe('[{');
});

test.each([
  ['../outside.ts', 'is not a file of the worktree'],
  ['a/../../outside.ts', 'is not a file of the worktree'],
  ['.git/config', 'is not a file of the worktree'],
  ['/etc/passwd', 'It is not inside the worktree'],
  ['missing.ts', 'does not exist'],
  ['src', 'is a folder'],
  ['link/outside.ts', 'lies outside the worktree'],
])('%s is refused', (path, message) => {
  const fixture = new AttemptFixture();
  fixture.commit('src/a.ts');
  mkdirSync(join(fixture.root, 'outside'));
  writeFileSync(join(fixture.root, 'outside/outside.ts'), '');
  symlinkSync(join(fixture.root, 'outside'), join(fixture.worktree, 'link'));
  const ran = fixture.run(declare(path));
  expect(ran.code).toBe(1);
  expect(ran.stderr).toContain(message);
  expect(fixture.files()).not.toContain('outputs.json');
});

test('an absolute path inside is answered with the relative one', () => {
  const fixture = new AttemptFixture();
  expect(fixture.run(declare(join(fixture.worktree, 'src/a.ts'))).stderr).toContain("Write it as 'src/a.ts'.");
});

test('an unknown action is refused with those that are', () => {
  const fixture = new AttemptFixture();
  expect(fixture.run(declare('a.ts', 'renamed'))).toMatchObject({
    code: 2,
    stderr: expect.stringContaining('none of created, modified, deleted'),
  });
});
