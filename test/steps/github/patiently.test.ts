import { expect, test } from 'vitest';
import type { Clock } from '../../../src/core/clock.ts';
import { type FailureClass, GhError } from '../../../src/steps/github/gh-error.ts';
import { type PatienceOptions, patiently } from '../../../src/steps/github/patiently.ts';

/** Time that passes only where somebody sleeps; all that is done is noted with it. */
class Scene {
  readonly log: string[] = [];
  random = 0;
  #now = 1_000_000;
  readonly clock: Clock = {
    now: () => this.#now,
    random: () => this.random,
    sleep: async (milliseconds, signal) => {
      signal?.throwIfAborted();
      this.log.push(`sleep ${milliseconds}`);
      this.#now += milliseconds;
    },
  };
  /** What the API says when it is asked who we are, in turn; then a login. */
  logins: GhError[] = [];
  readonly gh = {
    login: async () => {
      this.log.push('login');
      const error = this.logins.shift();
      if (error !== undefined) throw error;
      return 'octocat';
    },
    forgetAnswers: () => void this.log.push('forget'),
  };

  /** Ends in each of these ways in turn; the last one stays. */
  script<T>(name: string, outcomes: readonly (T | GhError)[]): () => Promise<T> {
    let turn = 0;
    return async () => {
      this.log.push(name);
      const outcome = outcomes[Math.min(turn++, outcomes.length - 1)];
      if (outcome instanceof GhError) throw outcome;
      return outcome as T;
    };
  }

  run(outcomes: readonly (string | GhError)[], options: Partial<PatienceOptions<string>> = {}): Promise<string> {
    const all = { clock: this.clock, gh: this.gh, ...options };
    return patiently(this.script('work', outcomes), all);
  }

  get sleeps(): number[] {
    return this.log.filter((line) => line.startsWith('sleep')).map((line) => Number(line.slice(6)));
  }
}

const failed = (failure: FailureClass, retryAfter: number | null = null) =>
  new GhError(failure, `it is ${failure}`, { status: 400, retryAfter });

test('what works is done once', async () => {
  const scene = new Scene();
  expect(await scene.run(['done'])).toBe('done');
  expect(scene.log).toEqual(['work']);
});

test.each(['permanent', 'already_done', 'stale', 'not_mergeable', 'protected', 'draft', 'not_installed'] as const)(
  '%s is thrown at once, and nobody looks back',
  async (failure) => {
    const scene = new Scene();
    const error = failed(failure);
    await expect(scene.run([error], { lookBack: scene.script('look', ['found']) })).rejects.toBe(error);
    expect(scene.log).toEqual(['work']);
  },
);

test('any other error is none of its business', async () => {
  const scene = new Scene();
  const error = new TypeError('a bug');
  const work = async () => {
    throw error;
  };
  await expect(patiently(work, scene)).rejects.toBe(error);
});

test('what did not get through is tried again after longer and longer waits', async () => {
  const scene = new Scene();
  expect(await scene.run([failed('transient'), failed('transient'), failed('transient'), 'done'])).toBe('done');
  expect(scene.log).toEqual(['work', 'sleep 250', 'work', 'sleep 625', 'work', 'sleep 1500', 'work']);
});

test('waits are spread', async () => {
  const scene = new Scene();
  scene.random = 1;
  await scene.run([failed('transient'), 'done']);
  expect(scene.sleeps).toEqual([500]);
});

test('after six waits it is told how long it was tried', async () => {
  const scene = new Scene();
  scene.random = 1;
  await expect(scene.run([failed('transient')])).rejects.toMatchObject({
    name: 'GhError',
    failure: 'transient',
    status: 400,
    message: 'it is transient; tried 7 times in 60 s',
  });
  expect(scene.sleeps).toEqual([500, 1_250, 3_000, 7_500, 18_000, 30_000]);
});

test('it is not tried for longer than the limit', async () => {
  const scene = new Scene();
  scene.random = 1;
  const limited = scene.run([failed('transient')], { limit: 5_000 });
  await expect(limited).rejects.toThrow('it is transient; tried 4 times in 5 s');
  expect(scene.sleeps).toEqual([500, 1_250, 3_000]);
});

test('where the answer was lost, what was done is looked for before it is done again', async () => {
  const scene = new Scene();
  const lookBack = scene.script('look', [null, 'found']);
  expect(await scene.run([failed('outcome_unknown')], { lookBack })).toBe('found');
  expect(scene.log).toEqual(['work', 'sleep 250', 'look', 'work', 'sleep 625', 'look']);
});

test('looking back is patient too', async () => {
  const scene = new Scene();
  const lookBack = scene.script('look', [failed('transient'), failed('outcome_unknown'), 'found']);
  expect(await scene.run([failed('outcome_unknown')], { lookBack })).toBe('found');
  expect(scene.log).toEqual(['work', 'sleep 250', 'look', 'sleep 250', 'look', 'sleep 625', 'look']);
});

test('a look back that fails is what went wrong', async () => {
  const scene = new Scene();
  const lookBack = scene.script<string>('look', [failed('permanent')]);
  await expect(scene.run([failed('outcome_unknown')], { lookBack })).rejects.toThrow('it is permanent');
});

