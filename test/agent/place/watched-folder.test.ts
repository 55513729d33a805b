import { appendFileSync, mkdirSync, rmSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { WatchedFolder } from '../../../src/agent/place/watched-folder.ts';
import type { FollowNews } from '../../../src/agent/place/wire.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

function watched(known: Readonly<Record<string, number>> = {}) {
  const folder = temporaryFolder();
  const watcher = new WatchedFolder('a', folder, known, () => {});
  onTestFinished(() => watcher.close());
  /** In short: the name with what was told. */
  const look = () => {
    const told: string[] = [];
    const tell = (news: FollowNews) => {
      if ('looked' in news) return;
      const text = (data: string) => Buffer.from(data, 'base64').toString();
      if ('at' in news) told.push(`${news.name}@${news.at} ${text(news.data)}`);
      else told.push(`${news.name} ${'gone' in news ? 'gone' : text(news.whole)}`);
    };
    const isMore = watcher.look(tell);
    return { told, isMore };
  };
  return { folder, look, write: (name: string, text: string) => writeFileSync(join(folder, name), text) };
}

test('what an agent writes last is told last, and each change once', () => {
  const { folder, look, write } = watched();
  write('exit_code', '0\n');
  write('.done', 'x');
  write('concerns.log', 'a doubt\n');
  write('summary.md', 'words');
  expect(look().told).toEqual(['concerns.log@0 a doubt\n', 'summary.md words', '.done x', 'exit_code 0\n']);
  expect(look().told).toEqual([]);
  appendFileSync(join(folder, 'concerns.log'), 'more\n');
  rmSync(join(folder, '.done'));
  expect(look().told).toEqual(['concerns.log@8 more\n', '.done gone']);
});

test('goes on from what is known, and tells a file that begins anew from its beginning', () => {
  const { folder, look, write } = watched({ 'hooks.jsonl': 4 });
  write('hooks.jsonl', 'one\ntwo\n');
  expect(look().told).toEqual(['hooks.jsonl@4 two\n']);
  truncateSync(join(folder, 'hooks.jsonl'));
  write('hooks.jsonl', 'new\n');
  expect(look().told).toEqual(['hooks.jsonl@0 new\n']);
});

test('a signal waits until all that was printed before it is told', () => {
  const { folder, look, write } = watched();
  write('agent.raw.log', 'x'.repeat(300 * 1024));
  write('.done', 'x');
  const first = look();
  expect(first.isMore).toBe(true);
  expect(first.told.map((text) => text.split(' ')[0])).toEqual(['agent.raw.log@0']);
  expect(look().told.map((text) => text.split(' ')[0])).toEqual([`agent.raw.log@${256 * 1024}`, '.done']);
  appendFileSync(join(folder, 'agent.raw.log'), 'x'.repeat(300 * 1024));
  rmSync(join(folder, '.done'));
  expect(look().told).toHaveLength(1);
  expect(look().told).toContain('.done gone');
});

test('nothing but files, no links, and nothing else than what an owner reads', () => {
  const { folder, look, write } = watched();
  const outside = join(temporaryFolder(), 'secret');
  writeFileSync(outside, 'secret');
  symlinkSync(outside, join(folder, 'summary.md'));
  mkdirSync(join(folder, '.done'));
  write('manifest.json', '{}');
  write('draft', 'x');
  expect(look().told).toEqual([]);
});
