import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { endTrouble, go, type Journey, type Leg } from './go.ts';
import { judge, type Measure, type Verdict } from './judge.ts';
import { makeSweepPlace, type PlaceOptions, type SweepPlace } from './place.ts';
import type { SweptProgram } from './program.ts';
import type { World } from './world.ts';

/** One run of the sweep, to its end. */
export interface SweepCase {
  readonly name: string;
  readonly place?: PlaceOptions;
  legs(place: SweepPlace): readonly Leg[];
  /** Attempts may be lost without their fault, and their tasks begun again. */
  readonly mayRetry: boolean;
  /** How often a run that did not end well is gone on with; 0 unless told. */
  readonly again?: number;
  /** Done when the run has ended, before it is looked at. */
  readonly beforeLook?: (place: SweepPlace) => void;
  /** Wrong in a way that the world does not show. */
  readonly alsoWrong?: (journey: Journey, place: SweepPlace) => readonly string[];
  /** True when what the case is for did happen; true unless told when an owner was killed. */
  readonly hit?: (journey: Journey, place: SweepPlace) => boolean;
}

export interface Baseline {
  readonly world: World;
  /** Events of the unkilled run. */
  readonly events: number;
  /** Milliseconds that it took. */
  readonly duration: number;
}

export interface CaseResult {
  readonly name: string;
  readonly hit: boolean;
  readonly deviations: readonly string[];
  /** Where the run lies; null when it is removed. */
  readonly kept: string | null;
}

/** An unkilled run; throws when that alone goes wrong. */
export async function baselineOf(swept: SweptProgram, options: PlaceOptions = {}): Promise<Baseline> {
  const place = await makeSweepPlace(swept, options);
  const began = performance.now();
  const journey = await go(place, []);
  const duration = performance.now() - began;
  const { deviations, world } = await judge(place, { expected: null, mayRetry: false, journals: journey.journals });
  const wrong = [...endTrouble(journey), ...deviations];
  if (world === null || wrong.length > 0) {
    place.end();
    throw new Error(`the unkilled run went wrong: ${wrong.join('; ')}; it lies in ${place.directory}`);
  }
  const events = place.journal().split('\n').length - 1;
  place.remove();
  return { world, events, duration };
}

/** Runs one case. Its place stays when it deviates and `keep` says so. */
async function tryCase(swept: SweptProgram, expected: World, one: SweepCase, keep: () => boolean): Promise<CaseResult> {
  const place = await makeSweepPlace(swept, one.place);
  const journey = await go(place, one.legs(place), one.again);
  const alsoWrong = one.alsoWrong?.(journey, place) ?? [];
  const hit = one.hit?.(journey, place) ?? journey.kills > 0;
  one.beforeLook?.(place);
  const measure: Measure = { expected, mayRetry: one.mayRetry, journals: journey.journals };
  const verdict: Verdict = await judge(place, measure);
  const deviations = [...endTrouble(journey), ...alsoWrong, ...verdict.deviations];
  const stays = deviations.length > 0 && keep();
  if (stays) {
    place.end();
    writeFileSync(join(place.directory, 'deviations'), `${[one.name, ...deviations].join('\n')}\n`);
  } else place.remove();
  return { name: one.name, hit, deviations, kept: stays ? place.directory : null };
}

/** Runs the cases, `jobs` at once; `tell` hears of each as it ends. */
export async function sweep(
  cases: readonly SweepCase[],
  options: { readonly swept: SweptProgram; readonly expected: World; readonly jobs: number; readonly maxKept: number },
  tell: (result: CaseResult) => void,
): Promise<CaseResult[]> {
  const results: CaseResult[] = [];
  const waiting = [...cases];
  const kept = () => results.filter((result) => result.kept !== null).length;
  const work = async () => {
    for (let one = waiting.shift(); one !== undefined; one = waiting.shift()) {
      const result = await tryCase(options.swept, options.expected, one, () => kept() < options.maxKept);
      results.push(result);
      tell(result);
    }
  };
  await Promise.all(Array.from({ length: options.jobs }, work));
  return results;
}
