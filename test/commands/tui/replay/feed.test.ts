import fc from 'fast-check';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { LONGEST_GAP, ReplayFeed } from '../../../../src/commands/tui/replay/feed.ts';
import type { RunEvent } from '../../../../src/core/events.ts';
import { reduce, replay } from '../../../../src/core/reduce.ts';
import { emptyRunState } from '../../../../src/core/run-state.ts';
import { BEGIN, happen, newRun } from '../../../ui/happenings.ts';

beforeEach(() => void vi.useFakeTimers({ toFake: ['setTimeout', 'clearTimeout', 'performance'] }));
afterEach(() => void vi.useRealTimers());

/** A run whose events stand so many milliseconds apart. */
function eventsAfter(gaps: readonly number[]): RunEvent[] {
  const state = emptyRunState();
  const events = [newRun(state, 9)];
  let at = BEGIN;
  for (const [index, gap] of gaps.entries()) {
    at += gap;
    events.push({ ...happen(state, index * 7_919), at: new Date(at).toISOString() });
  }
  return events;
}

function feedOf(events: readonly RunEvent[], speed = 1): ReplayFeed {
  return new ReplayFeed(events, { speed, clock: () => performance.now() });
}

function pass(milliseconds: number): void {
  vi.advanceTimersByTime(milliseconds);
}

describe('a replay', () => {
  test('shows the first event, and nothing more before it is told to play', () => {
    const feed = feedOf(eventsAfter([10]));
    pass(60_000);
    expect(feed.standing).toEqual({
      kind: 'replay',
      speed: 1,
      playing: false,
      at: BEGIN,
      ended: false,
      shown: 1,
      events: 2,
    });
    expect(feed.slots).toBeNull();
  });

  test('plays each event at its time, and long pauses in two seconds', () => {
    const feed = feedOf(eventsAfter([1_000, 600_000, 0, 500]));
    feed.play({ playing: true });
    const shown = [999, 1, 1_999, 1, 499, 1].map((milliseconds) => {
      pass(milliseconds);
      return feed.standing.shown;
    });
    expect(shown).toEqual([1, 2, 2, 4, 4, 5]);
    expect(feed.standing).toMatchObject({ ended: true, playing: false, at: BEGIN + 601_500 });
    expect(LONGEST_GAP).toBe(2_000);
  });

  test('has a clock that goes through long pauses too', () => {
    const feed = feedOf(eventsAfter([600_000, 1_000]));
    feed.play({ playing: true });
    pass(500);
    expect(feed.standing.at).toBeCloseTo(BEGIN + 150_000, -2);
    pass(2_000);
    expect(feed.standing.at).toBeCloseTo(BEGIN + 600_500, -2);
  });

  test('is as fast as it is told, from the middle of a pause on', () => {
    const feed = feedOf(eventsAfter([1_000, 1_000]), 2);
    feed.play({ playing: true });
    pass(250);
    feed.play({ speed: 1 });
    pass(499);
    expect(feed.standing.shown).toBe(1);
    pass(1);
    expect(feed.standing.shown).toBe(2);
    feed.play({ speed: 1_024 });
    pass(1);
    expect(feed.standing.shown).toBe(3);
  });

  test('goes on from where it was halted', () => {
    const feed = feedOf(eventsAfter([1_000]));
    feed.play({ playing: true });
    pass(400);
    feed.play({ playing: false });
    pass(60_000);
    expect(feed.standing).toMatchObject({ shown: 1, playing: false });
    expect(feed.standing.at).toBeCloseTo(BEGIN + 400, -1);
    feed.play({ playing: true });
    pass(599);
    expect(feed.standing.shown).toBe(1);
    pass(1);
    expect(feed.standing.shown).toBe(2);
  });

  test('goes no further than to its ends', () => {
    const feed = feedOf(eventsAfter([1, 1]));
    feed.play({ seek: 99 });
    expect(feed.standing).toMatchObject({ shown: 3, ended: true });
    feed.play({ playing: true });
    expect(feed.standing.playing).toBe(false);
    feed.play({ seek: -1 });
    expect(feed.standing).toMatchObject({ shown: 1, ended: false });
  });

  test('tells nobody of anything once it is closed', () => {
    const feed = feedOf(eventsAfter([1, 1]));
    const told = vi.fn();
    feed.subscribe(told);
    feed.play({ playing: true });
    feed.close();
    told.mockClear();
    pass(60_000);
    expect(told).not.toHaveBeenCalled();
    expect(vi.getTimerCount()).toBe(0);
  });
});

