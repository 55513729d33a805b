import { expect, test } from 'vitest';
import { mask } from '../../../src/steps/github/mask.ts';

test.each([
  ['token ghp_0123456789abcdef refused', 'token *** refused'],
  ['ghs_123_eyJhbGciOi.eyJpc3Mi.c2ln-_x.', '***.'],
  ['xgithub_pat_11AAAA_bbbb"', 'x***"'],
  ['> Authorization: token abcdef', '> Authorization: ***'],
  ['{"authorization":"Bearer abc.def","a":1}', '{"authorization":"***","a":1}'],
  ['fatal: https://me:pa@ss@github.com/a/w.git', 'fatal: https://***@github.com/a/w.git'],
  ['https://sometoken@ghe.test/a/w', 'https://***@ghe.test/a/w'],
  ['ssh://me:secret@ghe.test/a/w', 'ssh://***@ghe.test/a/w'],
  ['x-access-token:abcdef@github.com', 'x-access-token:***@github.com'],
])('%s', (text, masked) => {
  expect(mask(text, {})).toBe(masked);
});

test('what holds no token stays as it is', () => {
  const text = 'git@github.com:a/w.git, ssh://git@github.com/a/w, https://github.com/a/w/pull/5, a@b.c';
  expect(mask(text, { GH_TOKEN: '', GITHUB_TOKEN: 'com' })).toBe(text);
});

test('values of our own environment are taken out, whatever they look like', () => {
  const env = {
    GH_TOKEN: 'plain',
    GITHUB_TOKEN: 'plain-and-longer\n',
    GH_ENTERPRISE_TOKEN: 'a+b$&',
    GITHUB_ENTERPRISE_TOKEN: '12345',
  };
  expect(mask('plain plain-and-longer a+b$& 123456', env)).toBe('*** *** *** ***6');
});
