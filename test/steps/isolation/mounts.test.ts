import { expect, test } from 'vitest';
import { parseMounts } from '../../../src/steps/isolation/mounts.ts';

const one = (text: string) => parseMounts([text], '/home/me')[0];

test.each([
  ['/data', '/data', '/data', false],
  ['/data:ro', '/data', '/data', true],
  ['/data:rw', '/data', '/data', false],
  ['/data:/in', '/data', '/in', false],
  ['/data:/in:ro', '/data', '/in', true],
  ['~', '/home/me', '/home/me', false],
  ['~/.cargo:ro', '/home/me/.cargo', '/home/me/.cargo', true],
  ['~/.claude:~/other', '/home/me/.claude', '/home/me/other', false],
  ['/data//a/./b/:/ro', '/data/a/b', '/ro', false],
])('%s', (text, source, target, readOnly) => {
  expect(one(text)).toEqual({ source, target, readOnly });
});

test.each([
  ['data', 'has the path data, which is not absolute'],
  ['/data:in', 'has the path in, which is not absolute'],
  ['~other/data', 'has the path ~other/data, which is not absolute'],
  ['/data/../etc', 'has .. in the path /data/../etc'],
  ['~/..', 'has .. in the path ~/..'],
  ['/', 'is the whole machine'],
  ['/data:/', 'is the whole machine'],
  ['/a:/b:/c', 'has more parts than a source, a target and ro'],
  ['/a:/b:ro:ro', 'has more parts than a source, a target and ro'],
  [':/b', 'lacks a path'],
  ['/a:', 'lacks a path'],
  [':ro', 'lacks a path'],
])('%s is refused', (text, why) => {
  expect(() => one(text)).toThrow(`the mount ${JSON.stringify(text)} ${why}`);
});

test('two at one place are refused', () => {
  expect(() => parseMounts(['/a:/c', '/b:/c/:ro'], '/h')).toThrow('the mounts /a:/c and /b:/c/:ro are both at /c');
});
