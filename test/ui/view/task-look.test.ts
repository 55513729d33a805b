import { expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { TASK_STEPS } from '../../../src/core/lifecycle.ts';
import { ASCII, UNICODE } from '../../../src/ui/glyphs.ts';
import { strip, taskLook } from '../../../src/ui/view/task-look.ts';
import { blocked, facts } from './happened.ts';
import { runOf, textOf } from './views.ts';

const cart = facts('cart');
const SECOND = [...cart.working, cart.failed('no'), cart.retrying()];

const TAKEN: Fact = { kind: 'task_waiting', task: 'cart', attempt: 1, seen_by: 'hook', tries: 1 };
const PARKED = '◐ parked warn';

const CASES: readonly (readonly [string, readonly Fact[], string, string, string])[] = [
  ['nothing has happened', [], '○ pending quiet', '·······', '.......'],
  ['preparing', cart.started, '● preparing live', '◧······', '>......'],
  ['launching', cart.prepared, '● launching live', '■◧·····', '#>.....'],
  ['kickoff', cart.launched, '● kickoff live', '■■◧····', '##>....'],
  ['at work', cart.working, '● working live', '■■■◧···', '###>...'],
  ['idle', [...cart.working, cart.idle], '! needs you warn', '■■■◧···', '###>...'],
  [
    'idle, to be nudged',
    [...cart.started, ...cart.launched.slice(1), TAKEN, cart.idle],
    '● idle live',
    '■■■◧···',
    '###>...',
  ],
  ['asking', [...cart.working, cart.asks('?')], '! needs you warn', '■■■◧···', '###>...'],
  ['limited, nobody knows until when', [...cart.working, cart.limited], '! needs you warn', '■■■◧···', '###>...'],
  ['parked', [...cart.working, cart.limited, cart.parked('2030-01-02T03:04:00')], PARKED, '■■■◧···', '###>...'],
  ['stalled', [...cart.working, cart.stalled], '◐ stalled warn', '■■■◧···', '###>...'],
  ['queued', [...cart.launched, cart.placed('queued')], '◐ queued quiet', '■■◧····', '##>....'],
  ['cut off', [...cart.working, cart.placed('unreachable')], '◐ cut off warn', '■■■◧···', '###>...'],
  ['there again', [...cart.working, cart.placed('running')], '● working live', '■■■◧···', '###>...'],
  ['gate', [...cart.working, cart.gate], '● gate live', '■■■■◧··', '####>..'],
  ['merging', [...cart.working, cart.handedOver('local:x'), cart.merging], '● merging live', '■■■■■◧·', '#####>.'],
  ['merged', [...cart.working, cart.handedOver('local:x'), cart.merged()], '✔ merged good', '■■■■■■·', '######.'],
  ['cleared away', [...cart.working, cart.completed, cart.tornDown], '✔ completed good', '■■■■■■■', '#######'],
  ['failed', [...cart.working, cart.gate, cart.failed('no')], '✖ failed bad', '■■■■✖··', '####x..'],
  ['failed and cleared', [...cart.working, cart.failed('no'), cart.tornDown], '✖ failed bad', '■■■✖···', '###x...'],
  ['called off', [...cart.working, cart.cancelled()], '⊘ cancelled warn', '■■■✖···', '###x...'],
  ['called off before', [{ ...cart.cancelled(), attempt: 0 } as Fact], '⊘ cancelled warn', '·······', '.......'],
  ['blocked', [blocked('cart', 'spec')], '◌ blocked warn', '·······', '.......'],
  ['to be tried again', SECOND, '○ pending quiet', '·······', '.......'],
];

test.each(CASES)('%s: a mark, a word, and how far it is', (_, happened, look, unicode, ascii) => {
  const task = runOf({ tasks: [{ id: 'cart' }, { id: 'spec' }] }, happened).tasks.get('cart');
  if (task === undefined) throw new Error('no task');
  const { mark, name, tone } = taskLook(task, UNICODE);
  expect(`${mark} ${name} ${tone}`).toBe(look);
  expect(taskLook(task, ASCII)).toMatchObject({ name, tone });
  expect(textOf({ words: strip(task, UNICODE) })).toBe(unicode);
  expect(textOf({ words: strip(task, ASCII) })).toBe(ascii);
  expect(unicode).toHaveLength(TASK_STEPS.length);
  expect(name.length).toBeLessThanOrEqual(10);
});

test('no colour is the only sign: looks of two tones have different marks or words', () => {
  const seen = new Map<string, string>();
  for (const [, , look] of CASES) {
    const [, words = '', tone = ''] = /^(.*) (\w+)$/.exec(look) ?? [];
    expect(seen.get(words) ?? tone).toBe(tone);
    seen.set(words, tone);
  }
});
