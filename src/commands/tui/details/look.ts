import { sameValue } from '../../../core/same-value.ts';
import type { Detail } from '../../../ui/ports.ts';
import type { Reader } from './world.ts';

/** Looks again, not sooner than this many milliseconds after the last look began. */
export type LookAgain = (interval: number) => void;

/** A look that takes long is followed by a pause of this many times as long. */
const REST = 2;

/**
 * Looks at once, and again when it is told to, one look after the other; tells what has changed. A change during a look
 * is followed by another one. Nothing is told any more once `signal` is aborted.
 */
export function keepLooking({ signal, tell }: Reader, look: () => Promise<Detail>): LookAgain {
  let told: Detail | { readonly failed: string } | null = null;
  let timer: NodeJS.Timeout | null = null;
  /** When the look that is planned begins. */
  let planned = Number.POSITIVE_INFINITY;
  /** Of those who asked during a look, the one in the greatest haste. */
  let asked = Number.POSITIVE_INFINITY;
  let busy = false;
  let [began, rested] = [Number.NEGATIVE_INFINITY, 0];

  const run = async () => {
    timer = null;
    planned = Number.POSITIVE_INFINITY;
    busy = true;
    began = performance.now();
    const found = await look().catch((error: unknown) => ({ failed: messageOf(error) }));
    busy = false;
    if (signal.aborted) return;
    const now = performance.now();
    rested = now + REST * (now - began);
    const interval = asked;
    asked = Number.POSITIVE_INFINITY;
    if (interval !== Number.POSITIVE_INFINITY) again(interval);
    if (told !== null && sameValue(told, found)) return;
    told = found;
    tell(found);
  };
  const again = (interval: number) => {
    if (signal.aborted) return;
    if (busy) {
      asked = Math.min(asked, interval);
      return;
    }
    const at = Math.max(began + interval, rested);
    if (at >= planned) return;
    if (timer !== null) clearTimeout(timer);
    planned = at;
    timer = setTimeout(run, Math.max(0, at - performance.now()));
  };
  signal.addEventListener('abort', () => timer !== null && clearTimeout(timer), { once: true });
  again(0);
  return again;
}

function messageOf(error: unknown): string {
  return error instanceof Error ? error.message : String(error);
}
