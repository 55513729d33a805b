import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes that V8 may set aside for values that were just made. */
const YOUNG = 16 * 1024 * 1024;
/** V8 says on the standard error what flags it does not know, and the next one may not know these. */
const MEASURED_UP_TO = 24;

/** How V8 trades memory for time; its own choice is `as_it_comes`. */
const FLAGS = {
  loading: ['--optimize-for-size', '--semi-space-growth-factor=1'],
  small: ['--no-optimize-for-size', '--heap-growing-percent=40', '--semi-space-growth-factor=2'],
  full: ['--no-optimize-for-size', '--heap-growing-percent=40', '--semi-space-growth-factor=1'],
  as_it_comes: ['--no-optimize-for-size', '--heap-growing-percent=0', '--semi-space-growth-factor=2'],
} as const;

/**
 * Keeps the heap of a dashboard small. Every frame makes many values of which none lasts: V8 would set 128 MB aside for
 * them, and give nothing back. Up to the first frame memory comes before time, so that reading a large graph leaves
 * nothing behind.
 */
export class SmallHeap {
  #now: keyof typeof FLAGS = 'as_it_comes';

  /** Once all code is loaded: that is only slower with less memory. */
  begin(): void {
    if (Number.parseInt(process.versions.node, 10) <= MEASURED_UP_TO) this.#set('loading');
  }

  /** To be called at each frame. */
  look(): void {
    if (this.#now !== 'as_it_comes') this.#set(youngHeap() < YOUNG ? 'small' : 'full');
  }

  /** Lets V8 do as it would. */
  release(): void {
    this.#set('as_it_comes');
  }

  #set(how: keyof typeof FLAGS): void {
    if (how === this.#now) return;
    this.#now = how;
    for (const flag of FLAGS[how]) setFlagsFromString(flag);
  }
}

function youngHeap(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}
