/** The agents of lane rules, a script a task. */
export const RULES_AGENTS: Readonly<Record<string, string>> = {
  coupons: `think 'two kinds of coupons: a percentage, and an amount'
ask 'May a customer use two coupons at once?' 'one coupon a sale' 'as many as they have'
steps 'the percentage' 'the amount' 'three tests'
cat >src/coupons.js <<'END'
const COUPONS = {
  TENTH: (cents) => Math.round(cents / 10),
  FIVER: () => 500,
};

/** The price after a coupon, never below 0; one that nobody knows changes nothing. */
export function afterCoupon(cents, code) {
  const off = COUPONS[code]?.(cents) ?? 0;
  return Math.max(0, cents - off);
}
END
cat >test/coupons.test.js <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { afterCoupon } from '../src/coupons.js';

test('a percentage is rounded to the cent', () => {
  assert.equal(afterCoupon(1995, 'TENTH'), 1795);
});

test('a price never falls below 0', () => {
  assert.equal(afterCoupon(300, 'FIVER'), 0);
});

test('an unknown coupon changes nothing', () => {
  assert.equal(afterCoupon(300, 'NOPE'), 300);
});
END
commit 'Take coupons off a price'
made src src/coupons.js
finish 'Take coupons off a price' "TENTH and FIVER; unknown codes change nothing. Two at once: $answer."
`,

  // The first attempt gives up, and its reason reaches the second one, which heeds it.
  shipping: `if [ "$attempt" -eq 1 ]; then
  think 'a price per kilogram, as a fraction'
  steps '0.1 for the parcel' '0.2 for each kilogram' 'adding them up'
  cat >src/shipping.js <<'END'
export function shipping(kilograms) {
  return 0.1 + 0.2 * kilograms;
}
END
  commit 'Price the shipping in fractions'
  agentrelay-failed --reason 'fractions do not add up (0.1 + 0.2 is not 0.3); start again in whole cents'
else
  say 'what the first attempt says:'
  grep 'whole cents' "$AGENTRELAY_SIGNAL_DIR/context.md" || true
  think 'whole cents, then'
  steps 'a base price' 'a price for each kilogram that is begun' 'a test'
  cat >src/shipping.js <<'END'
const BASE = 390;
const PER_KILOGRAM = 120;

/** Cents for a parcel; a kilogram that is begun is paid in full. */
export function shipping(grams) {
  return BASE + PER_KILOGRAM * Math.ceil(grams / 1000);
}
END
  cat >test/shipping.test.js <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { shipping } from '../src/shipping.js';

test('a kilogram that is begun is paid in full', () => {
  assert.equal(shipping(1), 510);
  assert.equal(shipping(1000), 510);
  assert.equal(shipping(1001), 630);
});
END
  commit 'Price the shipping by weight'
  made src src/shipping.js
  finish 'Price the shipping by weight' 'In whole cents, as the first attempt advised.'
fi
`,

  tax: `think 'two rates, and the rounding'
steps '19 percent' '7 percent for books' 'rounding to the cent' 'looking for where the rates come from'
cat >src/tax.js <<'END'
const PERCENT = { standard: 19, books: 7 };

/** The tax that is added to a net price, rounded to the cent. */
export function taxOf(cents, kind = 'standard') {
  const percent = PERCENT[kind];
  if (percent === undefined) throw new RangeError(\`there is no tax rate \${kind}\`);
  return Math.round((cents * percent) / 100);
}
END
cat >test/tax.test.js <<'END'
import assert from 'node:assert/strict';
import { test } from 'node:test';
import { taxOf } from '../src/tax.js';

test('books have a rate of their own', () => {
  assert.equal(taxOf(1000), 190);
  assert.equal(taxOf(1000, 'books'), 70);
});

test('an unknown rate is refused', () => {
  assert.throws(() => taxOf(1000, 'nope'), RangeError);
});
END
commit 'Compute the tax of a price'
made src src/tax.js
agentrelay-concern --message 'nobody has confirmed the rates of 19 and 7 percent'
finish 'Compute the tax of a price' 'Two rates. Where they come from is not written anywhere: see the concern.'
`,
};
