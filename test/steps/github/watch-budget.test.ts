import { beforeEach, describe, expect, test } from 'vitest';
import type { ApiBudget } from '../../../src/core/events.ts';
import { GhError } from '../../../src/steps/github/gh-error.ts';
import type { PullRequestSnapshot } from '../../../src/steps/github/pull-request.ts';
import { PullRequestWatch } from '../../../src/steps/github/pull-request-watch.ts';
import { affordableInterval } from '../../../src/steps/github/watch-interval.ts';
import { checkRun, commits, PullRequestAnswers, WIDGETS } from '../../support/pull-request-answers.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

let clock: SimulatedClock;
let github: PullRequestAnswers;
let budgets: ApiBudget[];
let limits: string[];
let watch: PullRequestWatch;
let ended: unknown[];

beforeEach(() => {
  clock = new SimulatedClock();
  github = new PullRequestAnswers(clock);
  budgets = [];
  limits = [];
  ended = [];
  watch = new PullRequestWatch({
    ask: github.ask,
    repository: WIDGETS,
    clock,
    onBudget: (budget) => budgets.push(budget),
    onLimited: (kind, until) => limits.push(`${kind} ${until}`),
  });
});

const isGreen = (pr: PullRequestSnapshot | null) => pr?.checks.every(({ outcome }) => outcome === 'passed') || null;
const MINUTE = 60_000;

/** Somebody who waits until the end of the test, or of the watch. */
function watchForever(number: number): void {
  watch.until(number, () => null, { pace: 'brisk', limit: null }).catch((error: unknown) => ended.push(error));
}

/** Milliseconds from each request to the next. */
function gaps(): number[] {
  return github.times.slice(1).map((time, i) => Math.round(time - (github.times[i] ?? 0)));
}

test('20 pull requests whose checks take half an hour: one request a look, for all of them', async () => {
  const numbers = Array.from({ length: 20 }, (_, i) => i + 1);
  const checks = (number: number, finished: boolean) => ({
    commits: commits([checkRun({ name: `build ${number}`, status: finished ? 'COMPLETED' : 'IN_PROGRESS' })]),
  });
  github.put(...numbers);
  for (const number of numbers) github.change(number, checks(number, false));
  const green = numbers.map((number) => watch.until(number, isGreen, { pace: 'brisk', limit: 60 * MINUTE }));
  // One of them after the other, the last after 30 minutes.
  for (const number of numbers) {
    await clock.advance(1.5 * MINUTE);
    github.change(number, checks(number, true));
  }
  await clock.advance(20_000);
  expect(await Promise.all(green)).toHaveLength(20);
  expect(github.most).toBe(1);
  expect(github.requests[0]?.numbers).toEqual(numbers);
  expect(github.requests.at(-1)?.numbers).toEqual([20]);
  expect(Math.min(...gaps())).toBeGreaterThanOrEqual(3_000);
  // With one for each pull request and look they would be more than ten times as many.
  const each = github.requests.reduce((sum, { numbers }) => sum + numbers.length, 0);
  expect([github.requests.length, each]).toEqual([152, 1610]);
  expect(budgets.at(-1)).toMatchObject({ limit: 5_000 });
  watch.close();
  expect(budgets.at(-1)).toMatchObject({ requests: github.requests.length, spent: github.requests.length });
});

describe('the interval that the budget allows', () => {
  const now = Date.parse('2026-01-02T03:00:00Z');
  const budget = (remaining: number, resetAt = '2026-01-02T04:00:00Z') => ({
    cost: 1,
    limit: 5_000,
    remaining,
    resetAt,
  });

  test.each([
    ['half of what is left until the reset', budget(5_000), 1, 1_440],
    ['the same where a look costs more', budget(5_000), 3, 4_320],
    ['half of little', budget(600), 1, 12_000],
    ['a minute below a tenth', budget(499), 1, 60_000],
    ['more where even that is too often', budget(60), 1, 120_000],
    ['until the reset where one look would be more than half', budget(1), 1, 3_600_000],
    ['until the reset where nothing is left', budget(0), 1, 3_600_000],
    ['until the reset where a look costs more than is left', budget(2), 3, 3_600_000],
    ['not beyond the reset', budget(499, '2026-01-02T03:00:10Z'), 1, 10_000],
    ['nothing after the reset', budget(0, '2026-01-02T02:59:59Z'), 1, 0],
    ['nothing where the reset is no date', budget(0, 'soon'), 1, 0],
  ])('%s', (_, rateLimit, cost, interval) => {
    expect(affordableInterval(rateLimit, cost, now)).toBe(interval);
  });
});

