import { mkdirSync, readdirSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import type { Request } from '../../src/core/requests.ts';
import { followRequests, type RequestFile, readRequests, writeRequest } from '../../src/steps/request-files.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const by = { pid: 7, host: 'here' };
const cancel = (task: string | null): Request => ({ action: 'cancel', task, by });

const folderOf = () => join(temporaryFolder(), 'runs/1/commands');

/** Follows the folder until the test ends; `count(n)` resolves when so many have been handed out. */
function following(folder: string, after = 0) {
  const found: RequestFile[] = [];
  let look = () => {};
  const follower = followRequests(folder, after, (request) => {
    found.push(request);
    look();
  });
  onTestFinished(() => follower.close());
  const count = (wanted: number) =>
    new Promise<void>((resolve) => {
      look = () => {
        if (found.length >= wanted) resolve();
      };
      look();
    });
  return { found, count, close: () => follower.close() };
}

describe('writeRequest', () => {
  test('numbers from 1, also behind what was handled and is gone from the folder', () => {
    const folder = folderOf();
    expect([writeRequest(folder, cancel('a'), 0), writeRequest(folder, cancel('b'), 0)]).toEqual([1, 2]);
    expect(writeRequest(folder, cancel(null), 41)).toBe(42);
    expect(readdirSync(folder)).toEqual(['000001.json', '000002.json', '000042.json']);
    expect(statSync(join(folder, '000001.json')).mode & 0o777).toBe(0o600);
  });

  test('never takes the number of a file that is there, however it got there', () => {
    const folder = folderOf();
    writeRequest(folder, cancel('a'), 0);
    writeFileSync(join(folder, '000007.json'), 'garbage');
    writeFileSync(join(folder, '1000000.json'), '');
    expect(writeRequest(folder, cancel('b'), 0)).toBe(1_000_001);
    expect(readRequests(folder, 7).map(({ number }) => number)).toEqual([1_000_000, 1_000_001]);
  });
});

describe('readRequests', () => {
  test('gives none where the folder was deleted by hand', () => {
    expect(readRequests(folderOf(), 0)).toEqual([]);
  });

  test('gives those behind a number, in order, as they were asked', () => {
    const folder = folderOf();
    const change = { note: 'a\n"b"', instructions: null, framework: null, model: 'm', keep_work: true, fresh: false };
    const requests: Request[] = [
      { action: 'retry', task: 'a', change, by },
      { action: 'teardown', task: 'b', by },
      cancel(null),
      { action: 'send', task: 'c', text: 'öß\n🙂\u0003', by },
      { action: 'pause', by },
      { action: 'unpause', by },
    ];
    for (const request of requests) writeRequest(folder, request, 0);
    expect(readRequests(folder, 0)).toEqual(requests.map((request, at) => ({ number: at + 1, request })));
    expect(readRequests(folder, 4).map(({ number }) => number)).toEqual([5, 6]);
    expect(readRequests(folder, 6)).toEqual([]);
  });

  test.each([
    ['half a line', '{"action":"canc'],
    ['nothing', ''],
    ['bytes', Buffer.from([0, 255, 10])],
    ['another action', '{"action":"explode","by":{"pid":1,"host":"x"}}'],
    ['no task', '{"action":"send","text":"x","by":{"pid":1,"host":"x"}}'],
    ['a list', '[]'],
  ])('says of %s that it cannot be read, and reads the others', (_what, content) => {
    const folder = folderOf();
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, '000001.json'), content);
    writeRequest(folder, cancel('a'), 0);
    const unreadable = expect.stringMatching(/000001\.json is no request: /);
    expect(readRequests(folder, 0)).toEqual([
      { number: 1, request: { unreadable } },
      { number: 2, request: cancel('a') },
    ]);
  });

  test('takes a folder of that name for one that cannot be read, and other names for nothing', () => {
    const folder = folderOf();
    mkdirSync(join(folder, '000001.json'), { recursive: true });
    for (const name of ['1.json', '000002.json.tmp', '.tmp-000003.json-1-2', 'note.txt']) {
      writeFileSync(join(folder, name), JSON.stringify(cancel('x')));
    }
    expect(readRequests(folder, 0)).toMatchObject([{ number: 1, request: { unreadable: expect.any(String) } }]);
  });
});

describe('followRequests', () => {
  test('hands out what is there, then what comes, each once and in order', async () => {
    const folder = folderOf();
    for (const task of ['done', 'a', 'b']) writeRequest(folder, cancel(task), 0);
    const { found, count } = following(folder, 1);
    expect(found.map(({ number }) => number)).toEqual([2, 3]);
    for (const task of ['c', 'd', 'e']) writeRequest(folder, cancel(task), 0);
    await count(5);
    expect(found.map(({ number }) => number)).toEqual([2, 3, 4, 5, 6]);
  });

  test('waits in a folder that was not there', async () => {
    const folder = folderOf();
    const { found, count } = following(folder);
    writeRequest(folder, cancel('a'), 0);
    await count(1);
    expect(found).toEqual([{ number: 1, request: cancel('a') }]);
  });

  test('hands out nothing more once it is closed', () => {
    const folder = folderOf();
    const { found, close } = following(folder);
    close();
    writeRequest(folder, cancel('a'), 0);
    expect(found).toEqual([]);
    expect(following(folder).found).toHaveLength(1);
  });
});
