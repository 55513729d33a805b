import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { watchFolder } from '../../../src/steps/tools/folder-watch.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

/** A day: so that only what is seen by watching counts. */
const NO_POLL = 86_400_000;

test('tells of the named files, made or moved there, and of no others', async () => {
  const folder = temporaryFolder();
  let changes = 0;
  let wake = () => {};
  const watcher = watchFolder(
    folder,
    (name) => name === '.done',
    () => {
      changes++;
      wake();
    },
    NO_POLL,
  );
  const changed = () => new Promise<void>((resolve) => (wake = resolve));
  writeFileSync(join(folder, 'agent.raw.log'), 'much');
  expect(changes).toBe(0);
  const first = changed();
  writeFileSync(join(folder, 'draft'), 'a signal');
  renameSync(join(folder, 'draft'), join(folder, '.done'));
  await first;
  watcher.close();
});

test('polls where there is nothing to watch', async () => {
  const folder = temporaryFolder();
  await new Promise<void>((resolve) => {
    const watcher = watchFolder(
      join(folder, 'none'),
      (name) => name === '.done',
      () => {
        watcher.close();
        resolve();
      },
      1,
    );
  });
});

test('goes on polling when the folder goes', async () => {
  const folder = join(temporaryFolder(), 'signals');
  mkdirSync(folder);
  let left = 3;
  await new Promise<void>((resolve) => {
    const watcher = watchFolder(
      folder,
      (name) => name === '.done',
      () => {
        rmSync(folder, { recursive: true, force: true });
        if (--left > 0) return;
        watcher.close();
        resolve();
      },
      1,
    );
  });
  expect(left).toBe(0);
});
