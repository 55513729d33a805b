import { describe, expect, test } from 'vitest';
import { NO_CHANGE } from '../../../src/core/retry-change.ts';
import type { RunState } from '../../../src/core/run-state.ts';
import { EMPTY_FIELD, fieldOf } from '../../../src/ui/text-field.ts';
import { type Dialog, RETRY_ROWS, type UiState } from '../../../src/ui/ui-state.ts';
import { dialogOf, dialogText } from '../../../src/ui/view/dialog.ts';
import type { GraphSpec } from '../../support/graphs.ts';
import { blocked, facts, laneActive } from './happened.ts';
import { expectExact, HOSTILE, runOf, textsOf, viewOf } from './views.ts';

const SHOP: GraphSpec = {
  workstreams: [{ id: 'api' }, { id: 'web', parallel: true }],
  tasks: [
    { id: 'cart', ws: 'api' },
    { id: 'docs', ws: 'api', deps: ['cart'] },
    { id: 'page', ws: 'web' },
  ],
};
const [cart, page] = [facts('cart'), facts('page')];
const FAILED = [laneActive('api'), ...cart.working, cart.failed('no'), blocked('docs', 'cart')];

/** What stands in the frame, without it. */
function inside(run: RunState, dialog: Dialog, { columns = 70, rows = 30 } = {}): string[] {
  const drawn = dialogOf(viewOf(run, { dialog, columns, rows }), { columns, rows: rows - 1 });
  if (drawn === null) throw new Error('no dialog');
  expectExact(drawn.lines, Math.min(84, columns));
  return textsOf(drawn.lines).map((text) => text.slice(2, -2).trimEnd());
}

function titleOf(run: RunState, dialog: Dialog, columns = 70): string {
  return inside(run, dialog, { columns })[0]?.replace(/^ |[─ ]+$/g, '') ?? '';
}

describe('retry', () => {
  const ask = (change: Partial<Extract<Dialog, { kind: 'retry' }>> = {}): Dialog => ({
    kind: 'retry',
    tasks: ['cart'],
    seen: [0],
    change: NO_CHANGE,
    at: RETRY_ROWS.indexOf('go'),
    field: null,
    ...change,
  });

  test('says all that is reset before what can be changed', () => {
    const run = runOf(SHOP, FAILED);
    expect(titleOf(run, ask())).toBe('Retry cart');
    expect(inside(run, ask()).slice(1, -1)).toEqual([
      'retry cart: attempt 2',
      '  branch        agentrelay/shop/1/cart is made anew',
      '  unblocked     docs',
      '  kept          all that attempt 1 left, on disk and in refs',
      '',
      '  note to the agent  none',
      '  instructions       as in the graph; e edits them',
      '  framework          as before',
      '  model              as before',
      '  [ ] keep the work: its branch goes on from where it is',
      '  [ ] begin fresh: the agent is told nothing of earlier attempts',
      '❯ retry',
      '',
      '↵ choose   Esc back',
    ]);
  });

  test('shows what has been chosen, and says how the work goes on', () => {
    const change = { ...NO_CHANGE, note: HOSTILE, instructions: 'a\nb', model: 'big', keep_work: true };
    const text = inside(runOf(SHOP, FAILED), ask({ change, at: 0 })).join('\n');
    expect(text).toContain(
      '  branch        agentrelay/shop/1/cart goes on with the work of\n                attempt 1',
    );
    expect(text).toContain('❯ note to the agent  界界');
    expect(text).toContain('instructions       edited: 2 lines');
    expect(text).toContain('model              big');
    expect(text).toContain('[x] keep the work');
    expect(text).not.toContain('aGk=');
  });

  test('a row that is typed in is a text with its cursor', () => {
    const lines = inside(runOf(SHOP, FAILED), ask({ at: 0, field: fieldOf('mind the tax') }));
    expect(lines).toContain('  note to the agent  mind the tax');
    expect(lines.at(-2)).toBe('↵ done   Esc back');
  });

  test('of several tasks it lists each, and of one that cannot be tried again why', () => {
    const lines = inside(runOf(SHOP, FAILED), ask({ tasks: ['cart', 'docs', 'gone'] }), { rows: 40 });
    expect(lines[0]).toContain('Retry 3 tasks');
    expect(lines).toContain('retry cart: attempt 2');
    expect(lines.filter((text) => /^(docs|gone|the run has no task)/.test(text) || text.includes('gone'))).not.toEqual(
      [],
    );
  });

  test.each(RETRY_ROWS.map((row, at) => [row, at] as const))(
    'the row of the cursor is seen in a low terminal: %s',
    (_, at) => {
      const lines = inside(runOf(SHOP, FAILED), ask({ at }), { rows: 9 });
      expect(lines).toHaveLength(8);
      expect(lines.filter((text) => text.startsWith('❯ '))).toHaveLength(1);
      expect(lines.at(-2)).toBe('↵ choose   Esc back');
    },
  );
});

