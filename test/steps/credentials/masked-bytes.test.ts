import fc from 'fast-check';
import { expect, test } from 'vitest';
import { createMasker } from '../../../src/core/credentials/mask.ts';
import { MaskedBytes } from '../../../src/steps/credentials/masked-bytes.ts';

const TOKEN = 'ghp_ümläut56789abcdefghij';

test('a secret that comes in pieces is masked, whatever the pieces', () => {
  const bytes = Buffer.from(`one ${TOKEN} two ${TOKEN.slice(0, 8)} three ${TOKEN}${TOKEN}`);
  const expected = `one ••• two ${TOKEN.slice(0, 8)} three •••`;
  fc.assert(
    fc.property(fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 1, maxLength: 60 }), (sizes) => {
      const masked = new MaskedBytes(createMasker([TOKEN]));
      const out: Buffer[] = [];
      let at = 0;
      for (const size of sizes) {
        out.push(masked.push(bytes.subarray(at, at + size)));
        at += size;
      }
      out.push(masked.push(bytes.subarray(at)), masked.end());
      const text = Buffer.concat(out).toString();
      expect(text).not.toContain(TOKEN);
      expect(text.replace(/•+/g, '•••')).toBe(expected);
    }),
  );
});

test('only what may begin a secret is held back', () => {
  const masked = new MaskedBytes(createMasker([TOKEN]));
  expect(masked.push(Buffer.from('shown at once ghp')).toString()).toBe('shown at once ');
  expect(masked.push(Buffer.from(' is no token!')).toString()).toBe('ghp is no token!');
  expect(masked.end().toString()).toBe('');
});
