import { getHeapSpaceStatistics, setFlagsFromString } from 'node:v8';

/** Bytes. */
const ENOUGH = 8 * 1024 * 1024;
/** Milliseconds. */
const LOOK = 2_000;
/** V8 says on the standard error what flags it does not know, and the next one may not know this one. */
const MEASURED_UP_TO = 24;

/**
 * Keeps small what V8 sets aside for values that were just made. Every frame makes many, and hardly any lasts: V8 would
 * take up to 128 MB for them, and give nothing back. Before the first look it does not grow at all, so that what reading
 * a large graph leaves behind is collected on the way. Returns what ends that.
 */
export function keepYoungHeapSmall(): () => void {
  if (Number.parseInt(process.versions.node, 10) > MEASURED_UP_TO) return () => {};
  setGrowth('never');
  // Again and again: V8 makes it smaller where little happens.
  const timer = setInterval(() => setGrowth(youngHeap() < ENOUGH ? 'as_needed' : 'never'), LOOK);
  timer.unref();
  return () => {
    clearInterval(timer);
    setGrowth('as_needed');
  };
}

function youngHeap(): number {
  return getHeapSpaceStatistics().find(({ space_name }) => space_name === 'new_space')?.space_size ?? 0;
}

/** The factor by which it grows when much of it has lasted; 2 is V8's own. */
function setGrowth(how: 'never' | 'as_needed'): void {
  setFlagsFromString(`--semi-space-growth-factor=${how === 'never' ? 1 : 2}`);
}