describe('answer', () => {
  const ask = (at: number | null, text = ''): Dialog => ({
    kind: 'answer',
    task: 'cart',
    since: null,
    at,
    field: text === '' ? EMPTY_FIELD : fieldOf(text),
  });
  const asking = runOf(SHOP, [...cart.working, cart.asks('Which database?\nIt matters.', ['sqlite', HOSTILE])]);

  test('shows the question, its choices by their numbers, and room for a text', () => {
    expect(titleOf(asking, ask(0))).toBe('cart asks');
    expect(inside(asking, ask(0)).slice(1, -1)).toEqual([
      'Which database?',
      'It matters.',
      '',
      '❯ 1  sqlite',
      expect.stringMatching(/^ {2}2 {2}界界/),
      '  or a line of text',
      '',
      '↵ send   Esc back',
    ]);
    expect(inside(asking, ask(null, 'postgres')).slice(4, 7)).toEqual([
      '  1  sqlite',
      expect.stringMatching(/^ {2}2 {2}/),
      '❯ postgres',
    ]);
  });

  test('a long choice is read to its end, and an endless one has a sign', () => {
    const long = runOf(SHOP, [...cart.working, cart.asks(null, ['first', 'word '.repeat(30), 'x'.repeat(2_000)])]);
    const lines = inside(long, ask(1));
    expect(lines.filter((text) => text.includes('word'))).toHaveLength(3);
    expect(lines.filter((text) => text.includes('xxx'))).toHaveLength(4);
    expect(lines.join('')).toMatch(/xxx… *or a line of text/);
  });

  test('an agent that asks nothing can be written to', () => {
    const run = runOf(SHOP, cart.working);
    expect(titleOf(run, ask(null))).toBe('Write to cart');
    expect(inside(run, ask(null, 'hello')).slice(1, -1)).toEqual(['❯ hello', '', '↵ send   Esc back']);
  });

  test('of a long question the beginning is shown, and that there is more', () => {
    const question = Array.from({ length: 30 }, (_, at) => `line ${at}`).join('\n');
    const lines = inside(runOf(SHOP, [...cart.working, cart.asks(question, ['yes'])]), ask(0));
    expect(lines.slice(1, 11)).toEqual([
      ...Array.from({ length: 8 }, (_, at) => `line ${at}`),
      '22 more lines: attach shows them',
      '',
    ]);
    expect(lines).toContain('❯ 1  yes');
  });
});

describe('questions', () => {
  test('a teardown says what goes, what is kept, and how it is undone', () => {
    const shared = inside(runOf(SHOP, FAILED), { kind: 'confirm', act: 'teardown', tasks: ['cart'] }).join('\n');
    expect(shared).toContain('Tear down cart?');
    expect(shared).toContain('the window of cart, attempt 1');
    expect(shared).toContain('branch agentrelay/shop/1/cart');
    expect(shared).toContain('refs/agentrelay/attempts/1/cart/1');
    expect(shared).toContain('u brings the branch');
    expect(shared).not.toContain('worktree');
    const run = runOf(SHOP, [...page.working, page.failed('no')]);
    const parallel = inside(run, { kind: 'confirm', act: 'teardown', tasks: ['page'] }).join('\n');
    expect(parallel).toContain('worktree /repo/.worktrees/page');
  });

  test('a call-off says what ends', () => {
    const lines = inside(runOf(SHOP, cart.working), { kind: 'confirm', act: 'cancel', tasks: ['cart', 'page'] });
    expect(lines[0]).toContain('Call off 2 tasks?');
    expect(lines).toContain('ends      the agent of cart, attempt 1');
    expect(lines).toContain('ends      page, before it is started');
    expect(lines.at(-2)).toBe('y call off   n leave it');
  });

  test('nobody agrees to what cannot be seen: more lines are counted, and the keys stay', () => {
    const tasks = ['cart', 'cart', 'cart', 'cart'];
    const lines = inside(runOf(SHOP, FAILED), { kind: 'confirm', act: 'teardown', tasks }, { rows: 12 });
    expect(lines).toHaveLength(11);
    expect(lines.at(-4)).toMatch(/^… \d+ more lines$/);
    expect(lines.at(-2)).toBe('y tear down   n leave it');
  });

  test('quitting has three ways, the one that changes least first', () => {
    const lines = inside(runOf(SHOP), { kind: 'quit', at: 1 });
    expect(lines[0]).toContain('Quit: the run is live');
    expect(lines.slice(1, -1).map((text) => text.slice(0, 20).trimEnd())).toEqual([
      '  leave it running',
      '  in the background;',
      '❯ stop scheduling',
      '  nothing more is st',
      '  cancel everything',
      '  every agent is end',
      '',
      '↵ choose   Esc stay',
    ]);
  });

  test('statuses are counted, and those that are shown have a cross', () => {
    const ui: Partial<UiState> = { statuses: new Set(['failed']) };
    const view = viewOf(runOf(SHOP, FAILED), { ...ui, dialog: { kind: 'statuses', at: 2 } });
    const { title, lines, at } = dialogText(view);
    expect([title, at]).toEqual(['Show only', 2]);
    expect(textsOf(lines).map((text) => text.trimEnd())).toEqual([
      '  [ ] 0  working',
      '  [ ] 0  needs you',
      '❯ [x] 1  failed',
      '  [ ] 2  waiting: pending, blocked, cancelled',
      '  [ ] 0  done',
      'Space choose   ↵ only these   Esc back',
    ]);
  });
});
