import { beforeEach, expect, test } from 'vitest';
import { GhError } from '../../../src/steps/github/gh-error.ts';
import type { PullRequestSnapshot } from '../../../src/steps/github/pull-request.ts';
import { PullRequestWatch, WatchTimeout } from '../../../src/steps/github/pull-request-watch.ts';
import { PullRequestAnswers, WIDGETS } from '../../support/pull-request-answers.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

let clock: SimulatedClock;
let github: PullRequestAnswers;
let watch: PullRequestWatch;

beforeEach(() => {
  clock = new SimulatedClock();
  github = new PullRequestAnswers(clock);
  const { ask } = github;
  watch = new PullRequestWatch({ ask, repository: WIDGETS, clock, onBudget: () => {}, onLimited: () => {} });
});

const isMerged = (pr: PullRequestSnapshot | null) => (pr?.state === 'MERGED' ? pr.number : null);
const BRISK = { pace: 'brisk', limit: null } as const;
const CALM = { pace: 'calm', limit: null } as const;

/** What a promise has come to by now. */
function outcomeOf<T>(promise: Promise<T>): { value?: T; error?: unknown } {
  const outcome: { value?: T; error?: unknown } = {};
  promise.then(
    (value) => {
      outcome.value = value;
    },
    (error: unknown) => {
      outcome.error = error;
    },
  );
  return outcome;
}

test('many reads of one moment are one request, for each of them once', async () => {
  github.put(7, 41);
  const reads = [41, 7, 41, 9].map((number) => watch.read(number));
  await clock.settle();
  expect((await Promise.all(reads)).map((pr) => pr?.headRefName ?? null)).toEqual([
    'task-41',
    'task-7',
    'task-41',
    null,
  ]);
  expect(github.requests.map(({ numbers }) => numbers)).toEqual([[7, 9, 41]]);
});

test('a read is not answered by a request that was on its way before', async () => {
  github.put(1);
  github.latency = 500;
  const first = watch.read(1);
  await clock.advance(100);
  const second = outcomeOf(watch.read(1));
  github.change(1, { title: 'New' });
  await clock.advance(400);
  expect((await first)?.title).toBe('Title');
  expect(second).toEqual({});
  await clock.advance(500);
  expect(second.value?.title).toBe('New');
  expect(github.times).toEqual([0, 500]);
  expect(github.most).toBe(1);
});

test('a read is of all that are watched, and the next look is as long after it', async () => {
  github.put(1, 2);
  const merged = outcomeOf(watch.until(1, isMerged, CALM));
  await clock.advance(20_000);
  github.change(1, { state: 'MERGED' });
  const read = watch.read(2);
  await clock.settle();
  await read;
  expect(github.requests.map(({ at, numbers }) => [at, numbers])).toEqual([
    [0, [1]],
    [20_000, [1, 2]],
  ]);
  expect(merged).toEqual({ value: 1 });
});

test('looks less often while nothing changes, and often again after a change or for somebody new', async () => {
  github.put(1, 2);
  void watch.until(1, isMerged, BRISK);
  await clock.advance(100_000);
  const first = [0, 3_000, 7_500, 14_250, 24_375, 39_563, 59_563, 79_563, 99_563];
  expect(github.times.map(Math.round)).toEqual(first);
  github.change(1, { title: 'New' });
  await clock.advance(23_000);
  expect(github.times.slice(first.length).map(Math.round)).toEqual([119_563, 122_563]);
  void watch.until(2, isMerged, BRISK);
  await clock.advance(3_000);
  expect(github.times.slice(first.length + 2).map(Math.round)).toEqual([123_000, 126_000]);
  await clock.advance(34_000);
  const so = github.times.length;
  void watch.until(1, isMerged, BRISK);
  await clock.advance(3_000);
  expect(github.times.slice(so)).toEqual([160_000, 163_000]);
});

