import { afterAll, expect, test } from 'vitest';
import { PresetTable } from '../../support/presets/preset-table.ts';
import { runSituations } from '../../support/presets/run-situations.ts';
import { RUNS, SITUATIONS } from './situations.ts';

const table = new PresetTable(SITUATIONS.flatMap(({ rows }) => rows));

test.concurrent.each(Object.entries(RUNS))('%s', { timeout: 180_000 }, async (_, situations) => {
  const failures = await runSituations(situations, { table });
  expect(failures.join('\n')).toBe('');
});

afterAll(() => {
  console.log(`what happened with each preset in each situation\n\n${table}`);
  expect(table.blanks()).toEqual([]);
});
