import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { type Columns, columnsOf, EDGE, GAP } from '../../../src/ui/view/columns.ts';
import type { TaskSpec } from '../../support/graphs.ts';
import { goOn, runOf } from './views.ts';

const started: Fact = { kind: 'task_started', task: 'cart', attempt: 1, token_hash: 'x' };
const made: Fact = {
  kind: 'task_pr_created',
  task: 'cart',
  attempt: 1,
  pr: 'https://forge.example/shop/api/pull/1234',
  commit: null,
};

function shopRun() {
  const tasks: TaskSpec[] = [
    { id: 'cart', role: 'implementer', framework: 'claude_code' },
    { id: 'a_name_that_is_longer_than_there_is_room_for' },
  ];
  return runOf({ tasks }, [started, made]);
}

function shown(columns: Columns): string[] {
  return Object.entries(columns)
    .filter(([, cells]) => cells > 0)
    .map(([name]) => name);
}

test('columns give way in one order as the terminal narrows, and none comes back', () => {
  const run = shopRun();
  const gone: string[] = [];
  let before = shown(columnsOf(run, 300));
  expect(before).toEqual(['name', 'role', 'framework', 'strip', 'status', 'pr', 'time', 'note']);
  for (let width = 299; width >= 1; width--) {
    const now = shown(columnsOf(run, width));
    expect(now.filter((name) => !before.includes(name))).toEqual([]);
    gone.push(...before.filter((name) => !now.includes(name)).map((name) => `${name} below ${width + 1}`));
    before = now;
  }
  expect(gone).toEqual([
    'role below 130',
    'pr below 110',
    'framework below 96',
    'note below 72',
    'strip below 54',
    'time below 36',
    'status below 24',
  ]);
});

test('columns with what is between them fill the line, and leave a name its room', () => {
  const run = shopRun();
  for (let width = 20; width <= 300; width++) {
    const { name, ...others } = columnsOf(run, width);
    const beside = Object.values(others).filter((cells) => cells > 0);
    expect(EDGE + name + beside.reduce((sum, cells) => sum + GAP + cells, 0)).toBe(width);
    expect(name).toBeGreaterThanOrEqual(8);
  }
});

test('columns are as wide as all of the run needs them, and no event that changes none of that moves them', () => {
  const run = shopRun();
  const before = columnsOf(run, 200);
  expect(before).toMatchObject({ role: 'implementer'.length, framework: 'claude_code'.length, pr: '#1234'.length });
  goOn(run, [{ kind: 'task_failed', task: 'cart', attempt: 1, code: 'x', error: 'y', failure_class: null }]);
  goOn(run, [{ kind: 'task_retrying', task: 'cart', attempt: 1, of: 3 }]);
  goOn(run, [{ kind: 'task_started', task: 'cart', attempt: 2, token_hash: 'x' }]);
  expect(columnsOf(run, 200)).toEqual(before);
});