test('the hastiest of all who wait says how often, as long as it waits', async () => {
  github.put(1, 2);
  void watch.until(1, isMerged, CALM);
  const brisk = watch.until(2, isMerged, BRISK);
  await clock.advance(2_000);
  github.change(2, { state: 'MERGED' });
  await clock.advance(1_000);
  expect(await brisk).toBe(2);
  await clock.advance(400_000);
  const seconds = github.times.map((time) => Math.round(time / 1000));
  expect(seconds).toEqual([0, 3, 33, 78, 146, 247, 367]);
});

test('there is no timer and no request when nobody waits', async () => {
  github.put(1);
  await clock.settle();
  expect(github.requests).toEqual([]);
  const leave = new AbortController();
  const left = outcomeOf(watch.until(1, isMerged, { pace: 'brisk', limit: 60_000, signal: leave.signal }));
  await clock.settle();
  leave.abort(new Error('left'));
  await clock.settle();
  expect(left.error).toEqual(new Error('left'));
  expect(clock.sleeping).toBe(0);
  await clock.advance(60_000);
  expect(github.requests).toHaveLength(1);
});

test('a request that nobody wants any more is ended, and the next one is made', async () => {
  github.put(1);
  github.latency = 60_000;
  const leave = new AbortController();
  const left = outcomeOf(watch.read(1, leave.signal));
  await clock.settle();
  leave.abort();
  await clock.settle();
  expect(left.error).toBe(leave.signal.reason);
  expect(clock.sleeping).toBe(0);
  github.latency = 0;
  const read = watch.read(1);
  await clock.settle();
  expect((await read)?.number).toBe(1);
});

test('one who asks with an abort behind him asks nothing', async () => {
  await expect(watch.read(1, AbortSignal.abort(new Error('left')))).rejects.toThrow('left');
  await clock.settle();
  expect(github.requests).toEqual([]);
});

test('who waits too long is told so with what was last there; the others wait on', async () => {
  github.put(1, 2);
  const late = outcomeOf(watch.until(1, isMerged, { pace: 'brisk', limit: 120_000 }));
  const other = outcomeOf(watch.until(2, isMerged, BRISK));
  await clock.advance(119_999);
  expect(late).toEqual({});
  await clock.advance(1);
  expect(late.error).toBeInstanceOf(WatchTimeout);
  expect(late.error).toMatchObject({ message: 'waited for 2 min', limit: 120_000, last: { number: 1, state: 'OPEN' } });
  github.change(2, { state: 'MERGED' });
  await clock.advance(20_000);
  expect(other).toEqual({ value: 2 });
  expect(clock.sleeping).toBe(0);
});

test('time runs out also while GitHub does not answer', async () => {
  github.latency = 90_000;
  const late = outcomeOf(watch.until(1, isMerged, { pace: 'brisk', limit: 5_000 }));
  await clock.advance(5_000);
  expect(late.error).toMatchObject({ name: 'WatchTimeout', message: 'waited for 5 s', last: null });
});

test('what a waiter throws is his own', async () => {
  github.put(1, 2);
  const bad = () => {
    throw new Error('closed by a person');
  };
  const thrown = outcomeOf(watch.until(1, bad, BRISK));
  const read = watch.read(2);
  await clock.settle();
  expect(thrown.error).toEqual(new Error('closed by a person'));
  expect((await read)?.number).toBe(2);
});

test('a number that is none of a pull request is null to whoever asks', async () => {
  const seen: unknown[] = [];
  const gone = watch.until(5, (pr) => seen.push(pr), BRISK);
  await clock.settle();
  await gone;
  expect(seen).toEqual([null]);
});

test('close ends every wait, and nothing is asked for afterwards', async () => {
  github.put(1);
  const waiting = outcomeOf(watch.until(1, isMerged, { pace: 'brisk', limit: 60_000 }));
  await clock.settle();
  watch.close();
  await clock.settle();
  expect(waiting.error).toMatchObject({ message: expect.stringContaining('closed') });
  await expect(watch.read(1)).rejects.toThrow('closed');
  await clock.advance(60_000);
  expect(github.requests).toHaveLength(1);
  expect(clock.sleeping).toBe(0);
});

