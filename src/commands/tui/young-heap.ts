import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes. */
const ENOUGH = 16 * 1024 * 1024;
/** V8 says on the standard error what flags it does not know, and the next one may not know this one. */
const MEASURED_UP_TO = 24;

export interface YoungHeap {
  /** To be called at each frame: lets it grow as long as it is small. */
  look(): void;
  /** As V8 would have it. */
  release(): void;
}

/**
 * Keeps small what V8 sets aside for values that were just made. Every frame makes many, and hardly any lasts: V8 would
 * take up to 128 MB for them, and give nothing back. Before the first look it does not grow at all, so that what is left
 * of reading a large graph is collected on the way.
 */
export function keepYoungHeapSmall(): YoungHeap {
  if (Number.parseInt(process.versions.node, 10) > MEASURED_UP_TO) return { look() {}, release() {} };
  setGrowth('never');
  return {
    look: () => setGrowth(youngHeap() < ENOUGH ? 'as_needed' : 'never'),
    release: () => setGrowth('as_needed'),
  };
}

function youngHeap(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/** The factor by which it grows when much of it has lasted; 2 is V8's own. */
function setGrowth(how: 'never' | 'as_needed'): void {
  setFlagsFromString(`--semi-space-growth-factor=${how === 'never' ? 1 : 2}`);
}