type Move = { readonly pass: number } | Parameters<ReplayFeed['play']>[0];

const anyMove: fc.Arbitrary<Move> = fc.oneof(
  fc.record({ pass: fc.integer({ min: 0, max: 5_000 }) }),
  fc.record({ playing: fc.boolean() }),
  fc.record({ speed: fc.constantFrom(0.25, 1, 4, 1_024) }),
  fc.record({ seek: fc.integer({ min: -2, max: 45 }) }),
);

test('whatever is done to it, it shows what a fresh replay of as many events shows, and tells of each of them in order', () => {
  const anyGap = fc.oneof(fc.constant(0), fc.integer({ min: -500, max: 5_000 }));
  fc.assert(
    fc.property(fc.array(anyGap, { maxLength: 40 }), fc.array(anyMove, { maxLength: 12 }), (gaps, moves) => {
      const events = eventsAfter(gaps);
      const feed = feedOf(events);
      let seen = replay(events.slice(0, 1));
      feed.subscribe((event) => {
        if (event === null) seen = replay(events.slice(0, feed.standing.shown));
        else reduce(seen, event);
        expect(seen.seq).toBe(feed.state.seq);
      });
      let at = 0;
      for (const move of moves) {
        if ('pass' in move) pass(move.pass);
        else feed.play(move);
        const { standing } = feed;
        expect(feed.state).toEqual(replay(events.slice(0, standing.shown)));
        expect(seen).toEqual(feed.state);
        if (!('seek' in move)) expect(standing.at).toBeGreaterThanOrEqual(at);
        at = standing.at;
      }
      feed.close();
    }),
    { numRuns: 60 },
  );
});

test('what is far back is as it was, and what comes after it too', () => {
  const events = eventsAfter(Array.from({ length: 1_600 }, () => 1));
  const feed = feedOf(events);
  for (const seek of [1_600, 1_501, 1_500, 1_499, 3, 700, 501, 500, 1_600, 1_001, 1_000]) {
    feed.play({ seek });
    expect(feed.state).toEqual(replay(events.slice(0, seek)));
  }
});

test('a queue that came later is not there any more when one goes back', () => {
  const state = emptyRunState();
  const started = newRun(state, 2);
  const at = started.at;
  const paused = Array.from(
    { length: 600 },
    (_, index): RunEvent => ({ v: 1, seq: index + 2, at, kind: 'run_paused' }),
  );
  const entries = [{ task: 'a' }, { task: 'b' }];
  const events: RunEvent[] = [
    started,
    ...paused,
    { v: 1, seq: 602, at, kind: 'merge_queue_changed', target: 'main', entries },
  ];
  const feed = feedOf(events);
  feed.play({ seek: 602 });
  expect(feed.state.mergeQueues).toEqual(new Map([['main', entries]]));
  feed.play({ seek: 500 });
  expect(feed.state.mergeQueues).toEqual(new Map());
  expect(feed.state).toEqual(replay(events.slice(0, 500)));
});

test('in the end all has been shown, however fast', () => {
  const events = eventsAfter(Array.from({ length: 2_000 }, () => 40));
  const feed = feedOf(events, 1_024);
  const told: number[] = [];
  feed.subscribe((event) => event !== null && told.push(event.seq));
  feed.play({ playing: true });
  vi.runAllTimers();
  expect(feed.standing.ended).toBe(true);
  expect(told).toEqual(events.slice(1).map(({ seq }) => seq));
});
