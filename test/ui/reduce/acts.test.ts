import { describe, expect, test } from 'vitest';
import { NO_CHANGE } from '../../../src/core/retry-change.ts';
import type { RunState } from '../../../src/core/run-state.ts';
import { paste } from '../../../src/ui/reduce/press.ts';
import type { Effect } from '../../../src/ui/reduce/step.ts';
import { RETRY_ROWS, STATUS_GROUPS, type UiState } from '../../../src/ui/ui-state.ts';
import { facts } from '../view/happened.ts';
import { goOn, runOf, viewOf } from '../view/views.ts';
import { pressed } from './pressing.ts';

const [a, b, c] = [facts('a'), facts('b'), facts('c')];

/** `a` is at work, `b` and `c` have failed, `d` waits. */
function shop(): RunState {
  const tasks = ['a', 'b', 'c', 'd'].map((id) => ({ id }));
  return runOf({ workstreams: [{ id: 'default', parallel: true }], tasks }, [
    ...a.working,
    ...b.working,
    b.failed('no'),
    ...c.working,
    c.failed('no'),
  ]);
}

const on = (task: string, ui: Partial<UiState> = {}, run = shop()) => viewOf(run, { cursor: `task:${task}`, ...ui });

function effects(view: ReturnType<typeof on>, ...keys: string[]): readonly Effect[] {
  return pressed(view, ...keys).effects;
}

const retried = (task: string, change = {}) => ({ action: 'retry', task, change: { ...NO_CHANGE, ...change } });

test('Enter attaches to the agent under the cursor, marked or not', () => {
  expect(effects(on('a', { marked: new Set(['b']) }), 'enter')).toEqual([{ kind: 'attach', task: 'a' }]);
  expect(effects(on('b'), 'enter')).toEqual([]);
});

describe('retry', () => {
  test('r and Enter try the task again', () => {
    const { ui, effects } = pressed(on('b'), 'r', 'enter');
    expect(ui.dialog).toBeNull();
    expect(effects).toEqual([{ kind: 'ask', wishes: [retried('b')], done: 'b is tried again' }]);
  });

  test('of all that are marked, and nothing is marked any more', () => {
    const { ui, effects } = pressed(on('a', { marked: new Set(['b', 'c']) }), 'r', 'enter');
    expect(effects).toEqual([{ kind: 'ask', wishes: [retried('b'), retried('c')], done: '2 tasks are tried again' }]);
    expect(ui.marked.size).toBe(0);
  });

  test('a note is typed in its row; Escape leaves it as it was, Enter takes it and is ready to go', () => {
    const typing = pressed(on('b'), 'r', 'j', 'enter', ...'mind', 'space', ...'it');
    expect(typing.ui.dialog).toMatchObject({ at: 0, field: { text: 'mind it' }, change: NO_CHANGE });
    expect(pressed(typing.view, 'esc').ui.dialog).toMatchObject({ field: null, change: { note: null } });
    expect(pressed(typing.view, 'enter').ui.dialog).toMatchObject({ at: RETRY_ROWS.indexOf('go'), field: null });
    expect(effects(typing.view, 'enter', 'enter')).toMatchObject([{ wishes: [retried('b', { note: 'mind it' })] }]);
    const emptied = [...'mindxit'].map(() => 'backspace');
    expect(effects(typing.view, ...emptied, 'enter', 'enter')).toMatchObject([{ wishes: [retried('b')] }]);
  });

  test('framework and model are typed in theirs', () => {
    const toModel = ['r', 'j', 'j', 'j', 'j', 'enter', ...'big', 'enter'];
    expect(effects(on('b'), ...toModel, 'enter')).toMatchObject([{ wishes: [retried('b', { model: 'big' })] }]);
  });

  test('to keep the work and to begin fresh exclude each other', () => {
    const keep = pressed(on('b'), 'r', 'k', 'k', 'space');
    expect(keep.ui.dialog).toMatchObject({ change: { keep_work: true, fresh: false } });
    const fresh = pressed(keep.view, 'j', 'enter');
    expect(fresh.ui.dialog).toMatchObject({ change: { keep_work: false, fresh: true } });
    expect(pressed(fresh.view, 'space').ui.dialog).toMatchObject({ change: { keep_work: false, fresh: false } });
    expect(effects(fresh.view, 'j', 'enter')).toMatchObject([{ wishes: [retried('b', { fresh: true })] }]);
  });

  test('the cursor goes round through the rows', () => {
    for (const [at] of RETRY_ROWS.entries()) {
      const down = Array.from({ length: at + 1 }, () => 'j');
      expect(pressed(on('b'), 'r', ...down).ui.dialog).toMatchObject({ at });
    }
    expect(pressed(on('b'), 'r', 'j', 'k').ui.dialog).toMatchObject({ at: RETRY_ROWS.indexOf('go') });
  });

  test('instructions are edited with e, or in their row, of one task', () => {
    const edit = { kind: 'edit', task: 'b', change: NO_CHANGE };
    expect(effects(on('b'), 'r', 'e')).toEqual([edit]);
    expect(effects(on('b'), 'r', 'j', 'j', 'enter')).toEqual([edit]);
    const several = pressed(on('b', { marked: new Set(['b', 'c']) }), 'r', 'e');
    expect([several.effects, several.ui.toast?.tone]).toEqual([[], 'warn']);
  });
});

