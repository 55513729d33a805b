import { expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/events.ts';
import type { TaskState } from '../../../../src/core/run-state.ts';
import { ASCII, UNICODE } from '../../../../src/ui/glyphs.ts';
import type { Line } from '../../../../src/ui/line.ts';
import type { UiState } from '../../../../src/ui/ui-state.ts';
import { drawGraph, farthestLeft } from '../../../../src/ui/view/graph/graph.ts';
import { graphRows } from '../../../../src/ui/view/graph/graph-rows.ts';
import type { GraphSpec } from '../../../support/graphs.ts';
import { expectExact, goOn, HOSTILE, runOf, textOf, textsOf, viewOf } from '../views.ts';

const SHOP: GraphSpec = {
  workstreams: [{ id: 'api' }, { id: 'web' }, { id: 'docs', parent: 'web' }],
  tasks: [
    { id: 'spec', ws: 'api' },
    { id: 'cart', ws: 'api', deps: ['spec'] },
    { id: 'tax', ws: 'api', deps: ['spec'] },
    { id: 'review', ws: 'api', deps: ['cart', 'tax'] },
    { id: 'page', ws: 'web', deps: ['cart'] },
    { id: 'style', ws: 'web' },
    { id: 'guide', ws: 'docs' },
  ],
};

const SPEC = { task: 'spec', attempt: 1 };
const SPEC_DONE: readonly Fact[] = [
  { ...SPEC, kind: 'task_started', token_hash: 'x' },
  { ...SPEC, kind: 'task_succeeded', status: 'completed', pr: null, commit: null },
];

function draw(spec: GraphSpec, { rows = 20, ...ui }: Partial<UiState> = {}, columns = 60): string[] {
  return textsOf(drawGraph(viewOf(runOf(spec), ui), { columns, rows })).map((text) => text.trimEnd());
}

test('rails on the left, names beside them, lanes apart, the critical path marked', () => {
  expect(draw(SHOP, { cursor: 'task:tax' })).toEqual([
    ' ◆ critical path: 5 tasks, 0 done: spec → cart → review → p…',
    '  ○         lane api   pending     main → main',
    '  ├─○     ◆ spec       pending     waits for a slot',
    '  │ ├─○   ◆ cart       pending     after spec',
    '❯ │ ╰─│─○   tax        pending     after spec',
    '  │   ○─╯ ◆ review     pending     after cart, tax',
    '  │',
    '  │ ○       lane web   pending     main → main',
    '  ╰─┼─○   ◆ page       pending     after lane api',
    '    ├─○     style      pending     waits for a slot',
    '    │',
    '    ╰─○     lane docs  pending     main → main',
    '      ╰─○ ◆ guide      pending     after lane web',
  ]);
});

function lineOf(lines: readonly Line[], name: string): Line | undefined {
  // Below the title, which holds names too.
  return lines.slice(1).find((line) => textOf(line).includes(` ${name} `));
}

test('the critical path is told by a mark and a strong name, and how far it is done', () => {
  const run = runOf(SHOP, SPEC_DONE);
  const lines = drawGraph(viewOf(run), { columns: 80, rows: 20 });
  expect(textOf(lines[0])).toContain('critical path: 5 tasks, 1 done: spec → cart');
  expect(lineOf(lines, 'cart')?.words).toContainEqual({ text: 'cart', tone: 'strong' });
  expect(textOf(lineOf(lines, 'cart'))).toContain('◆ cart');
  expect(lineOf(lines, 'tax')?.words).toContainEqual({ text: 'tax', tone: 'plain' });
  expect(textOf(lineOf(lines, 'spec'))).toContain('✔');
  // The rails from one task of the path down to the next: the one of cart goes on past tax, which is not on it.
  expect(lineOf(lines, 'cart')?.words).toContainEqual({ text: '├─', tone: 'accent' });
  const past = lineOf(lines, 'tax')?.words.filter(({ tone }) => tone === 'accent');
  expect(past).toEqual([{ text: '│', tone: 'accent' }]);
});

test('the row of the cursor has the ground of the selection and stays in sight', () => {
  const tasks = Array.from({ length: 200 }, (_, i) => ({ id: `t${i}`, deps: i === 0 ? [] : [`t${i - 1}`] }));
  const run = runOf({ tasks });
  for (const cursor of graphRows(run)) {
    const lines = drawGraph(viewOf(run, { cursor }), { columns: 40, rows: 9 });
    expect(lines).toHaveLength(9);
    const selected = lines.filter(({ ground }) => ground === 'selected').map(textOf);
    expect(selected).toHaveLength(1);
    expect(selected[0]).toContain(cursor.startsWith('lane:') ? 'lane default' : ` ${cursor.slice(5)} `);
    expect(selected[0]?.startsWith('❯')).toBe(true);
  }
});

test('what a filter or a choice of statuses leaves out is dim, and stays', () => {
  const run = runOf(SHOP, SPEC_DONE);
  for (const ui of [{ filter: 'cart' }, { statuses: new Set(['done'] as const) }]) {
    const lines = drawGraph(viewOf(run, ui), { columns: 80, rows: 20 });
    const lit = 'filter' in ui ? 'cart' : 'spec';
    for (const name of ['spec', 'cart', 'tax', 'page']) {
      const tones = new Set(
        lineOf(lines, name)
          ?.words.filter(({ text }) => text.trim() !== '')
          .map(({ tone }) => tone),
      );
      expect([name, tones.size === 1 && tones.has('quiet')]).toEqual([name, name !== lit]);
    }
  }
});

test('rails that need more room than there is are panned, and an ellipsis tells of the rest', () => {
  const tasks = Array.from({ length: 30 }, (_, i) => [{ id: `a${i}` }, { id: `b${i}`, deps: [`a${i}`, 'a0'] }]).flat();
  const wide: GraphSpec = {
    tasks: [
      ...tasks.filter(({ id }) => id.startsWith('a')),
      { id: 'z', deps: tasks.map(({ id }) => id) },
      ...tasks.filter(({ id }) => id.startsWith('b')),
    ],
  };
  const view = viewOf(runOf(wide));
  const most = farthestLeft(view, 60);
  expect(most).toBeGreaterThan(20);
  const start = draw(wide, { rows: 80 });
  const end = draw(wide, { rows: 80, graphLeft: 10_000 });
  expect(end).toEqual(draw(wide, { rows: 80, graphLeft: most }));
  expect(start.filter((text) => text.includes('…')).length).toBeGreaterThan(10);
  expect(end.filter((text) => text.includes('…')).length).toBeGreaterThan(10);
  const names = (start[1] ?? '').indexOf('lane default');
  expect(end.slice(1).map((text) => text.slice(names))).toEqual(start.slice(1).map((text) => text.slice(names)));
});

test.each([40, 80, 160])('%i columns: each line is exactly as wide, whatever names and branches hold', (columns) => {
  const spec: GraphSpec = {
    workstreams: [{ id: HOSTILE, baseBranch: HOSTILE, mergeTargetBranch: HOSTILE }, { id: 'long'.repeat(20) }],
    tasks: [
      { id: 'a', ws: HOSTILE },
      { id: `b${HOSTILE}`, ws: HOSTILE, deps: ['a'] },
      { id: 'task'.repeat(16), ws: 'long'.repeat(20), deps: ['a'] },
    ],
  };
  const failed: Fact = {
    task: 'a',
    attempt: 1,
    kind: 'task_failed',
    code: HOSTILE,
    error: HOSTILE,
    failure_class: null,
  };
  const run = runOf(spec, [{ task: 'a', attempt: 1, kind: 'task_started', token_hash: 'x' }, failed]);
  for (const glyphs of [UNICODE, ASCII]) {
    for (const given of [run, runOf(SHOP), runOf({ tasks: [] })]) {
      const lines = drawGraph(viewOf(given, {}, { glyphs }), { columns, rows: 24 });
      expectExact(lines, columns);
    }
  }
});

test('a long path is told from where it goes on', () => {
  const tasks = Array.from({ length: 30 }, (_, i) => ({ id: `t${i}`, deps: i === 0 ? [] : [`t${i - 1}`] }));
  const done = Array.from({ length: 20 }, (_, i): Fact[] => [
    { task: `t${i}`, attempt: 1, kind: 'task_started', token_hash: 'x' },
    { task: `t${i}`, attempt: 1, kind: 'task_succeeded', status: 'completed', pr: null, commit: null },
  ]).flat();
  const [title] = textsOf(drawGraph(viewOf(runOf({ tasks }, done)), { columns: 70, rows: 9 }));
  expect(title).toContain('30 tasks, 20 done: … → t19 → t20 → t21');
  expect(title?.trimEnd().endsWith('…')).toBe(true);
});

/** A map that counts how often its values are looked at. */
class CountingMap extends Map<string, TaskState> {
  looks = 0;

  override get(key: string): TaskState | undefined {
    this.looks++;
    return super.get(key);
  }

  override values(): MapIterator<TaskState> {
    this.looks += this.size;
    return super.values();
  }
}

test('of 5,000 tasks only those in sight are looked at, and the layout stays until the graph is another one', () => {
  const tasks = Array.from({ length: 5_000 }, (_, i) => ({
    id: `t${i}`,
    deps: i < 7 ? [] : [`t${i - 7}`, `t${Math.floor(i / 2)}`],
  }));
  const run = { ...runOf({ tasks }), tasks: new CountingMap(runOf({ tasks }).tasks) };
  const rows = graphRows(run);
  expect(rows).toHaveLength(5_001);
  drawGraph(viewOf(run), { columns: 80, rows: 40 });
  run.tasks.looks = 0;
  for (const cursor of rows.slice(2_000, 2_010)) drawGraph(viewOf(run, { cursor }), { columns: 80, rows: 40 });
  expect(run.tasks.looks).toBeLessThan(10 * 40 * 10);
  goOn(run, [{ task: 't0', attempt: 1, kind: 'task_started', token_hash: 'x' }]);
  expect(graphRows(run)).toBe(rows);
  const changed = { digest: 'other', added: ['new'], removed: [], changed: [], stale: [] };
  const outlines = [...run.tasks.values()].map(({ outline }) => outline);
  const added = { id: 'new', workstream: 'default', role: 'generic', framework: 'command', dependencies: [] };
  const workstreams = [...run.workstreams.values()].map(({ outline }) => outline);
  goOn(run, [{ kind: 'graph_changed', ...changed, tasks: [...outlines, added], workstreams }]);
  expect(graphRows(run)).toContain('task:new');
});

test('a record whose tasks wait in a circle is drawn all the same', () => {
  const tasks = [
    { id: 'a', deps: ['b'] },
    { id: 'b', deps: ['a'] },
    { id: 'c', deps: ['gone'] },
  ];
  expect(graphRows(runOf({ tasks }))).toEqual(['lane:default', 'task:c', 'task:a', 'task:b']);
  expect(draw({ tasks })).toHaveLength(5);
});
