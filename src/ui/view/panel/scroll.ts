import type { Line } from '../../line.ts';
import type { Scroll } from '../view.ts';

/** Lines that are made when they are first seen, and kept. */
export function lazyScroll(count: number, make: (index: number) => Line): Scroll {
  const made = new Map<number, Line>();
  const lineAt = (index: number): Line => {
    const known = made.get(index);
    if (known !== undefined) return known;
    const line = make(index);
    made.set(index, line);
    return line;
  };
  return {
    count,
    lines: (from, rows) => {
      const start = Math.max(0, from);
      return Array.from({ length: Math.max(0, Math.min(rows, count - start)) }, (_, index) => lineAt(start + index));
    },
  };
}

/** Lines that are there anyway. */
export function listScroll(lines: readonly Line[]): Scroll {
  return { count: lines.length, lines: (from, rows) => lines.slice(Math.max(0, from), Math.max(0, from) + rows) };
}

/** One after the other. */
export function joinedScroll(parts: readonly Scroll[]): Scroll {
  return {
    count: parts.reduce((sum, { count }) => sum + count, 0),
    lines: (from, rows) => {
      const lines: Line[] = [];
      let start = Math.max(0, from);
      for (const part of parts) {
        if (lines.length >= rows) break;
        if (start < part.count) lines.push(...part.lines(start, rows - lines.length));
        start = Math.max(0, start - part.count);
      }
      return lines;
    },
  };
}

const cache = new WeakMap<object, { readonly on: readonly unknown[]; readonly made: unknown }>();

/** What was made of this object last, as long as all that it was made `on` is the same. */
export function remembered<T>(of: object, on: readonly unknown[], make: () => T): T {
  const known = cache.get(of);
  if (known?.on.length === on.length && known.on.every((value, at) => value === on[at])) return known.made as T;
  const made = make();
  cache.set(of, { on, made });
  return made;
}
