import { afterAll, expect, test } from 'vitest';
import { PresetTable } from '../../support/presets/preset-table.ts';
import { runSituations, type SituationsOptions } from '../../support/presets/run-situations.ts';
import type { Situation } from '../../support/presets/situation.ts';
import { ASKING } from './asking.ts';
import { ENDING } from './ending.ts';
import { killOwners, ORPHANED } from './owners.ts';
import { PLAIN } from './plain.ts';
import { RESTING } from './resting.ts';
import { STARTING } from './starting.ts';
import { SILENT, TROUBLED } from './troubles.ts';

/** Each is one run, with a task for each preset in each of its situations. */
const RUNS: Readonly<Record<string, readonly Situation[]>> = {
  'they do a plain task, and tell what they use': [PLAIN],
  'they are started past all dialogs and get their prompt once': STARTING,
  'they are answered': [ASKING],
  'they stop without a signal, and are sent back by a gate': [RESTING],
  'they run into troubles': [TROUBLED, SILENT],
  'they end': ENDING,
  'their owners are killed': [ORPHANED],
};

const table = new PresetTable(Object.values(RUNS).flatMap((situations) => situations.flatMap(({ rows }) => rows)));
const meddling: Readonly<Record<string, SituationsOptions['meddle']>> = { 'their owners are killed': killOwners };

test.concurrent.each(Object.entries(RUNS))('%s', async (name, situations) => {
  const failures = await runSituations(situations, { table, meddle: meddling[name] });
  expect(failures.join('\n')).toBe('');
});

afterAll(() => {
  console.log(`what happened with each preset in each situation\n\n${table}`);
  expect(table.blanks()).toEqual([]);
});