test.each(['permanent', 'not_installed', 'protected'] as const)('%s reaches all who wait', async (failure) => {
  github.put(1, 2);
  const error = new GhError(failure, 'no');
  github.failures.push(error);
  const waits = [outcomeOf(watch.until(1, isMerged, BRISK)), outcomeOf(watch.read(2))];
  await clock.settle();
  expect(waits).toEqual([{ error }, { error }]);
  expect(clock.sleeping).toBe(0);
  const read = watch.read(2);
  await clock.settle();
  expect((await read)?.number).toBe(2);
});

test('a refused token is tried once more', async () => {
  github.put(1);
  const refused = new GhError('unauthenticated', 'Bad credentials');
  github.failures.push(refused);
  const read = outcomeOf(watch.read(1));
  await clock.advance(1_000);
  expect(read.value?.number).toBe(1);
  github.failures.push(refused, refused);
  const again = outcomeOf(watch.read(1));
  await clock.advance(2_000);
  expect(again.error).toBe(refused);
  expect(github.requests).toHaveLength(4);
});

test('what passes by is tried again, ever later, while all wait on', async () => {
  github.put(1);
  clock.chance = 0.5;
  github.failures.push(
    ...Array.from({ length: 9 }, (_, i) => new GhError(i % 2 ? 'transient' : 'outcome_unknown', 'EOF')),
  );
  const read = outcomeOf(watch.read(1));
  await clock.advance(300_000);
  expect(read.value?.number).toBe(1);
  const waits = github.times.map((time, i) => time - (github.times[i - 1] ?? 0));
  expect(waits).toEqual([0, 750, 1_500, 3_000, 6_000, 12_000, 24_000, 45_000, 45_000, 45_000]);
});

test('a failure makes nobody who is new ask sooner', async () => {
  github.put(1, 2);
  github.failures.push(new GhError('transient', 'EOF'));
  void watch.until(1, isMerged, BRISK);
  await clock.advance(100);
  const read = outcomeOf(watch.read(2));
  await clock.advance(300);
  expect(github.requests).toHaveLength(1);
  await clock.advance(100);
  expect(read.value?.number).toBe(2);
  expect(github.times).toEqual([0, 500]);
});

test('who leaves just after a look leaves no pause behind', async () => {
  github.put(1);
  const off = new AbortController();
  const accept = () => {
    queueMicrotask(() => off.abort('gone'));
    return null;
  };
  const waiting = outcomeOf(watch.until(1, accept, { ...BRISK, signal: off.signal }));
  await clock.settle();
  expect(waiting.error).toBe('gone');
  expect(clock.sleeping).toBe(0);
});

test('who is in no hurry is told by the looks that are due', async () => {
  github.put(1, 2);
  const waiting = outcomeOf(watch.until(1, (pr) => pr?.number ?? null, { ...BRISK, atOnce: false }));
  await clock.advance(2_000);
  expect(github.requests).toHaveLength(0);
  await Promise.all([watch.read(2), clock.settle()]);
  expect(waiting).toEqual({});
  await clock.advance(1_000);
  expect(waiting.value).toBe(1);
  expect(github.requests.map(({ numbers }) => numbers)).toEqual([[2], [1]]);
});

test('looks that fail for a while are told once, and that they work again', async () => {
  const told: unknown[] = [];
  const { ask } = github;
  const onTrouble = (trouble: unknown) => void told.push(trouble);
  const options = { repository: WIDGETS, clock, onBudget: () => {}, onLimited: () => {}, onTrouble };
  const other = new PullRequestWatch({ ask, ...options });
  github.put(1);
  github.failures.push(...Array.from({ length: 7 }, () => new GhError('transient', 'no line')));
  const since = new Date(clock.now()).toISOString();
  const read = outcomeOf(other.read(1));
  await clock.advance(8_000);
  expect(told).toEqual([]);
  await clock.advance(300_000);
  expect(read.value?.number).toBe(1);
  expect(told).toEqual([{ since, error: 'no line' }, null]);
  other.close();
});
