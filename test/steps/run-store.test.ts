import { mkdirSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Settings } from '../../src/core/graph/graph.ts';
import { knownGraphs, lastRun, RunStore } from '../../src/steps/run-store.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const CONTENT = {
  graph_digest: 'd',
  base_commits: { main: 'c' },
  settings: { model: 'm' } as Settings,
  graphText: 'g',
};

test('a new run has its files and an empty, private journal', () => {
  const root = temporaryFolder();
  const store = new RunStore(root, 'shop');
  expect(store.runs()).toEqual([]);
  expect(knownGraphs(root)).toEqual([]);
  store.create(1, CONTENT);
  const folder = join(root, '.workflow/shop/runs/1');
  expect(store.runDirectory(1)).toBe(folder);
  expect(readdirSync(folder).sort()).toEqual(['commands', 'events.jsonl', 'graph.yaml', 'run.json', 'signals']);
  expect(JSON.parse(readFileSync(join(folder, 'run.json'), 'utf8'))).toEqual({
    graph_digest: 'd',
    base_commits: { main: 'c' },
    settings: { model: 'm' },
  });
  expect(statSync(store.journalFile(1)).mode & 0o777).toBe(0o600);
  expect(store.journal(1)).toEqual({ events: [], length: 0, torn: '' });
  expect(store.graphText(1)).toBe('g');
  expect(knownGraphs(root)).toEqual(['shop']);
});

test('runs are counted as numbers, and what is no run is none', () => {
  const store = new RunStore(temporaryFolder(), 'shop');
  for (const run of [10, 9, 2]) store.create(run, CONTENT);
  for (const name of ['0', '01', 'x', '3.new', '-1']) mkdirSync(join(store.directory, 'runs', name));
  expect(store.runs()).toEqual([2, 9, 10]);
  expect(lastRun(store, 'shop')).toBe(10);
});

test('a run whose making was cut short is none, and does not stand in the way', () => {
  const store = new RunStore(temporaryFolder(), 'shop');
  const cut = `${store.runDirectory(1)}.new`;
  mkdirSync(cut, { recursive: true });
  writeFileSync(join(cut, 'left'), '');
  expect(store.runs()).toEqual([]);
  store.create(1, CONTENT);
  expect(store.runs()).toEqual([1]);
  expect(readdirSync(store.runDirectory(1))).not.toContain('left');
});

test('a run that is there is never made again', () => {
  const store = new RunStore(temporaryFolder(), 'shop');
  store.create(1, CONTENT);
  expect(() => store.create(1, { ...CONTENT, graphText: 'another' })).toThrow();
  expect(store.graphText(1)).toBe('g');
  expect(readdirSync(join(store.directory, 'runs'))).toEqual(['1']);
});

test('a graph that was never run says so', () => {
  const store = new RunStore(temporaryFolder(), 'shop');
  expect(() => lastRun(store, 'shop')).toThrow(
    expect.objectContaining({ name: 'UserError', message: 'graph shop was never run here' }),
  );
});
