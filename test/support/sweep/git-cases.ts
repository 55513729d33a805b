import { closeSync, existsSync, mkdirSync, openSync, readFileSync, rmSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { readIfThere } from '../../../src/steps/tools/atomic-file.ts';
import { passes } from './crash-cases.ts';
import { GIT_KINDS, type GitHarm, type GitKind } from './git-wrapper.ts';
import { go } from './go.ts';
import { makeSweepPlace, type SweepPlace } from './place.ts';
import type { SweptProgram } from './program.ts';
import { between, randomFrom } from './random.ts';
import type { SweepCase } from './sweep.ts';

/** How often an owner of an unkilled run uses git, by kind. */
export type GitUse = ReadonlyMap<GitKind, number>;

const NEVER = { count: 1_000_000, how: 'before', after: 0, group: false } as const;

export async function gitUse(swept: SweptProgram): Promise<GitUse> {
  const use = new Map<GitKind, number>();
  for (const kind of ['update-ref', 'cat-file'] as const) {
    const place = await makeSweepPlace(swept, { git: { kind, ...NEVER } });
    await go(place, []);
    const calls = readFileSync(join(place.directory, 'git-wrapper/calls'), 'utf8').split('\n');
    for (const each of GIT_KINDS) {
      const isCounted = each !== 'update-ref' && each !== 'cat-file';
      if (isCounted) use.set(each, calls.filter((call) => call === each).length);
    }
    use.set(kind, Number(readFileSync(join(place.directory, 'git-wrapper/lines'), 'utf8')));
    place.remove();
  }
  return use;
}

/** An attempt whose git was killed may be one of those that are allowed. */
const FLAGS = ['--max-task-attempts', '4'];

/** One git of the owner is killed, or finds a lock that nobody holds. */
export function gitHarmed(harm: GitHarm): SweepCase {
  const { kind, count, how, after, group } = harm;
  const when = how === 'during' ? `${after} ms into its work${group ? ', with its children' : ''}` : how;
  return {
    name: how === 'lock' ? `stale lock before ${kind} ${count}` : `${kind} ${count} killed ${when}`,
    mayRetry: true,
    again: 3,
    place: { git: harm, flags: FLAGS },
    legs: () => [],
    hit: (_, place) => existsSync(join(place.directory, 'git-wrapper/hit')),
    beforeLook: removeUnusedLocks,
  };
}

/** Lock files appear at a random moment, that of a lane's branch, of the target, of all refs or of the main checkout. */
export function lockedAtRandom(number: number, seed: number, duration: number): SweepCase {
  const random = randomFrom(seed * 7_919 + number);
  const lane = ['cart', 'rules', 'bill'][between(random, 0, 2)];
  const names = ['packed-refs', 'index', 'refs/heads/main', `refs/heads/agentrelay/shop/ws/${lane}`];
  const lock = `${names[between(random, 0, 3)]}.lock`;
  const after = between(random, 50, duration);
  const at = (place: SweepPlace) => join(place.repository, '.git', lock);
  let made = false;
  return {
    name: `random run ${number}, ${lock} after ${after} ms`,
    mayRetry: true,
    again: 3,
    place: { pause: 0.1, flags: FLAGS },
    legs: (place) => [
      {
        async harm(_, ended) {
          if (await passes(after, ended)) made = makeLock(at(place));
        },
      },
    ],
    hit: () => made,
    beforeLook: (place) => rmSync(at(place), { force: true }),
  };
}

/** False when a git that is at work has it. */
function makeLock(path: string): boolean {
  try {
    mkdirSync(dirname(path), { recursive: true });
    closeSync(openSync(path, 'wx'));
    return true;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'EEXIST') return false;
    throw error;
  }
}

/** A lock that no git of the owner's came across again is not the owner's to remove. */
function removeUnusedLocks(place: SweepPlace): void {
  const made = readIfThere(join(place.directory, 'git-wrapper/locks')) ?? '';
  for (const lock of made.split('\n').filter((line) => line !== '')) {
    rmSync(join(place.repository, lock.replace(`${place.repository}/`, '')), { force: true });
  }
}

/** Those that take a lock; another one would leave the file for an agent to fall over. */
const LOCKING: readonly GitKind[] = ['worktree add', 'checkout', 'merge', 'update-ref'];

/** Every git of each kind, harmed in each way; of those that are very many, an even choice of `most`. */
export function gitHarms(use: GitUse, seed: number, most: number): GitHarm[] {
  const random = randomFrom(seed);
  return [...use].flatMap(([kind, total]) => {
    const counts = spread(total, most);
    const lock = LOCKING.includes(kind) ? (['lock'] as const) : [];
    const ways = kind === 'cat-file' ? (['during'] as const) : (['before', 'during', 'after', ...lock] as const);
    return counts.flatMap((count) =>
      ways.map((how) => ({ kind, count, how, after: between(random, 0, 15), group: random() < 0.5 })),
    );
  });
}

/** Up to `most` numbers from 1 to `total`. */
function spread(total: number, most: number): number[] {
  const step = Math.max(1, total / most);
  return Array.from({ length: Math.min(total, most) }, (_, at) => 1 + Math.floor(at * step));
}
