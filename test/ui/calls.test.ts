import { afterEach, expect, test } from 'vitest';
import type { Fact } from '../../src/core/events.ts';
import { emptyRunState, type RunState } from '../../src/core/run-state.ts';
import { Dashboard } from '../../src/ui/dashboard.ts';
import { UNICODE } from '../../src/ui/glyphs.ts';
import { createKeymap } from '../../src/ui/keymap/keymap.ts';
import type { Acts, Standing } from '../../src/ui/ports.ts';
import { goOn, runOf, START } from './view/views.ts';

const open: Dashboard[] = [];
afterEach(() => {
  for (const dashboard of open.splice(0)) dashboard.close();
});

/** A dashboard of a feed that the test changes, and whom it has called for. */
function shown() {
  const feed = {
    state: emptyRunState() as RunState,
    standing: { kind: 'opening' } as Standing,
    slots: null,
    subscribe: () => () => {},
  };
  const calls: string[] = [];
  const acts: Partial<Acts> = { notify: (_, text) => void calls.push(text) };
  const dashboard = new Dashboard({
    ports: { feed, details: { open: () => () => {} }, acts: acts as Acts },
    keymap: createKeymap(),
    glyphs: UNICODE,
    columns: 80,
    rows: 24,
    readOnly: false,
    panelShare: 0,
    sort: 'graph',
    greeting: null,
    clock: () => START,
  });
  open.push(dashboard);
  /** The next frame, with what was called for in it. */
  const frame = (standing: Standing, state = feed.state) => {
    Object.assign(feed, { standing, state });
    dashboard.press([]);
    return calls.splice(0);
  };
  return { feed, frame };
}

const two = { tasks: [{ id: 'a' }, { id: 'b' }] };

function failed(task: string): Fact[] {
  return [
    { kind: 'task_started', task, attempt: 1, token_hash: 'x' },
    { kind: 'task_failed', task, attempt: 1, code: 'no_pr_url', error: 'no', failure_class: 'expected_task_failure' },
  ];
}

test('of a run that is joined only what comes then calls a person', () => {
  const { feed, frame } = shown();
  frame({ kind: 'opening' });
  expect(frame({ kind: 'other', pid: 7, host: 'there' }, runOf(two, failed('a')))).toEqual([]);
  goOn(feed.state, failed('b'));
  expect(frame(feed.standing)).toEqual(['b has failed: no pr url']);
  expect(frame(feed.standing)).toEqual([]);
});

test('what comes with the end of a run calls, though its state is read anew', () => {
  const { frame } = shown();
  frame({ kind: 'mine' }, runOf(two));
  expect(frame({ kind: 'nobody' }, runOf(two, [...failed('a'), ...failed('b')]))).toEqual([
    'a has failed: no pr url (and 1 more)',
  ]);
});

test('a replay calls nobody', () => {
  const { feed, frame } = shown();
  const standing = { kind: 'replay', speed: 1, playing: true, at: START, ended: false, shown: 1, events: 3 } as const;
  frame(standing, runOf(two));
  goOn(feed.state, failed('a'));
  expect(frame(standing)).toEqual([]);
});
