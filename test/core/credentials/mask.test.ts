import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker, NO_MASKER, SHORTEST_SECRET } from '../../../src/core/credentials/mask.ts';

const TOKEN = 'ghp_0123456789abcdefghij';

test('a secret is taken out, and what stands around it stays', () => {
  const { mask } = createMasker([TOKEN]);
  expect(mask(`token ${TOKEN}, twice: ${TOKEN}${TOKEN}.`)).toBe('token •••, twice: •••.');
  expect(mask('nothing to see')).toBe('nothing to see');
  expect(NO_MASKER.mask(TOKEN)).toBe(TOKEN);
});

test.each([
  ['in JSON', (secret: string) => JSON.stringify({ text: secret })],
  ['in a URL', (secret: string) => `https://x/?t=${encodeURIComponent(secret)}`],
  [
    'in base64, whatever stands before it',
    (secret: string) => Buffer.from(`x-access-token:${secret}`).toString('base64'),
  ],
  ['in base64 for URLs', (secret: string) => Buffer.from(`a${secret}?`).toString('base64url')],
])('it is found %s', (_, encode) => {
  const secret = 'k"ey\\with$%&/=?ümläut>>>???~~~';
  const encoded = encode(secret);
  const masked = createMasker([secret]).mask(encoded);
  expect(masked).toContain('•••');
  expect(masked.length).toBeLessThan(encoded.length - secret.length / 2);
});

test('it is found where a terminal has broken it, and lines stay lines', () => {
  const { mask } = createMasker([TOKEN]);
  expect(mask(`a ${TOKEN.slice(0, 7)}\n${TOKEN.slice(7)} b\nc`)).toBe('a •••\n b\nc');
  expect(mask(`│ ${TOKEN.slice(0, 9)}   │\r\n│ ${TOKEN.slice(9)} │`)).toBe('│ •••\n │');
  expect(mask(`\u001b[31m${TOKEN.slice(0, 3)}\u001b[0m${TOKEN.slice(3)}`)).toBe('\u001b[31m•••');
  expect(mask(JSON.stringify(`${TOKEN.slice(0, 5)}\n${TOKEN.slice(5)}`))).toBe('"•••"');
});

test('each line of a secret with several is one', () => {
  const key = '-----BEGIN KEY-----\nMIIEowIBAAKCAQEA7\nfoobarbazqux12345\n-----END KEY-----\n';
  expect(createMasker([key]).mask('  foobarbazqux12345 and MIIEowIBAAKCAQEA7')).toBe('  ••• and •••');
});

test('of two secrets of which one begins with the other nothing is left', () => {
  expect(createMasker(['secret-one', 'secret-one-and-more']).mask('secret-one-and-more')).toBe('•••');
});

const secret = fc
  .string({ unit: 'grapheme', minLength: SHORTEST_SECRET, maxLength: 40 })
  .filter((text) => text.trim().length >= SHORTEST_SECRET && !text.includes('•'));

test('no secret survives, whatever stands around it', () => {
  fc.assert(
    fc.property(fc.array(secret, { minLength: 1, maxLength: 4 }), fc.array(fc.string()), (secrets, parts) => {
      const { mask } = createMasker(secrets);
      const text = parts.flatMap((part, at) => [part, secrets[at % secrets.length]]).join('');
      const masked = mask(text);
      for (const one of secrets) expect(masked).not.toContain(one);
    }),
    { numRuns: 200 },
  );
});
