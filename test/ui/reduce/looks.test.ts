import { expect, test } from 'vitest';
import { TABS } from '../../../src/ui/ports.ts';
import { press } from '../../../src/ui/reduce/press.ts';
import type { RowKey, UiState } from '../../../src/ui/ui-state.ts';
import { cursorRow } from '../../../src/ui/view/rows.ts';
import { screenOf } from '../../../src/ui/view/screen.ts';
import { facts, laneActive } from '../view/happened.ts';
import { runOf, textsOf, viewOf } from '../view/views.ts';
import { pressed } from './pressing.ts';

const MANY = runOf({ tasks: Array.from({ length: 60 }, (_, at) => ({ id: `t${at}` })) });
const [b, d] = [facts('b'), facts('d')];
const FEW = runOf(
  {
    workstreams: [{ id: 'x' }, { id: 'y' }],
    tasks: ['a', 'b', 'c', 'd'].map((id) => ({ id, ws: id < 'c' ? 'x' : 'y' })),
  },
  [...b.working, b.failed('no'), ...d.working, d.idle],
);
const NO_PANEL = { panelShare: 0, rows: 24, cursorLine: 1 };

/** Where the cursor is, and on which line of the list. */
function at(...keys: string[]): [RowKey | null, number] {
  const { view } = pressed(viewOf(MANY, NO_PANEL), ...keys);
  const { body } = screenOf(view);
  return [view.ui.cursor, body.findIndex(({ ground }) => ground === 'selected')];
}

test('the list scrolls only as far as it must, with two rows beyond the cursor', () => {
  const times = (count: number, key: string) => Array.from({ length: count }, () => key);
  expect(at()).toEqual(['task:t0', 1]);
  expect(at('j', 'down')).toEqual(['task:t2', 3]);
  expect(at('k')).toEqual(['lane:default', 0]);
  expect(at('k', 'k')).toEqual(['lane:default', 0]);
  expect(at(...times(17, 'j'))).toEqual(['task:t17', 18]);
  expect(at(...times(18, 'j'))).toEqual(['task:t18', 18]);
  expect(at(...times(30, 'j'), ...times(5, 'k'))).toEqual(['task:t25', 13]);
  expect(at(...times(99, 'j'))).toEqual(['task:t59', 20]);
  expect(at('G')).toEqual(['task:t59', 20]);
  expect(at('G', 'home')).toEqual(['lane:default', 0]);
  expect(at('ctrl+d')).toEqual(['task:t10', 11]);
  expect(at('ctrl+d', 'ctrl+u')).toEqual(['task:t0', 1]);
  expect(at('pagedown')).toEqual(['task:t20', 18]);
  expect(at('pagedown', 'ctrl+f', 'pageup')).toEqual(['task:t20', 2]);
});

test('keys of one read are the same as keys one by one', () => {
  expect(at('j', 'j', 'j')).toEqual(at(...'jjj'));
  let ui = pressed(viewOf(MANY, NO_PANEL)).ui;
  for (const key of 'jjGkk') ui = press(viewOf(MANY, ui), key).ui;
  expect(ui).toEqual(pressed(viewOf(MANY, NO_PANEL), ...'jjGkk').ui);
});

test('another row shows its panel from the beginning', () => {
  const scrolled: Partial<UiState> = { panelTop: 7, panelLeft: 16 };
  expect(pressed(viewOf(FEW, scrolled), 'j').ui).toMatchObject({ panelTop: null, panelLeft: 0 });
  expect(pressed(viewOf(FEW, { ...scrolled, cursor: 'lane:x' }), 'k').ui).toMatchObject({ panelTop: 7, panelLeft: 16 });
});

test('n goes round through all that need a person, whatever hides them', () => {
  const round = (keys: string[], ui: Partial<UiState> = {}) => pressed(viewOf(FEW, ui), ...keys).ui.cursor;
  expect(round(['n'])).toBe('task:b');
  expect(round(['n', 'n'])).toBe('task:d');
  expect(round(['n', 'n', 'n'])).toBe('task:b');
  expect(round(['N'])).toBe('task:d');
  expect(round(['N', 'N'])).toBe('task:b');
  const { ui } = pressed(viewOf(FEW, { statuses: new Set(['waiting']), cursor: 'task:c' }), 'n');
  expect(ui).toMatchObject({ cursor: 'task:b', statuses: null });
});

test('n finds a lane that is held, though the order shows no lanes', () => {
  const lane = 'x';
  const run = runOf({ workstreams: [{ id: 'x' }], tasks: [{ id: 'a', ws: 'x' }] }, [
    laneActive(lane),
    { kind: 'workstream_merge_ready', workstream: lane, commit: 'beef' },
    { kind: 'workstream_pr_created', workstream: lane, pr: 'local:x', branch: 'x', target: 'main', commit: 'beef' },
    { kind: 'workstream_held', workstream: lane, reason: 'conflict', details: [], merge_command: 'git merge x' },
  ]);
  const { ui } = pressed(viewOf(run, { sort: 'status' }), 'n');
  expect(cursorRow(run, ui)?.row.key).toBe('lane:x');
});

test('with a filter n goes from match to match', () => {
  const filter = { filter: 't5', cursor: 'task:t5' } as const;
  const on = (...keys: string[]) => pressed(viewOf(MANY, filter), ...keys).ui.cursor;
  expect([on('n'), on('n', 'n'), on('N')]).toEqual(['task:t15', 'task:t25', 'task:t59']);
});

