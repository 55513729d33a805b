const PART = /(\d+(?:\.\d+)?)(d|h|m|s)/y;
const UNIT_MS = { d: 86_400_000, h: 3_600_000, m: 60_000, s: 1_000 } as const;
/** Timers of the platform overflow at 2^31 ms, 24.8 days. */
const MAX_MS = 24 * UNIT_MS.d;

export const DURATION_FORM = 'a number of seconds, or a text like 90s, 30m, 2h or 1h30m, at most 24d';

/** Milliseconds; null when `value` is no duration that a timer can keep. */
export function parseDuration(value: number | string): number | null {
  const ms = typeof value === 'number' ? value * 1_000 : partsToMs(value);
  return ms === null || !(ms > 0) || ms > MAX_MS ? null : Math.max(1, Math.round(ms));
}

function partsToMs(text: string): number | null {
  let ms = 0;
  let smallest = Number.POSITIVE_INFINITY;
  PART.lastIndex = 0;
  while (PART.lastIndex < text.length) {
    const part = PART.exec(text);
    if (part === null) return null;
    const unit = UNIT_MS[part[2] as keyof typeof UNIT_MS];
    if (unit >= smallest) return null;
    smallest = unit;
    ms += Number(part[1]) * unit;
  }
  return ms;
}
