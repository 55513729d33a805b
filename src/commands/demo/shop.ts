/** The project that the demo's agents work on, as it is before they begin: path → text. */
export const SHOP: Readonly<Record<string, string>> = {
  'README.md': `# shop

A small shop in plain JavaScript: carts, prices, bills. \`npm test\` runs its tests; there is nothing to install.

Amounts are whole cents everywhere.
`,
  'package.json': `{
  "name": "shop",
  "version": "0.1.0",
  "private": true,
  "type": "module",
  "scripts": { "test": "node --test" }
}
`,
  'src/money.js': `/** 1250 → "12.50" */
export function format(cents) {
  const sign = cents < 0 ? '-' : '';
  const [whole, rest] = [Math.trunc(Math.abs(cents) / 100), Math.abs(cents) % 100];
  return \`\${sign}\${whole}.\${String(rest).padStart(2, '0')}\`;
}
`,
  'test/money.test.js': `import assert from 'node:assert/strict';
import { test } from 'node:test';
import { format } from '../src/money.js';

test('an amount has two decimals', () => {
  assert.equal(format(1250), '12.50');
  assert.equal(format(7), '0.07');
  assert.equal(format(-305), '-3.05');
});
`,
};
