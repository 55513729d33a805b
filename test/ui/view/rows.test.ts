import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import type { RowKey, UiState } from '../../../src/ui/ui-state.ts';
import { countsOf, cursorLane, cursorRow, cursorTask, groupOf, rowsOf } from '../../../src/ui/view/rows.ts';
import type { GraphSpec } from '../../support/graphs.ts';
import { anyRun, anyUi } from '../any-ui.ts';
import { goOn, runOf, viewOf } from './views.ts';

const SHOP: GraphSpec = {
  workstreams: [{ id: 'api' }, { id: 'web' }, { id: 'empty' }],
  tasks: [
    { id: 'page', ws: 'web' },
    { id: 'spec_cart', ws: 'api' },
    { id: 'impl_cart', ws: 'api' },
    { id: 'docs', ws: 'api' },
  ],
};

const start = (task: string): Fact => ({ kind: 'task_started', task, attempt: 1, token_hash: 'x' });
const fail = (task: string): Fact => ({
  kind: 'task_failed',
  task,
  attempt: 1,
  code: 'x',
  error: 'y',
  failure_class: null,
});
const complete = (task: string): Fact => ({
  kind: 'task_succeeded',
  task,
  attempt: 1,
  status: 'completed',
  pr: null,
  commit: null,
});
const ask = (task: string): Fact => ({ kind: 'agent_waiting_input', task, attempt: 1 });

const choice = (ui: Partial<UiState> = {}) => viewOf(runOf({ tasks: [] }), ui).ui;
const keys = (run: ReturnType<typeof runOf>, ui: Partial<UiState> = {}) =>
  rowsOf(run, choice(ui)).rows.map(({ key }) => key);

test('by the graph: each lane with its tasks, in the order of the file; lanes without tasks too', () => {
  expect(keys(runOf(SHOP))).toEqual([
    'lane:api',
    'task:spec_cart',
    'task:impl_cart',
    'task:docs',
    'lane:web',
    'task:page',
    'lane:empty',
  ]);
});

test('a filter matches letters in their order and names of lanes, and keeps the lanes of what it finds', () => {
  const run = runOf(SHOP);
  expect(keys(run, { filter: 'crt' })).toEqual(['lane:api', 'task:spec_cart', 'task:impl_cart']);
  expect(rowsOf(run, choice({ filter: 'crt' })).found.get('spec_cart')).toEqual([3, 7, 8]);
  expect(keys(run, { filter: 'web' })).toEqual(['lane:web', 'task:page']);
  expect(keys(run, { filter: 'nothing' })).toEqual([]);
  expect(keys(run, { filter: 'e' })).toHaveLength(4);
});

test('a filter finds all of many', () => {
  const many = runOf({ tasks: Array.from({ length: 300 }, (_, at) => ({ id: `task_${at}` })) });
  expect(rowsOf(many, choice({ filter: 'task' })).shown).toBe(300);
});

test('statuses narrow, and stand beside a filter', () => {
  const run = runOf(SHOP, [start('spec_cart'), fail('spec_cart'), start('page'), ask('page'), start('docs')]);
  goOn(run, [complete('docs'), start('impl_cart')]);
  expect([...run.tasks.values()].map(groupOf)).toEqual(['needs', 'failed', 'working', 'done']);
  expect(countsOf(run)).toEqual({ working: 1, needs: 1, failed: 1, waiting: 0, done: 1 });
  expect(keys(run, { statuses: new Set(['failed', 'needs']) })).toEqual([
    'lane:api',
    'task:spec_cart',
    'lane:web',
    'task:page',
  ]);
  expect(keys(run, { statuses: new Set(['failed']), filter: 'page' })).toEqual([]);
});

