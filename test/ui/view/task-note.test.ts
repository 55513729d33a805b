import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { taskNote } from '../../../src/ui/view/task-note.ts';
import type { View } from '../../../src/ui/view/view.ts';
import type { GraphSpec } from '../../support/graphs.ts';
import { usageFact } from '../../support/usage.ts';
import { blocked, facts } from './happened.ts';
import { goOn, HOSTILE, runOf, textOf, viewOf } from './views.ts';

const SHOP: GraphSpec = {
  workstreams: [{ id: 'api' }, { id: 'web', parallel: true }],
  tasks: [
    { id: 'spec', ws: 'api' },
    { id: 'cart', ws: 'api' },
    { id: 'docs', ws: 'api', deps: ['spec', 'cart'] },
    { id: 'page', ws: 'web', deps: ['cart'] },
    { id: 'style', ws: 'web' },
  ],
};

function note(task: string, happened: readonly Fact[], view: Partial<View> = {}): string {
  const run = runOf(SHOP, happened);
  const state = run.tasks.get(task);
  if (state === undefined) throw new Error(`no task ${task}`);
  return textOf({ words: taskNote(state, viewOf(run, {}, view)) });
}

const cart = facts('cart');
const PARKED = 'usage limited until 2030-01-02 03:04, its slot is free';
const paused: Fact = { kind: 'run_paused' };
const used = usageFact({ task: 'cart' }, 1.2, 82_000);
const reached: Fact = {
  kind: 'budget_reached',
  ...{ scope: 'task', task: 'cart', budget: 'cost_usd', percent: 80, spent: 1.2, limit: 1.5 },
};

test.each<readonly [string, string, readonly Fact[], string]>([
  ['at work: where its agent is', 'cart', cart.working, 'agentrelay:cart'],
  ['what it has used', 'cart', [...cart.working, used], 'agentrelay:cart · $1.20, 82k tokens'],
  [
    'that its budget nears its end',
    'cart',
    [...cart.working, used, reached],
    'agentrelay:cart · 80 % of its budget: $1.20 of $1.50',
  ],
  [
    'what it had used',
    'cart',
    [...cart.working, used, reached, cart.handedOver('local:x'), cart.merged()],
    'feedbeef · $1.20, 82k tokens',
  ],
  ['not launched yet', 'cart', cart.prepared, ''],
  ['what it asks', 'cart', [...cart.working, cart.asks('which one?')], 'which one?'],
  ['what it asks without words', 'cart', [...cart.working, cart.asks(null)], 'waiting input'],
  ['idle', 'cart', [...cart.working, cart.idle], 'idle'],
  ['idle after a nudge', 'cart', [...cart.working, cart.idle, cart.nudged, cart.idle], 'idle, though it was nudged'],
  ['parked', 'cart', [...cart.working, cart.limited, cart.parked('2030-01-02T03:04:00')], PARKED],
  ['parked no more', 'cart', [...cart.working, cart.parked('2030-01-02T03:04:00'), cart.unparked], 'agentrelay:cart'],
  ['queued, and why', 'cart', [...cart.launched, cart.placed('queued', 'Resources')], 'queued: Resources'],
  ['out of reach', 'cart', [...cart.working, cart.placed('unreachable')], 'unreachable'],
  ['within reach', 'cart', [...cart.working, cart.placed('unreachable'), cart.placed('running')], 'agentrelay:cart'],
  ['what is set up', 'cart', [...cart.started, cart.setUp], 'setup 1 of 2: npm ci'],
  ['which round of the gate', 'cart', [...cart.working, cart.gate], 'round 2'],
  [
    'how often the gate has failed',
    'cart',
    [...cart.working, cart.gate, cart.gateFailed, cart.sentBack],
    'gate failed 2 times',
  ],
  ['conflict', 'cart', [...cart.working, cart.handedOver('local:x'), cart.conflict(['a', 'b'])], 'conflict: a, b'],
  ['why it failed, and who waits', 'cart', [...cart.working, cart.failed('3 tests')], '3 tests · 2 wait'],
  [
    'why it failed, by its code',
    'cart',
    [...cart.working, cart.failed('too long', 'timeout')],
    'timeout: too long · 2 wait',
  ],
  [
    'what a step has said, without the name of its error',
    'cart',
    [...cart.working, cart.failed('GateError: the gate exited 1', 'gate_failed')],
    'the gate exited 1 · 2 wait',
  ],
  ['called off', 'cart', [...cart.working, cart.cancelled()], 'called off'],
  ['with the run', 'cart', [...cart.working, cart.cancelled('run')], 'with the run'],
  ['blocked', 'docs', [...cart.working, cart.failed('no'), blocked('docs', 'cart')], 'by cart'],
  ['done', 'cart', [...cart.working, cart.concern, cart.handedOver('local:x'), cart.merged()], 'feedbeef  1 concern'],
  ['done without a commit', 'cart', [...cart.working, cart.completed], ''],
  ['waits for tasks', 'docs', [], 'after spec, cart'],
  ['waits for a lane', 'page', [], 'after lane api'],
  ['waits for its neighbour', 'spec', cart.working, 'after cart in its lane'],
  ['waits for a slot', 'style', [], 'waits for a slot'],
  ['paused', 'style', [paused], 'paused'],
])('%s', (_, task, happened, expected) => {
  expect(note(task, happened)).toBe(expected);
});

test('nobody runs it', () => {
  expect(note('style', [], { standing: { kind: 'nobody' } })).toBe('nobody runs it');
});

test('what waits for a failed task is counted as the run is now', () => {
  const run = runOf(SHOP, [...cart.working, cart.failed('no')]);
  const state = run.tasks.get('cart');
  if (state === undefined) throw new Error('no task');
  const shown = () => textOf({ words: taskNote(state, viewOf(run)) });
  expect(shown()).toBe('no · 2 wait');
  const page = facts('page');
  goOn(run, [...page.working, page.completed]);
  expect(shown()).toBe('no · 1 wait');
});

test('what agents say is one safe line', () => {
  for (const happened of [cart.asks(HOSTILE), cart.failed(HOSTILE)]) {
    expect(note('cart', [...cart.working, happened])).not.toMatch(/\p{Cc}|\p{Cf}|\p{Cs}|aGk=/u);
  }
});
