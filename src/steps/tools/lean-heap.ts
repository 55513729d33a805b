import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** V8 says on the standard error what flags it does not know, and the next one may not know these. */
const MEASURED_UP_TO = 24;

/** Bytes of streams after which what reading them has left behind is given back; that takes some 20 ms. */
const EVERY = 16 * 1024 * 1024;

type Collect = (options: { readonly type: 'major'; readonly flavor?: 'last-resort' }) => void;

let isLean = false;
let collect: Collect | null = null;
let passed = 0;

/**
 * Memory before time, from here on: what is read of long streams makes many values of which none lasts, and V8 would set
 * 200 MB aside for them. What loading the program has left behind is given back first, once, which takes 50 ms.
 */
export function keepHeapLean(): void {
  if (isLean || Number.parseInt(process.versions.node, 10) > MEASURED_UP_TO) return;
  isLean = true;
  for (const flag of ['--semi-space-growth-factor=1', '--heap-growing-percent=40', '--expose-gc']) {
    setFlagsFromString(flag);
  }
  const found: unknown = runInNewContext('globalThis.gc');
  setFlagsFromString('--no-expose-gc');
  collect = typeof found === 'function' ? (found as Collect) : null;
  // Only this way does V8 let go of room for new values.
  collect?.({ type: 'major', flavor: 'last-resort' });
}

/** So many bytes of a long stream were gone through. */
export function passedStream(bytes: number): void {
  passed += bytes;
  if (passed < EVERY) return;
  passed = 0;
  collect?.({ type: 'major' });
}