describe('teardown', () => {
  test.each(['y', 'enter'])('t asks, %s agrees, and it can be undone', (key) => {
    const { ui, effects } = pressed(on('b'), 't', key);
    const done = 'b torn down; u brings the work back';
    expect(effects).toEqual([{ kind: 'ask', wishes: [{ action: 'teardown', task: 'b' }], done }]);
    expect(ui).toMatchObject({ dialog: null, undoable: ['b'] });
  });

  test.each(['n', 'esc'])('%s leaves it', (key) => {
    const { ui, effects } = pressed(on('b'), 't', key);
    expect([ui.dialog, ui.undoable, effects]).toEqual([null, [], []]);
  });

  test('u undoes that of the task under the cursor, else the last one', () => {
    const run = goOn(shop(), [b.tornDown, c.tornDown]);
    const undone = (task: string, undoable: readonly string[]) => effects(on(task, { undoable }, run), 'u');
    const undo = (task: string) => ({ wishes: [{ action: 'undo_teardown', task }] });
    expect(undone('b', ['b', 'c'])).toMatchObject([undo('b')]);
    expect(undone('a', ['c', 'b'])).toMatchObject([undo('b')]);
    expect(undone('c', [])).toMatchObject([undo('c')]);
    expect(undone('a', [])).toEqual([]);
    const both = pressed(on('a', { undoable: ['b', 'c'] }, run), 'u', 'u');
    expect(both.effects).toMatchObject([undo('c'), undo('b')]);
    // One that is tried again since has nothing to be brought back.
    goOn(run, [c.retrying(), ...facts('c', 2).started]);
    expect(undone('a', ['b', 'c'])).toMatchObject([undo('b')]);
  });
});

test('x calls off the task under the cursor, or all that are marked, when it is agreed to', () => {
  expect(effects(on('a'), 'x', 'y')).toEqual([
    { kind: 'ask', wishes: [{ action: 'cancel', task: 'a' }], done: 'a called off' },
  ]);
  const both = effects(on('c', { marked: new Set(['a', 'd']) }), 'x', 'y');
  expect(both).toMatchObject([{ wishes: [{ task: 'a' }, { task: 'd' }], done: '2 tasks called off' }]);
  expect(effects(on('b'), 'x', 'y')).toEqual([]);
});

describe('answer', () => {
  const asking = (choices: readonly string[] = ['sqlite', 'postgres']) => goOn(shop(), [a.asks('Which?', choices)]);
  const answered = (text: string, { run } = on('a', {}, asking())) => {
    const since = run.tasks.get('a')?.attempts.at(-1)?.asks?.since;
    return [{ kind: 'ask', wishes: [{ action: 'answer', task: 'a', text, since }], done: 'sent to a' }];
  };

  test('a choice is taken with Enter, or by what is typed', () => {
    const view = on('a', {}, asking());
    expect(effects(view, 'a', 'enter')).toEqual(answered('sqlite'));
    expect(effects(view, 'a', 'down', 'enter')).toEqual(answered('postgres'));
    expect(effects(view, 'a', 'down', 'down', 'down', 'enter')).toEqual(answered('sqlite'));
    expect(effects(view, 'a', '2', 'enter')).toEqual(answered('2'));
    expect(effects(view, 'a', ...'mysql', 'enter')).toEqual(answered('mysql'));
  });

  test('nothing is not sent', () => {
    const { ui, effects } = pressed(on('a', {}, asking()), 'a', 'up', 'space', 'enter');
    expect([effects, ui.toast?.text, ui.dialog?.kind]).toEqual([[], 'nothing to send yet', 'answer']);
  });

  test('an agent that asks nothing is written to', () => {
    const wishes = [{ action: 'send', task: 'a', text: 'hello there' }];
    expect(effects(on('a'), 'a', ...'hello', 'space', ...'there', 'enter')).toMatchObject([{ wishes }]);
    expect(pressed(on('b'), 'a').ui.toast?.text).toBe('the agent of b has ended');
  });

  test('what was pasted is text on one line, and elsewhere it presses no keys', () => {
    const open = pressed(on('a', {}, asking()), 'a').view;
    const { ui } = paste(open, 'drop\nall\x1b[A');
    expect(ui.dialog).toMatchObject({ at: null, field: { text: 'drop all [A' } });
    expect(paste(on('b'), 'r\ry').ui).toEqual(on('b').ui);
  });

  test('another question than the one that was seen is not answered blindly', () => {
    const run = asking();
    const open = pressed(on('a', {}, run), 'a', 'down').view;
    goOn(run, [a.goesOn, a.asks('Delete everything?', ['no', 'yes'])]);
    const first = pressed(open, 'enter');
    expect(first.effects).toEqual([]);
    expect(first.ui).toMatchObject({ dialog: { at: 0 }, toast: { text: 'a asks something else now', tone: 'warn' } });
    expect(effects(first.view, 'enter')).toEqual(answered('no', first.view));
  });

  test('neither is one that was taken back, nor one that came while a line was typed', () => {
    const run = asking();
    const open = pressed(on('a', {}, run), 'a').view;
    goOn(run, [a.goesOn]);
    expect(pressed(open, 'enter')).toMatchObject({ effects: [], ui: { dialog: { at: null, since: null } } });
    const typing = pressed(on('a', {}, run), 'a', ...'yes').view;
    goOn(run, [a.asks('Delete everything?', ['no', 'yes'])]);
    expect(pressed(typing, 'enter')).toMatchObject({ effects: [], ui: { dialog: { field: { text: 'yes' } } } });
  });
});

