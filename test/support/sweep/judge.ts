import { createHash } from 'node:crypto';
import { isDeepStrictEqual } from 'node:util';
import { replay } from '../../../src/core/reduce.ts';
import type { RunState } from '../../../src/core/run-state.ts';
import { eventsIn } from '../run-fixture.ts';
import { orphans } from './orphans.ts';
import type { SweepPlace } from './place.ts';
import { readWorld, type World } from './world.ts';

export interface Verdict {
  /** In words; none for a run that is as it is to be. */
  readonly deviations: readonly string[];
  /** Null where the journal does not replay. */
  readonly world: World | null;
}

export interface Measure {
  /** What an unkilled run leaves; null for that run itself. */
  readonly expected: World | null;
  /** Attempts may have been lost without their fault, and their tasks begun again. */
  readonly mayRetry: boolean;
  /** The journal at each moment when an owner was gone. */
  readonly journals: readonly string[];
}

/** Everything that an ended run is measured by. */
export async function judge(place: SweepPlace, { expected, mayRetry, journals }: Measure): Promise<Verdict> {
  const left = await orphans(place);
  const journal = place.journal();
  const lost = lostLines(journals, journal);
  let state: RunState;
  try {
    state = replay(eventsIn(journal));
  } catch (error) {
    return { deviations: [...left, ...lost, `the journal does not replay: ${error}`], world: null };
  }
  const world = readWorld(place, state);
  const found = expected === null ? [] : differences(expected, world, mayRetry);
  return { deviations: [...found, ...launchTrouble(place, state), ...duplicates(world), ...left, ...lost], world };
}

function differences(expected: World, found: World, mayRetry: boolean): string[] {
  // A task that is begun again may keep the work of its attempts, one or more.
  const free: readonly (keyof World)[] = mayRetry ? ['kept', 'attempts', 'launches'] : [];
  return (Object.keys(expected) as (keyof World)[])
    .filter((key) => !free.includes(key) && !isDeepStrictEqual(expected[key], found[key]))
    .map((key) => `${key}: ${difference(expected[key], found[key])}`);
}

/** The parts that differ alone: whole worlds are long. */
function difference(expected: World[keyof World], found: World[keyof World]): string {
  if (typeof expected === 'string' || typeof found === 'string') return `${found} instead of ${expected}`;
  if (Array.isArray(expected) && Array.isArray(found)) return listDifference(expected, found);
  const [was, is] = [expected, found] as Record<string, unknown>[];
  const names = [...new Set([...Object.keys(was ?? {}), ...Object.keys(is ?? {})])];
  return names
    .filter((name) => !isDeepStrictEqual(was?.[name], is?.[name]))
    .map((name) => {
      const [before, now] = [was?.[name], is?.[name]];
      if (Array.isArray(before) && Array.isArray(now)) return `${name} ${listDifference(before, now)}`;
      return `${name} ${now} instead of ${before}`;
    })
    .join(', ');
}

function listDifference(expected: readonly unknown[], found: readonly unknown[]): string {
  const rest = [...found];
  const missing = expected.filter((item) => {
    const at = rest.indexOf(item);
    if (at !== -1) rest.splice(at, 1);
    return at === -1;
  });
  return [...missing.map((item) => `without ${item}`), ...rest.map((item) => `with ${item}`)].join(', ');
}

/** Each attempt is launched at most once, and is the one that the journal knows. */
function launchTrouble(place: SweepPlace, state: RunState): string[] {
  const seen = new Set<string>();
  return place.launches().flatMap(([task = '', number, token = '']) => {
    const name = `${task} ${number}`;
    if (seen.has(name)) return [`launched again: ${name}`];
    seen.add(name);
    const attempt = state.tasks.get(task)?.attempts.find((known) => String(known.number) === number);
    if (attempt === undefined) return [`launched, and not in the journal: ${name}`];
    const hash = createHash('sha256').update(token).digest('hex');
    return attempt.tokenHash === hash ? [] : [`launched with another token than the journal knows: ${name}`];
  });
}

function duplicates({ merges }: World): string[] {
  return Object.entries(merges).flatMap(([branch, subjects]) =>
    subjects.filter((line, at) => subjects.indexOf(line) !== at).map((line) => `merged twice into ${branch}: ${line}`),
  );
}

/** Whole lines that were there once stay as they are. */
function lostLines(journals: readonly string[], last: string): string[] {
  return journals.flatMap((journal, at) => {
    const whole = journal.slice(0, journal.lastIndexOf('\n') + 1);
    return last.startsWith(whole) ? [] : [`the journal has lost lines that were there after owner ${at + 1}`];
  });
}
