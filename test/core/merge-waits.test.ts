import { expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { laneMergeWait, taskMergeWait } from '../../src/core/merge-waits.ts';
import type { Proof } from '../../src/core/proofs.ts';
import type { RunState } from '../../src/core/run-state.ts';
import { facts } from '../ui/view/happened.ts';
import { ACTIVE, checks, merging, ON_GITHUB, offered, PROVED, UNKNOWN } from '../ui/view/on-github.ts';
import { runOf } from '../ui/view/views.ts';

const QUEUE: Fact = {
  ...{ kind: 'merge_queue_changed', target: 'agentrelay/shop/ws/api' },
  entries: [{ task: 'tests' }, { task: 'cart' }],
};
const DONE: readonly Fact[] = [...facts('page').working, facts('page').completed];
const proofOf = (wait: ReturnType<typeof taskMergeWait>) => (wait?.kind === 'proof' ? wait.proof.proof : wait);

function taskWait(...happened: readonly Fact[]) {
  const run = runOf(ON_GITHUB, [...ACTIVE, ...happened]);
  return taskMergeWait(run, run.tasks.get('cart') as NonNullable<ReturnType<RunState['tasks']['get']>>);
}

function laneWait(...happened: readonly Fact[]) {
  const run = runOf(ON_GITHUB, [...ACTIVE, ...DONE, ...happened]);
  return laneMergeWait(run, run.workstreams.get('web') as NonNullable<ReturnType<RunState['workstreams']['get']>>);
}

test('a task whose merge has not begun, or is over, waits for nothing', () => {
  expect(taskWait()).toBeNull();
  expect(taskWait(...facts('cart').working, QUEUE)).toBeNull();
  const over = facts('cart').failed('no');
  expect(taskWait(...merging('cart', 41, [UNKNOWN]), over)).toBeNull();
});

test('the turns of others come before its own proofs; who is at it waits for those', () => {
  expect(taskWait(...merging('cart', 41, [UNKNOWN]), QUEUE)).toEqual({
    kind: 'queue',
    target: 'agentrelay/shop/ws/api',
    place: 2,
  });
  const first: Fact = { ...QUEUE, entries: [{ task: 'cart' }, { task: 'tests' }] } as Fact;
  expect(proofOf(taskWait(...merging('cart', 41, [UNKNOWN]), first))).toBe('mergeable');
  const elsewhere: Fact = { ...QUEUE, target: 'main' } as Fact;
  expect(proofOf(taskWait(...merging('cart', 41, [UNKNOWN]), elsewhere))).toBe('mergeable');
});

test.each<[string, readonly Proof[], string | null]>([
  ['nothing, where all holds', [...PROVED, checks([1, 0, 0])], null],
  ['what does not hold', [UNKNOWN, checks([1, 1, 0], { red: 'x' })], 'checks'],
  ['checks that run', [UNKNOWN, checks([1, 0, 1])], 'checks'],
  [
    'else the first that is not known',
    [checks([0, 0, 0]), { ...checks([1, 0, 0]), holds: null }, UNKNOWN],
    'mergeable',
  ],
])('of its proofs: %s', (_, proofs, expected) => {
  expect(proofOf(taskWait(...merging('cart', 41, proofs)))).toBe(expected);
});

test('a lane waits in the queue of its target, or for its own pull request, and for nobody once it is held', () => {
  const queue: Fact = {
    ...{ kind: 'merge_queue_changed', target: 'main' },
    entries: [{ task: 'web' }, { workstream: 'web' }],
  };
  expect(laneWait(UNUSED)).toBeNull();
  expect(laneWait(...offered('web', 45, [UNKNOWN]), queue)).toEqual({ kind: 'queue', target: 'main', place: 2 });
  expect(proofOf(laneWait(...offered('web', 45, [UNKNOWN])))).toBe('mergeable');
  const held = { reason: 'checks', details: [], merge_command: 'gh pr merge' } as const;
  expect(
    laneWait(...offered('web', 45, [UNKNOWN]), { kind: 'workstream_held', workstream: 'web', ...held }),
  ).toBeNull();
});

/** Of no consequence for a lane. */
const UNUSED: Fact = { kind: 'run_paused' };