test('what changes something is not done twice where nobody can look back', async () => {
  const scene = new Scene();
  const error = failed('outcome_unknown');
  await expect(scene.run([error])).rejects.toBe(error);
  expect(scene.log).toEqual(['work']);
});

test('a read whose answer was lost is just done again', async () => {
  const scene = new Scene();
  expect(await scene.run([failed('outcome_unknown'), 'done'], { isRead: true })).toBe('done');
  expect(scene.log).toEqual(['work', 'sleep 250', 'work']);
});

test.each(['already_done', 'stale', 'not_mergeable', 'unauthenticated'] as const)(
  '%s after a lost answer may be what that try did',
  async (failure) => {
    const scene = new Scene();
    scene.logins = [failed('unauthenticated')];
    const lookBack = scene.script('look', [null, 'found']);
    expect(await scene.run([failed('outcome_unknown'), failed(failure)], { lookBack })).toBe('found');
    const error = failed(failure);
    const nothing = scene.script<string | null>('look', [null]);
    scene.logins = [failed('unauthenticated')];
    await expect(scene.run([failed('outcome_unknown'), error], { lookBack: nothing })).rejects.toBe(error);
  },
);

test('before it gives up, it looks back once more', async () => {
  const scene = new Scene();
  const lookBack = scene.script('look', [null, 'found']);
  const outcomes = [failed('outcome_unknown'), failed('transient')];
  expect(await scene.run(outcomes, { lookBack, limit: 400 })).toBe('found');
  expect(scene.log).toEqual(['work', 'sleep 250', 'look', 'work', 'look']);
});

test.each(['primary', 'secondary'] as const)('a %s limit is waited for as long as the API says', async (kind) => {
  const scene = new Scene();
  const told: string[] = [];
  const onLimited = (...heard: [string, number]) => void told.push(heard.join(' '));
  const outcomes = [failed(`${kind}_limit`, 90_000), failed(`${kind}_limit`, 0), 'done'];
  expect(await scene.run(outcomes, { onLimited })).toBe('done');
  expect(scene.log).toEqual(['work', 'sleep 90000', 'work', 'sleep 1000', 'work']);
  expect(told).toEqual([`${kind} 1090000`, `${kind} 1091000`]);
});

test('where a command does not say how long, the API is asked', async () => {
  const scene = new Scene();
  scene.logins = [failed('primary_limit', 600_000)];
  await scene.run([failed('primary_limit'), 'done']);
  expect(scene.log).toEqual(['work', 'login', 'sleep 600000', 'work']);
});

test('a limit of which nobody says how long is waited for twice as long each time', async () => {
  const scene = new Scene();
  scene.logins = [failed('transient', 5), failed('secondary_limit')];
  const outcomes = [...Array.from({ length: 6 }, () => failed('secondary_limit')), 'done'];
  await scene.run(outcomes);
  expect(scene.sleeps).toEqual([60_000, 120_000, 240_000, 480_000, 900_000, 900_000]);
});

test('a limit beyond the time there is is thrown at once, and says how long it would be', async () => {
  const scene = new Scene();
  const limited = scene.run([failed('primary_limit', 45 * 60_000)], { limit: 15 * 60_000 });
  await expect(limited).rejects.toThrow('it is primary_limit; tried once in 0 s, and would have to wait 45 min more');
  expect(scene.log).toEqual(['work']);
});

test('a refused token is asked about once, without the answers that gh has kept', async () => {
  const scene = new Scene();
  expect(await scene.run([failed('unauthenticated'), 'done'])).toBe('done');
  expect(scene.log).toEqual(['work', 'forget', 'login', 'work']);
});

test('a token that is refused again, or is refused when asked, is no good', async () => {
  const scene = new Scene();
  await expect(scene.run([failed('unauthenticated')])).rejects.toThrow('it is unauthenticated');
  expect(scene.log).toEqual(['work', 'forget', 'login', 'work']);
  const other = new Scene();
  other.logins = [failed('unauthenticated')];
  await expect(other.run([failed('unauthenticated')])).rejects.toThrow('it is unauthenticated');
  expect(other.log).toEqual(['work', 'forget', 'login']);
});

test.each(['transient', 'secondary_limit'] as const)(
  'a token that nobody could be asked about is not taken for refused: %s',
  async (failure) => {
    const scene = new Scene();
    scene.logins = [failed(failure)];
    expect(await scene.run([failed('unauthenticated'), 'done'])).toBe('done');
    expect(scene.log).toEqual(['work', 'forget', 'login', 'work']);
  },
);

test('nothing is done once it is called off', async () => {
  const scene = new Scene();
  const abort = new AbortController();
  const work = async () => {
    scene.log.push('work');
    abort.abort(new Error('called off'));
    throw failed('transient');
  };
  await expect(patiently(work, { ...scene, signal: abort.signal })).rejects.toThrow('called off');
  await expect(patiently(work, { ...scene, signal: abort.signal })).rejects.toThrow('called off');
  expect(scene.log).toEqual(['work']);
});