test('the statuses that are shown: Enter takes the one under the cursor, Space chooses several', () => {
  const shown = (...keys: string[]) => pressed(on('a'), 'f', ...keys).ui;
  expect(shown('enter')).toMatchObject({ dialog: null, statuses: new Set(['working']) });
  expect(shown('j', 'j', 'enter').statuses).toEqual(new Set(['failed']));
  expect(shown('space', 'j', 'space', 'j', 'enter').statuses).toEqual(new Set(['working', 'needs']));
  expect(shown('space', 'space', 'esc').statuses).toBeNull();
  expect(shown(...STATUS_GROUPS.flatMap(() => ['space', 'j'])).statuses).toBeNull();
  expect(shown('k').dialog).toMatchObject({ at: STATUS_GROUPS.length - 1 });
});

test('q asks how, and does what was chosen', () => {
  const left = (...keys: string[]) => effects(on('a'), 'q', ...keys);
  expect(left('enter')).toEqual([{ kind: 'leave', how: 'background' }]);
  expect(left('j', 'enter')).toEqual([{ kind: 'leave', how: 'stop' }]);
  expect(left('k', 'enter')).toEqual([{ kind: 'leave', how: 'cancel' }]);
  expect(left('esc')).toEqual([]);
});

test('p pauses and goes on', () => {
  expect(effects(on('a'), 'p')).toMatchObject([{ wishes: [{ action: 'pause' }] }]);
  const paused = goOn(shop(), [{ kind: 'run_paused' }]);
  expect(effects(on('a', {}, paused), 'p')).toMatchObject([{ wishes: [{ action: 'unpause' }] }]);
});

test('the keys for the terminal and for a run that nobody runs', () => {
  expect(effects(on('a'), 'ctrl+z')).toEqual([{ kind: 'suspend' }]);
  expect(effects(on('a'), 'ctrl+l')).toEqual([{ kind: 'redraw' }]);
  expect(effects(on('a'), 'o')).toEqual([]);
  expect(effects({ ...on('a'), standing: { kind: 'nobody' } }, 'o')).toEqual([{ kind: 'go_on' }]);
});

test('a retry is not asked for blindly where somebody else has tried the task again meanwhile', () => {
  const run = shop();
  const open = pressed(on('b', {}, run), 'r').view;
  goOn(run, [b.retrying(), ...facts('b', 2).started]);
  const first = pressed(open, 'enter');
  expect(first.effects).toEqual([]);
  expect(first.ui).toMatchObject({ dialog: { kind: 'retry', seen: [2] }, toast: { tone: 'warn' } });
  expect(pressed(first.view, 'enter').effects).toMatchObject([{ wishes: [{ action: 'retry', task: 'b' }] }]);
});

test('help lies over what it was asked in, and gives that back', () => {
  const { ui, view } = pressed(on('b'), 'r', '?');
  expect(ui.dialog).toMatchObject({ kind: 'help', from: { kind: 'retry' } });
  expect(pressed(view, ...'quit').ui.dialog).toMatchObject({ field: { text: 'quit' } });
  expect(pressed(view, 'esc').ui.dialog).toMatchObject({ kind: 'retry', tasks: ['b'] });
});

test('what is read in a dialog ends at its end: one key up is one line up from there', () => {
  const end = pressed(on('b', { rows: 12 }), '?', 'end').view;
  const { dialog } = end.ui;
  const top = dialog?.kind === 'help' ? dialog.top : 0;
  expect(top).toBeGreaterThan(5);
  expect(pressed(end, 'down', 'down').ui.dialog).toMatchObject({ top });
  expect(pressed(end, 'up').ui.dialog).toMatchObject({ top: top - 1 });
  expect(pressed(end, 'home').ui.dialog).toMatchObject({ top: 0 });
});
