import { copyFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { findJournal } from '../../../../src/commands/tui/replay/find-journal.ts';
import { temporaryFolder } from '../../../support/git-repository.ts';
import { RecordedRuns } from '../../../support/recorded-runs.ts';

function twoRuns() {
  const runs = new RecordedRuns();
  const { root } = runs.repository;
  const { store } = runs.record('shop', 1, []);
  runs.record('shop', 2, []);
  return { root, store, find: (run: string | null) => findJournal({ run, graph: null, targetRepo: root }) };
}

test('the last run by default, or the one of a number', async () => {
  const { store, find } = twoRuns();
  expect(await find(null)).toMatchObject({ journalFile: store.journalFile(2), place: { graph: 'shop', run: 2 } });
  expect(await find('1')).toMatchObject({ journalFile: store.journalFile(1), place: { graph: 'shop', run: 1 } });
  await expect(find('3')).rejects.toThrow('graph shop has no run 3');
});

test('by the path of its journal or folder, wherever one stands', async () => {
  const { root, store } = twoRuns();
  for (const path of [store.journalFile(1), store.runDirectory(1)]) {
    const { journalFile, place } = await findJournal({ run: path, graph: null, targetRepo: '/nowhere' });
    expect(journalFile).toBe(store.journalFile(1));
    expect(place).toMatchObject({ graph: 'shop', run: 1, store: { root } });
  }
});

test('a journal away from its run stands for itself', async () => {
  const { store, find } = twoRuns();
  const elsewhere = temporaryFolder();
  const copy = join(elsewhere, 'events.jsonl');
  copyFileSync(store.journalFile(1), copy);
  expect(await find(copy)).toEqual({ journalFile: copy, place: null });
  expect(await find(elsewhere)).toEqual({ journalFile: copy, place: null });
  await expect(find(join(elsewhere, 'nothing'))).rejects.toThrow('nothing is not there');
});