test('sorted by status trouble comes first; by time what moved last; tasks alone, and equals as in the graph', () => {
  const run = runOf(SHOP, [start('docs'), start('spec_cart'), fail('spec_cart'), start('page'), ask('page')]);
  expect(keys(run, { sort: 'status' })).toEqual(['task:page', 'task:spec_cart', 'task:docs', 'task:impl_cart']);
  expect(keys(run, { sort: 'time' })).toEqual(['task:page', 'task:spec_cart', 'task:docs', 'task:impl_cart']);
  goOn(run, [complete('docs')]);
  expect(keys(run, { sort: 'time' })).toEqual(['task:docs', 'task:page', 'task:spec_cart', 'task:impl_cart']);
  expect(keys(run, { sort: 'status' })).toEqual(['task:page', 'task:spec_cart', 'task:impl_cart', 'task:docs']);
});

test('the same rows are given as long as nothing has changed', () => {
  const run = runOf(SHOP);
  const rows = rowsOf(run, choice());
  expect(rowsOf(run, choice())).toBe(rows);
  goOn(run, [start('page')]);
  expect(rowsOf(run, choice())).not.toBe(rows);
});

test('the cursor stays on its task when rows move, and the nearest stands in for one that is hidden', () => {
  const run = runOf(SHOP, [start('impl_cart')]);
  const at = (ui: Partial<UiState>) => cursorRow(run, choice(ui));
  const on = (cursor: RowKey, ui: Partial<UiState> = {}) => at({ cursor, ...ui })?.row.key;
  expect(at({ cursor: 'task:impl_cart' })).toMatchObject({ index: 2 });
  expect(at({ cursor: 'task:impl_cart', sort: 'status' })).toMatchObject({ index: 0, row: { id: 'impl_cart' } });
  expect(on('task:impl_cart', { filter: 'cart' })).toBe('task:impl_cart');
  expect(on('task:impl_cart', { filter: 'docs' })).toBe('task:docs');
  expect(on('task:docs', { filter: 'cart' })).toBe('task:impl_cart');
  expect(on('lane:web', { filter: 'page' })).toBe('lane:web');
  expect(on('lane:api', { filter: 'page' })).toBe('task:page');
  expect(on('task:gone')).toBe('task:spec_cart');
  expect(on('task:docs', { filter: 'nothing' })).toBeUndefined();
  expect(cursorTask(run, choice({ cursor: 'lane:api' }))).toBeNull();
  expect(cursorLane(run, choice({ cursor: 'lane:api' }))?.outline.id).toBe('api');
  expect(cursorLane(run, choice({ cursor: 'task:docs' }))).toBeNull();
});

test('rows are never twice there, and of tasks exactly those that are to be shown', () => {
  const sizes = { columns: fc.constant(80), rows: fc.constant(24) };
  fc.assert(
    fc.property(anyRun, fc.gen(), (run, gen) => {
      const ui = gen(anyUi, run, sizes);
      const { rows, at, shown, found } = rowsOf(run, ui);
      expect(new Set(rows.map(({ key }) => key)).size).toBe(rows.length);
      expect(rows.every(({ key }, index) => at.get(key) === index)).toBe(true);
      const tasks = rows.flatMap((row) => (row.kind === 'task' ? [run.tasks.get(row.id)] : []));
      expect(tasks).toHaveLength(shown);
      for (const task of tasks) {
        if (task === undefined) throw new Error('a row of no task');
        expect(ui.filter === '' || found.has(task.outline.id)).toBe(true);
        expect(ui.statuses === null || ui.statuses.has(groupOf(task))).toBe(true);
      }
      if (ui.filter === '' && ui.statuses === null) expect(shown).toBe(run.tasks.size);
      const counts = Object.values(countsOf(run));
      expect(counts.reduce((sum, count) => sum + count, 0)).toBe(run.tasks.size);
      const cursor = cursorRow(run, ui);
      expect(cursor?.row ?? null).toBe(cursor === null ? null : rows[cursor.index]);
      if (cursor === null) expect(rows).toEqual([]);
    }),
    { numRuns: 100, seed: 3 },
  );
});
