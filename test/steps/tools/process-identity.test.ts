import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { hostname } from 'node:os';
import { expect, test } from 'vitest';
import { livenessOf, ownIdentity } from '../../../src/steps/tools/process-identity.ts';

test('we are alive, on this host', () => {
  const own = ownIdentity();
  expect(own).toMatchObject({ pid: process.pid, start: expect.stringMatching(/^\d+$/), host: hostname() });
  expect(livenessOf(own)).toBe('alive');
});

test('a pid that was given again is not the process that had it', () => {
  expect(livenessOf({ ...ownIdentity(), start: '1' })).toBe('dead');
});

test('without a start time the pid has to do', () => {
  expect(livenessOf({ ...ownIdentity(), start: null })).toBe('alive');
});

test('of another host nobody can tell', () => {
  expect(livenessOf({ ...ownIdentity(), host: 'another.example.invalid' })).toBe('unknown');
});

test('the same pid with the same start in another boot is another process', () => {
  expect(livenessOf({ ...ownIdentity(), boot: 'an earlier one' })).toBe('dead');
});

test('of another namespace of pids nobody can tell, whatever has the pid here', () => {
  const foreign = { ...ownIdentity(), namespace: 'pid:[1]' };
  expect(livenessOf(foreign)).toBe('unknown');
  expect(livenessOf({ ...foreign, start: '1' })).toBe('unknown');
  // With the boot went all of its processes, also those in containers.
  expect(livenessOf({ ...foreign, boot: 'an earlier one' })).toBe('dead');
});

test('what an older version did not write is no difference', () => {
  const old = { ...ownIdentity(), boot: null, namespace: null };
  expect(livenessOf(old)).toBe('alive');
  expect(livenessOf({ ...old, start: '1' })).toBe('dead');
});

test('a process is dead once it has ended, and while nobody has collected it', async () => {
  const child = spawn('/bin/sh', ['-c', 'exec 3<&0; read line; sleep 0 & echo $!; read line'], {
    stdio: ['pipe', 'pipe', 'ignore'],
  });
  const identity = { ...ownIdentity(), pid: child.pid ?? 0, start: null };
  expect(livenessOf(identity)).toBe('alive');
  child.stdin.write('go\n');
  const [bytes] = (await once(child.stdout, 'data')) as [Buffer];
  const zombie = { ...identity, pid: Number(bytes.toString()) };
  await expect.poll(() => livenessOf(zombie)).toBe('dead');
  child.stdin.end();
  await once(child, 'close');
  expect(livenessOf(identity)).toBe('dead');
});