test('no more than half of what is left is spent until it is renewed, and nobody fails', async () => {
  github.put(1);
  github.budget = { limit: 5_000, remaining: 700, resetAt: '2026-01-02T04:00:00Z' };
  watchForever(1);
  await clock.advance(59 * MINUTE);
  expect(ended).toEqual([]);
  expect(github.requests.length).toBeGreaterThan(150);
  expect(github.requests.length).toBeLessThanOrEqual(350);
});

test('below a tenth a look a minute, also for who asks anew; at nothing none until it is renewed', async () => {
  github.put(1, 2);
  github.budget = { limit: 5_000, remaining: 401, resetAt: '2026-01-02T03:30:00Z' };
  watchForever(1);
  await clock.advance(10_000);
  const read = watch.read(2);
  await clock.advance(50_000);
  expect((await read)?.number).toBe(2);
  expect(github.times).toEqual([0, 60_000]);
  github.budget = { ...github.budget, remaining: 1 };
  await clock.advance(28 * MINUTE);
  expect(github.times).toEqual([0, 60_000, 120_000]);
  expect(limits).toEqual(['primary 2026-01-02T03:30:00Z']);
  github.budget = { limit: 5_000, remaining: 5_000, resetAt: '2026-01-02T04:30:00Z' };
  await clock.advance(MINUTE + 10_000);
  expect(github.times.slice(3)[0]).toBe(30 * MINUTE);
  expect(github.times.length).toBeGreaterThan(4);
});

test('without limits there is no budget to tell of', async () => {
  github.put(1);
  github.budget = null;
  watchForever(1);
  await clock.advance(3_000);
  watch.close();
  expect(github.times).toEqual([0, 3_000]);
  expect(budgets).toEqual([]);
});

test('the budget is told at first, when looks come twice or half as often, at each tenth, and at the end', async () => {
  github.put(1);
  watchForever(1);
  await clock.advance(60_000);
  expect(budgets.map(({ requests, interval }) => [requests, interval])).toEqual([
    [1, 3_000],
    [3, 6_750],
    [5, 15_188],
  ]);
  github.budget = { limit: 5_000, remaining: 4_501, resetAt: '2026-01-02T04:00:00Z' };
  await clock.advance(20_000);
  expect(budgets).toHaveLength(4);
  github.change(1, { title: 'New' });
  await clock.advance(20_000);
  expect(budgets).toHaveLength(5);
  expect(budgets[4]).toEqual({
    requests: 9,
    spent: 9,
    limit: 5_000,
    remaining: 4_499,
    reset_at: '2026-01-02T04:00:00Z',
    interval: 3_000,
  });
  await clock.advance(3_000);
  watch.close();
  expect(budgets[5]).toMatchObject({ requests: 10, spent: 10, interval: 3_000 });
  expect(budgets).toHaveLength(6);
});

test('nothing more is told at the end when all is told', async () => {
  github.put(1);
  const read = watch.read(1);
  await clock.settle();
  await read;
  watch.close();
  expect(budgets).toHaveLength(1);
});

test('a secondary limit is waited for as long as the API says, else longer each time', async () => {
  github.put(1);
  const limited = (retryAfter: number | null) => new GhError('secondary_limit', 'slow down', { retryAfter });
  github.failures.push(limited(7_000), limited(null), limited(null), limited(null), limited(null), limited(null));
  const read = watch.read(1);
  await clock.advance(60 * MINUTE);
  expect((await read)?.number).toBe(1);
  expect(gaps()).toEqual([7_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
  expect(limits.slice(0, 2)).toEqual(['secondary 2026-01-02T03:00:07.000Z', 'secondary 2026-01-02T03:02:07.000Z']);
});

test('the first limit without a word on how long takes a minute, and again the first after it worked', async () => {
  github.put(1);
  const limited = new GhError('secondary_limit', 'slow down');
  github.failures.push(limited, limited, undefined, limited);
  watchForever(1);
  await clock.advance(5 * MINUTE);
  expect(gaps().slice(0, 4)).toEqual([60_000, 120_000, 3_000, 60_000]);
});

test('a primary limit is waited for until the budget is renewed; who asks meanwhile waits too', async () => {
  github.put(1, 2);
  clock.chance = 0.5;
  github.failures.push(undefined, new GhError('primary_limit', 'API rate limit exceeded'));
  watchForever(1);
  await clock.advance(10 * MINUTE);
  const read = watch.read(2);
  await clock.advance(51 * MINUTE);
  expect((await read)?.number).toBe(2);
  // The hour is over, and a second of the spread.
  expect(github.times.slice(0, 3)).toEqual([0, 3_000, 60 * MINUTE + 1_000]);
  expect(limits).toEqual(['primary 2026-01-02T04:00:01.000Z']);
});
