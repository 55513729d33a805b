import { afterAll, expect, test } from 'vitest';
import { PresetTable } from '../../support/presets/preset-table.ts';
import { runSituations } from '../../support/presets/run-situations.ts';
import { PLAIN } from './plain.ts';

const GROUPS = { plain: [PLAIN] };
const table = new PresetTable(Object.values(GROUPS).flatMap((group) => group.flatMap(({ rows }) => rows)));
afterAll(() => console.log(`${table}`));

test.concurrent.each(Object.entries(GROUPS))('%s', async (_, situations) => {
  expect(await runSituations(situations, { table })).toEqual([]);
});
