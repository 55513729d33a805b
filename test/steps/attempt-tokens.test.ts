import { createHash } from 'node:crypto';
import { existsSync, readdirSync, readFileSync, rmSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { attemptTokens, isTokenOf } from '../../src/steps/attempt-tokens.ts';
import { temporaryFolder } from '../support/git-repository.ts';

test('an attempt has one secret, whoever asks and however often, and no other attempt has it', () => {
  const folder = temporaryFolder();
  const tokens = attemptTokens(folder);
  const all = ['a', 'b', 'a1'].flatMap((task) =>
    [1, 2, 11].map((attempt) => ({ task, attempt, ...tokens(task, attempt) })),
  );
  expect(new Set(all.map(({ token }) => token)).size).toBe(9);
  for (const { task, attempt, token, hash } of all) {
    expect(token).toMatch(/^[0-9a-f]{32}$/);
    expect(hash).toBe(createHash('sha256').update(token).digest('hex'));
    expect(attemptTokens(folder)(task, attempt)).toEqual({ token, hash });
  }
  expect(attemptTokens(temporaryFolder())('a', 1).token).not.toBe(tokens('a', 1).token);
});

test('the key is made when it is needed, for its owner alone, and only once', () => {
  const folder = temporaryFolder();
  const [tokens, others] = [attemptTokens(folder), attemptTokens(folder)];
  expect(readdirSync(folder)).toEqual([]);
  expect(tokens('a', 1)).toEqual(others('a', 1));
  const key = join(folder, 'token.key');
  expect(statSync(key).mode & 0o777).toBe(0o600);
  expect(readFileSync(key, 'utf8')).toMatch(/^[0-9a-f]{64}$/);
  expect(readdirSync(folder)).toEqual(['token.key']);
});

test('whoever has the key goes on with it when its file is gone', () => {
  const folder = temporaryFolder();
  const tokens = attemptTokens(folder);
  const before = tokens('a', 1);
  rmSync(join(folder, 'token.key'));
  expect(tokens('a', 1)).toEqual(before);
  expect(existsSync(join(folder, 'token.key'))).toBe(false);
});

test('a token is known by its hash where the key is another one by now', () => {
  const old = attemptTokens(temporaryFolder())('a', 1);
  const { token } = attemptTokens(temporaryFolder())('a', 1);
  const attempt = { token, tokenHash: old.hash };
  expect([old.token, token, old.hash, ''].map((one) => isTokenOf(one, attempt))).toEqual([true, true, false, false]);
});