test('where nobody needs a person, n says so', () => {
  const { ui } = pressed(viewOf(MANY), 'n');
  expect(ui.toast).toMatchObject({ text: 'nobody needs you', tone: 'warn' });
});

test('why a key did nothing is gone with the next key', () => {
  expect(pressed(viewOf(MANY), 'n', 'j').ui.toast).toBeNull();
});

test('the tabs go round, and open a panel that is closed', () => {
  const { ui } = pressed(viewOf(FEW, { panelShare: 0, panelTop: 3, panelLeft: 8 }), 'tab');
  expect(ui).toMatchObject({ tab: 'diff', panelShare: 4, panelTop: null, panelLeft: 0 });
  const tabs = TABS.map((_, index) => pressed(viewOf(FEW), ...Array.from({ length: index + 1 }, () => ']')).ui.tab);
  expect(tabs).toEqual([...TABS.slice(1), TABS[0]]);
  expect(pressed(viewOf(FEW), '[').ui.tab).toBe('evidence');
  expect(pressed(viewOf(FEW, { cursor: 'task:b' }), 'd').ui.tab).toBe('diff');
  expect(pressed(viewOf(FEW, { cursor: 'task:b' }), 'd', 'd').ui.tab).toBe('output');
});

test('the panel grows and shrinks, down to none', () => {
  const share = (...keys: string[]) => pressed(viewOf(FEW, { panelShare: 1 }), ...keys).ui.panelShare;
  expect(share('+')).toBe(2);
  expect(share(...'++++++++++++')).toBe(8);
  expect(share('-')).toBe(0);
  expect(share('_', '_')).toBe(0);
});

test('the panel is read line by line, and follows its end again when it is there', () => {
  const lines = Array.from({ length: 50 }, (_, index) => `line ${index}`);
  const of = 'b/output';
  const detail = { of, value: { tab: 'output', lines, live: true, note: null } } as const;
  const view = viewOf(FEW, { cursor: 'task:b', detail });
  const seen = (...keys: string[]) =>
    textsOf(screenOf(pressed(view, ...keys).view).panel).map((text) => text.trimEnd());
  expect(seen().at(-1)).toBe('line 49');
  expect(seen('K').at(-1)).toBe('line 48');
  expect(pressed(view, 'K', 'J').ui.panelTop).toBeNull();
  expect(seen('v', 'home')[0]).toBe('line 0');
  expect(seen('v', 'g', 'pagedown')[0]).toBe('line 19');
  expect(pressed(view, 'v', 'g', 'G').ui.panelTop).toBeNull();
  expect(seen('v', 'l')[0]).toMatch(/^…/);
});

test('the orders go round, and are told', () => {
  const order = (...keys: string[]) => pressed(viewOf(FEW), ...keys).ui;
  expect(order('s')).toMatchObject({ sort: 'status', toast: { text: 'by status, trouble first' } });
  expect(order('s', 's').sort).toBe('time');
  expect(order('s', 's', 's').sort).toBe('graph');
  expect(order('j', 's').cursor).toBe('task:b');
});

test('a filter narrows as it is typed; Enter keeps it with the task that was found, Escape drops it', () => {
  const typed = pressed(viewOf(MANY), '/', 't', '4', '2');
  expect(typed.ui).toMatchObject({ filter: 't42', cursor: 'task:t0' });
  expect(cursorRow(MANY, typed.ui)?.row.key).toBe('task:t42');
  expect(pressed(typed.view, 'enter').ui).toMatchObject({ filter: 't42', filterField: null, cursor: 'task:t42' });
  expect(pressed(typed.view, 'enter', 'esc').ui).toMatchObject({ filter: '', cursor: 'task:t42' });
  expect(pressed(typed.view, 'esc').ui).toMatchObject({ filter: '', filterField: null, cursor: 'task:t0' });
  expect(pressed(typed.view, 'enter', '/', 'backspace').ui).toMatchObject({ filter: 't4' });
  expect(pressed(typed.view, 'enter', 'j').ui.filter).toBe('t42');
});

test('the graph keeps the cursor, and the list has it again', () => {
  const there = pressed(viewOf(FEW, { cursor: 'task:b' }), 'g');
  expect(there.ui).toMatchObject({ screen: 'graph', cursor: 'task:b' });
  expect(pressed(there.view, 'g').ui).toMatchObject({ screen: 'tasks', cursor: 'task:b' });
  expect(pressed(there.view, 'esc').ui.screen).toBe('tasks');
  expect(pressed(there.view, '/').ui).toMatchObject({ screen: 'tasks', filterField: { text: '' } });
});

test('a key that does nothing just now says why, and one that is no key says nothing', () => {
  expect(pressed(viewOf(FEW, { cursor: 'lane:x' }), 'r').ui.toast?.text).toBe('on a lane: this is for tasks');
  const { ui } = pressed(viewOf(FEW));
  expect(pressed(viewOf(FEW, ui), 'Z').ui).toEqual(ui);
});

test('what is marked is marked until it is gone, and the cursor goes on', () => {
  const run = runOf({ tasks: ['a', 'b', 'c'].map((id) => ({ id })) });
  const { ui, view } = pressed(viewOf(run), 'space', 'space');
  expect([[...ui.marked], ui.cursor]).toEqual([['a', 'b'], 'task:c']);
  expect([...pressed(view, 'k', 'space').ui.marked]).toEqual(['a']);
  expect(pressed(view, 'esc').ui.marked.size).toBe(0);
  const less = runOf({ tasks: ['b', 'c'].map((id) => ({ id })) });
  expect([...pressed({ ...view, run: less }).ui.marked]).toEqual(['b']);
});
