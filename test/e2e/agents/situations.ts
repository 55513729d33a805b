import type { Situation } from '../../support/presets/situation.ts';
import { ASKING } from './asking.ts';
import { ENDING } from './ending.ts';
import { ORPHANED } from './owners.ts';
import { PLAIN } from './plain.ts';
import { RESTING } from './resting.ts';
import { STARTING } from './starting.ts';
import { TROUBLED } from './troubles.ts';

/** Each is one run, with a task for each preset in each of its situations. */
export const RUNS: Readonly<Record<string, readonly Situation[]>> = {
  'they do a plain task, and tell what they use': [PLAIN],
  'they are started past their dialogs, and take their prompt once': STARTING,
  'they are answered': [ASKING],
  'they stop without a signal, and are sent back by a gate': [RESTING],
  'they run into troubles': [TROUBLED],
  'they end': ENDING,
  'their owners are killed': [ORPHANED],
};

export const SITUATIONS: readonly Situation[] = Object.values(RUNS).flat();
