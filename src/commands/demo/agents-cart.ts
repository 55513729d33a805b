/** The agents of lane cart, a script a task. */
export const CART_AGENTS: Readonly<Record<string, string>> = {
  'cart-spec': `think 'writing down what a cart does'
steps 'how items are put in' 'when two of them are one line' 'what is refused' 'the total'
mkdir -p docs
cat >docs/cart.md <<'END'
# Cart

- \`new Cart()\` is empty and costs 0.
- \`add(item, cents, count = 1)\` puts items in. The same item at the same price becomes one line with a higher count.
- A count is a whole number from 1; anything else is a RangeError.
- \`lines()\` gives the lines in the order of their first add: \`{ item, cents, count }\`.
- \`total()\` is the sum of cents times count.
END
commit 'Specify the cart'
made spec docs/cart.md
finish 'Specify the cart' 'Five rules in docs/cart.md, each of which can be tested.'
`,

  'cart-tests': `think 'a test for each rule of docs/cart.md'
steps 'an empty cart' 'the total' 'equal items' 'odd counts'
cat >test/cart.test.js <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { Cart } from '../src/cart.js';

test('an empty cart costs nothing', () => {
  assert.equal(new Cart().total(), 0);
});

test('the total is the sum of cents times count', () => {
  const cart = new Cart();
  cart.add('tea', 450, 2);
  cart.add('cup', 1200);
  assert.equal(cart.total(), 2100);
});

test('the same item becomes one line', () => {
  const cart = new Cart();
  cart.add('tea', 450);
  cart.add('tea', 450);
  assert.deepEqual(cart.lines(), [{ item: 'tea', cents: 450, count: 2 }]);
});

test('a count is a whole number from 1', () => {
  for (const count of [0, -1, 1.5]) assert.throws(() => new Cart().add('tea', 450, count), RangeError);
});
END
commit 'Test the cart'
made test test/cart.test.js
finish 'Test the cart' 'A test for each rule. They fail until src/cart.js is there, for that reason alone.'
`,

  // Its first version passes two of the four tests: the gate sends it back.
  'cart-code': `think 'a first version'
steps 'add and lines' 'total'
cat >src/cart.js <<'END'
/** What somebody wants to buy; see docs/cart.md. */
export class Cart {
  #lines = [];

  add(item, cents, count = 1) {
    this.#lines.push({ item, cents, count });
  }

  lines() {
    return this.#lines;
  }

  total() {
    return this.#lines.reduce((sum, { cents, count }) => sum + cents * count, 0);
  }
}
END
commit 'Add the cart'
made src src/cart.js
finish 'Add the cart' 'Cart with add, lines and total.'

say 'waiting for the gate'
read -r prompt
say 'so the gate has failed, in these tests:'
grep '^not ok' "$AGENTRELAY_SIGNAL_DIR/gate_last_output.txt" || true
think 'lines must be joined, and counts checked'
steps 'joining equal lines' 'refusing odd counts'
cat >src/cart.js <<'END'
/** What somebody wants to buy; see docs/cart.md. */
export class Cart {
  #lines = [];

  add(item, cents, count = 1) {
    if (!Number.isInteger(count) || count < 1) throw new RangeError(\`a count is a whole number from 1, not \${count}\`);
    const line = this.#lines.find((known) => known.item === item && known.cents === cents);
    if (line === undefined) this.#lines.push({ item, cents, count });
    else line.count += count;
  }

  lines() {
    return this.#lines.map((line) => ({ ...line }));
  }

  total() {
    return this.#lines.reduce((sum, { cents, count }) => sum + cents * count, 0);
  }
}
END
"$node" --test --test-reporter=tap >/dev/null
say 'all tests pass now'
commit 'Join equal lines, refuse odd counts'
finish 'Add the cart' 'Cart with add, lines and total. The gate found two rules that the first version had missed.'
`,
};
