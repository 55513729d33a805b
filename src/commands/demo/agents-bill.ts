/** The agents of lane bill, a script a task. */
export const BILL_AGENTS: Readonly<Record<string, string>> = {
  'bill-spec': `think 'writing down what a bill looks like'
steps 'one line for each item' 'the total at the end' 'what a cart without lines is'
mkdir -p docs
cat >docs/bill.md <<'END'
# Bill

\`bill(cart)\` gives a text: a line for each line of the cart, \`COUNT x ITEM  AMOUNT\`, and a last line
\`total  AMOUNT\`. Amounts are written as src/money.js writes them. A cart without lines has no bill: RangeError.
END
commit 'Specify the bill'
made spec docs/bill.md
finish 'Specify the bill' 'One page, docs/bill.md.'
`,

  'bill-code': `say "the cart is here: $(ls src/cart.js)"
think 'printing the bill of a cart'
steps 'a line for each line of the cart' 'amounts by src/money.js' 'two tests'
cat >src/bill.js <<'END'
import { format } from './money.js';

/** See docs/bill.md. */
export function bill(cart) {
  const lines = cart.lines().map(({ item, cents, count }) => \`\${count} x \${item}  \${format(cents * count)}\`);
  if (lines.length === 0) throw new RangeError('the cart is empty');
  return [...lines, \`total  \${format(cart.total())}\`].join('\\n');
}
END
cat >test/bill.test.js <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cart } from '../src/cart.js';
import { bill } from '../src/bill.js';

test('a bill has a line for each item, and the total', () => {
  const cart = new Cart();
  cart.add('tea', 450, 2);
  cart.add('cup', 1200);
  assert.equal(bill(cart), '2 x tea  9.00\\n1 x cup  12.00\\ntotal  21.00');
});

test('an empty cart has no bill', () => {
  assert.throws(() => bill(new Cart()), RangeError);
});
END
commit 'Print the bill of a cart'
made src src/bill.js
made test test/bill.test.js
finish 'Print the bill of a cart' 'On top of the cart, which came in with its lane.'
`,

  'bill-review': `think 'comparing the tests with docs/bill.md'
steps 'rule 1: what a line shows' 'rule 2: a cart without lines' 'running the tests'
"$node" --test --test-reporter=tap | grep '^# pass'
agentrelay-summary --message 'Both rules of docs/bill.md are tested, and both tests can fail. Nothing to change.'
agentrelay-complete-no-pr
`,
};
