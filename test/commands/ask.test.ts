import { readdirSync } from 'node:fs';
import { expect, test } from 'vitest';
import { type AskOptions, ask } from '../../src/commands/ask.ts';
import type { Io } from '../../src/commands/io.ts';
import { RecordedRuns } from '../support/recorded-runs.ts';

test.each([
  ['an earlier run', { run: 1 }, 'b', 'run 1 of graph shop is not the last one: it is put away, and stays as it is'],
  ['a task that the run does not have', {}, 'x', 'run 2 of shop has no task x'],
])('of %s nothing is asked', async (_, options, task, message) => {
  const runs = new RecordedRuns();
  const stores = [1, 2].map((run) => runs.record('shop', run, []).store);
  const cancel = (all: AskOptions, io: Io) => ask((by) => ({ action: 'cancel', task, by }), all, io);
  await expect(runs.ask(cancel, options)).rejects.toThrow(message);
  expect(stores.flatMap((store, at) => readdirSync(store.commands(at + 1)))).toEqual([]);
});
