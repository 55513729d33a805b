import fc from 'fast-check';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import { emptyRunState, type RunState } from '../../src/core/run-state.ts';
import { type Detail, type Standing, TABS } from '../../src/ui/ports.ts';
import { fieldOf } from '../../src/ui/text-field.ts';
import { type Dialog, RETRY_ROWS, type RowKey, SORTS, STATUS_GROUPS, type UiState } from '../../src/ui/ui-state.ts';
import { BEGIN, happen, newRun } from './happenings.ts';
import { HOSTILE } from './view/views.ts';

/** Of every kind that agents, people and programs can come up with. */
export const anyText: fc.Arbitrary<string> = fc.oneof(
  fc.constantFrom('', 'page', HOSTILE, `${'界'.repeat(300)}`, 'a b '.repeat(200)),
  fc.string({ unit: 'binary', maxLength: 80 }),
  fc.string({ unit: 'grapheme', maxLength: 80 }),
);

/** What will happen; see \`happen\`. */
const picks = (maxLength: number) => fc.noBias(fc.array(fc.nat(1_000_000), { maxLength, size: 'max' }));

/** Everybody says what they like. */
export const anyRun = runThatSays(anyText);

/** A run at any moment, with what is said in it. */
export function runThatSays(text: fc.Arbitrary<string>): fc.Arbitrary<RunState> {
  return fc
    .tuple(fc.nat(20), picks(300), fc.array(text, { minLength: 1, maxLength: 5 }))
    .map(([count, order, texts]) => {
      const run = emptyRunState();
      newRun(run, count);
      for (const pick of order) happen(run, pick, { text: (at) => texts[at % texts.length] ?? '' });
      return run;
    });
}

export interface Sizes {
  readonly columns: fc.Arbitrary<number>;
  readonly rows: fc.Arbitrary<number>;
}

/** What a person can have come to in this run, at this size or another. */
export function anyUi(run: RunState, sizes: Sizes, text = anyText): fc.Arbitrary<UiState> {
  const tasks = [...run.tasks.keys(), 'gone'];
  const rows: RowKey[] = [
    ...tasks.map((id): RowKey => `task:${id}`),
    ...[...run.workstreams.keys()].map((id): RowKey => `lane:${id}`),
  ];
  const anyTask = fc.constantFrom(...tasks);
  const field = fc.tuple(text, fc.nat(80)).map(([typed, back]) => {
    const all = fieldOf(typed.replace(/[\p{Cc}\u2028\u2029]+/gu, ' '));
    return { ...all, at: Math.max(0, all.at - back) };
  });
  const top = fc.oneof(fc.nat(200), fc.constant(Number.MAX_SAFE_INTEGER));
  const change = fc.record({
    note: fc.option(text),
    instructions: fc.option(text),
    framework: fc.option(text),
    model: fc.option(text),
    keep_work: fc.boolean(),
    fresh: fc.boolean(),
  });
  const plain: fc.Arbitrary<Dialog> = fc.oneof(
    fc.record({ kind: fc.constant('statuses' as const), at: fc.nat(STATUS_GROUPS.length - 1) }),
    fc.record({ kind: fc.constant('why' as const), row: fc.constantFrom(...rows), top }),
    fc.record({
      kind: fc.constant('retry' as const),
      tasks: fc.uniqueArray(anyTask, { minLength: 1, maxLength: 3 }),
      seen: fc.array(fc.nat(3), { maxLength: 3 }),
      change: fc.oneof(fc.constant(NO_CHANGE), change),
      at: fc.nat(RETRY_ROWS.length - 1),
      field: fc.option(field),
    }),
    fc.record({
      kind: fc.constant('answer' as const),
      task: anyTask,
      since: fc.constant(null),
      field,
      at: fc.option(fc.nat(3)),
    }),
    fc.record({
      kind: fc.constant('confirm' as const),
      act: fc.constantFrom('teardown' as const, 'cancel' as const),
      tasks: fc.uniqueArray(anyTask, { minLength: 1, maxLength: 3 }),
    }),
    fc.record({ kind: fc.constant('quit' as const), at: fc.nat(2) }),
  );
  const help = fc.record({ kind: fc.constant('help' as const), field, top, from: fc.option(plain) });
  const detail = fc.record({
    of: fc.tuple(anyTask, fc.constantFrom(...TABS)).map(([task, tab]) => `${task}/${tab}`),
    value: fc.oneof(
      text.map((failed) => ({ failed })),
      fc.array(text, { maxLength: 40 }).map((lines): Detail => ({ tab: 'output', lines, live: true, note: null })),
    ),
  });
  return fc.record<UiState>({
    columns: sizes.columns,
    rows: sizes.rows,
    now: fc.integer({ min: 0, max: 200_000 }).map((second) => BEGIN + second * 1000),
    cursor: fc.option(fc.constantFrom(...rows)),
    cursorLine: fc.nat(120),
    screen: fc.constantFrom('tasks', 'tasks', 'graph'),
    graphLeft: fc.nat(100),
    tab: fc.constantFrom(...TABS),
    zoomed: fc.boolean(),
    panelShare: fc.nat(8),
    panelTop: fc.option(fc.nat(100)),
    panelLeft: fc.nat(100),
    filter: fc.oneof(fc.constantFrom('', '', 'spec', 'lane0'), text),
    filterField: fc.option(field, { freq: 2 }),
    statuses: fc.option(fc.uniqueArray(fc.constantFrom(...STATUS_GROUPS)).map((groups) => new Set(groups))),
    sort: fc.constantFrom(...SORTS),
    marked: fc.uniqueArray(anyTask, { maxLength: 4 }).map((ids) => new Set(ids)),
    dialog: fc.oneof(fc.constant(null), plain, help),
    toast: fc.option(fc.record({ text, tone: fc.constantFrom('good', 'bad', 'plain'), until: fc.constant(BEGIN) }), {
      freq: 2,
    }),
    detail: fc.option(detail),
    undoable: fc.array(anyTask, { maxLength: 3 }),
    interruptedAt: fc.constant(0),
    readOnly: fc.boolean(),
  });
}

export const anyStanding: fc.Arbitrary<Standing> = fc.oneof(
  fc.constantFrom<Standing>({ kind: 'mine' }, { kind: 'opening' }, { kind: 'nobody' }),
  fc.constant<Standing>({ kind: 'other', pid: 4_194_304, host: 'elsewhere' }),
  fc.record({
    kind: fc.constant('replay' as const),
    speed: fc.constantFrom(0.25, 1, 1024),
    playing: fc.boolean(),
    at: fc.constant(BEGIN + 5_000),
    ended: fc.boolean(),
    shown: fc.constantFrom(1, 7, 100),
    events: fc.constant(100),
  }),
);
