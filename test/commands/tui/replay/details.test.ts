import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, expect, onTestFinished, test, vi } from 'vitest';
import { journalDetails, replayDetails } from '../../../../src/commands/tui/replay/details.ts';
import { ReplayFeed } from '../../../../src/commands/tui/replay/feed.ts';
import { attemptDirectory } from '../../../../src/core/names.ts';
import { replay } from '../../../../src/core/reduce.ts';
import { runStarted } from '../../../../src/core/run-started.ts';
import { type Detail, TABS } from '../../../../src/ui/ports.ts';
import { makeGraph } from '../../../support/graphs.ts';
import { RecordedRuns } from '../../../support/recorded-runs.ts';
import { eventsOf } from '../../../ui/view/views.ts';

afterEach(() => void vi.useRealTimers());

const EVENTS = eventsOf([
  runStarted(makeGraph({ tasks: [{ id: 'a' }, { id: 'b' }] }), { number: 1, digest: 'd' }),
  { kind: 'task_started', task: 'a', attempt: 1, token_hash: 'h' },
  { kind: 'task_started', task: 'b', attempt: 1, token_hash: 'h' },
  { kind: 'task_failed', task: 'a', attempt: 1, code: 'c', error: 'no', failure_class: null },
]);

function opened(tab: Detail['tab']) {
  vi.useFakeTimers();
  const feed = new ReplayFeed(EVENTS, { speed: 1, clock: () => 0 });
  const told: (Detail | { failed: string })[] = [];
  const close = journalDetails(feed, EVENTS).open({ tab, task: 'a', columns: 80, rows: 10 }, (detail) =>
    told.push(detail),
  );
  vi.runAllTimers();
  return { feed, told, close };
}

test('of a journal alone there are the events of a task, up to where the replay is', () => {
  const { feed, told, close } = opened('events');
  const kinds = () => {
    const last = told.at(-1);
    return last !== undefined && 'tab' in last && last.tab === 'events' ? last.events.map(({ kind }) => kind) : null;
  };
  expect(kinds()).toEqual([]);
  feed.play({ seek: 4 });
  expect(kinds()).toEqual(['task_started', 'task_failed']);
  feed.play({ seek: 2 });
  expect(kinds()).toEqual(['task_started']);
  close();
  const before = told.length;
  feed.play({ seek: 4 });
  expect(told).toHaveLength(before);
});

test.each(TABS.filter((tab) => tab !== 'events'))(
  'and of %s nothing, which is said where there is room for it',
  (tab) => {
    const [detail] = opened(tab).told;
    expect(detail).toMatchObject({ tab });
    if (detail !== undefined && 'note' in detail) expect(detail.note).toBe('only the journal of this run is here');
  },
);

const FAILED = { kind: 'task_failed', code: 'agent_failed', error: 'no', failure_class: null } as const;

test('of a run there is what each attempt has left in the end, of those that the replay has come to', async () => {
  const runs = new RecordedRuns();
  const { store } = runs.record('shop', 1, [
    { kind: 'task_started', task: 'b', attempt: 1, token_hash: 'h' },
    { ...FAILED, task: 'b', attempt: 1 },
    { kind: 'task_torn_down', task: 'b', attempt: 1 },
    { kind: 'task_retrying', task: 'b', attempt: 1, of: 2 },
    { kind: 'task_started', task: 'b', attempt: 2, token_hash: 'h' },
    { ...FAILED, task: 'b', attempt: 2 },
  ]);
  for (const attempt of [1, 2]) {
    const folder = join(store.runDirectory(1), attemptDirectory('b', attempt));
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'agent.log'), `printed in attempt ${attempt}\n`);
  }
  const { events } = store.journal(1);
  const feed = new ReplayFeed(events, { speed: 1, clock: () => 0 });
  const details = replayDetails(feed, replay(events), { store, graph: 'shop', run: 1 });
  onTestFinished(() => details.close());
  const told: (Detail | { failed: string })[] = [];
  details.open({ tab: 'output', task: 'b', columns: 80, rows: 10 }, (detail) => told.push(detail));
  const shows = (lines: readonly string[], note: string) =>
    vi.waitFor(() => expect(told.at(-1)).toEqual({ tab: 'output', lines, live: false, note }), { timeout: 10_000 });
  await shows([], 'it has not started yet');
  feed.play({ seek: 2 });
  await shows(['printed in attempt 1'], 'not replayed: all that this attempt has printed');
  feed.play({ seek: 6 });
  await shows(['printed in attempt 2'], 'not replayed: all that this attempt has printed');
  feed.play({ seek: 3 });
  await shows(['printed in attempt 1'], 'not replayed: all that this attempt has printed');
  feed.play({ seek: 1 });
  await shows([], 'it has not started yet');
});
