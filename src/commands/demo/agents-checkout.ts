/** The agents of lane checkout, a script a task. */
export const CHECKOUT_AGENTS: Readonly<Record<string, string>> = {
  'checkout-spec': `think 'writing down what a receipt looks like'
mkdir -p docs
cat >docs/checkout.md <<'END'
# Receipt

\`receipt(cart)\` gives a text: a line for each line of the cart, \`COUNT x ITEM  AMOUNT\`, and a last line
\`total  AMOUNT\`. Amounts are written as src/money.js writes them. A cart without lines has no receipt: RangeError.
END
commit 'Specify the receipt'
made spec docs/checkout.md
finish 'Specify the receipt' 'One page, docs/checkout.md.'
`,

  'checkout-code': `say "the cart is here: $(ls src/cart.js)"
think 'printing the receipt of a cart'
cat >src/checkout.js <<'END'
import { format } from './money.js';

/** See docs/checkout.md. */
export function receipt(cart) {
  const lines = cart.lines().map(({ item, cents, count }) => \`\${count} x \${item}  \${format(cents * count)}\`);
  if (lines.length === 0) throw new RangeError('the cart is empty');
  return [...lines, \`total  \${format(cart.total())}\`].join('\\n');
}
END
cat >test/checkout.test.js <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cart } from '../src/cart.js';
import { receipt } from '../src/checkout.js';

test('a receipt has a line for each item, and the total', () => {
  const cart = new Cart();
  cart.add('tea', 450, 2);
  cart.add('cup', 1200);
  assert.equal(receipt(cart), '2 x tea  9.00\\n1 x cup  12.00\\ntotal  21.00');
});

test('an empty cart has no receipt', () => {
  assert.throws(() => receipt(new Cart()), RangeError);
});
END
commit 'Print the receipt of a cart'
made src src/checkout.js
made test test/checkout.test.js
finish 'Print the receipt of a cart' 'On top of the cart, which came in with its lane.'
`,

  'checkout-review': `think 'comparing the tests with docs/checkout.md'
"$node" --test --test-reporter=tap | grep '^# pass'
agentrelay-summary --message 'Both rules of docs/checkout.md are tested, and both tests can fail. Nothing to change.'
agentrelay-complete-no-pr
`,
};
