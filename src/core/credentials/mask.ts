import { findAll, type Range } from './find-broken.ts';

/** Takes secrets out of what is recorded and shown. */
export interface Masker {
  /** The text with `•••` in place of each secret; its line breaks stay. */
  mask(text: string): string;
  /** Where secrets stand in bytes that were read as `latin1`, in order. */
  find(latin1: string): readonly Range[];
  /** How many characters at the end may be the beginning of a secret that comes in two pieces. */
  pending(latin1: string): number;
  /** There is nothing to be masked. */
  readonly isEmpty: boolean;
}

/** A shorter one would be found in words. */
export const SHORTEST_SECRET = 6;
const SHORTEST_ENCODED = 8;

export const MASKED = '•••';

export const NO_MASKER: Masker = { mask: (text) => text, find: () => [], pending: () => 0, isEmpty: true };

/** Masks these values, each line of them, and their usual encodings. */
export function createMasker(values: readonly string[]): Masker {
  const needles = needlesOf(values);
  if (needles.length === 0) return NO_MASKER;
  const bytes = needles.map(latin1Of);
  const inText = findAll(needles, (text) => text);
  const inBytes = findAll(bytes, latin1Of);
  return {
    isEmpty: false,
    mask: (text) => replaced(text, inText(text)),
    find: inBytes,
    pending: (latin1) => bytes.reduce((most, needle) => Math.max(most, begunAtEnd(latin1, needle, most)), 0),
  };
}

function replaced(text: string, ranges: readonly Range[]): string {
  let [masked, from] = ['', 0];
  for (const [start, end] of ranges) {
    masked += text.slice(from, start) + MASKED + text.slice(start, end).replace(/[^\n]+/g, '');
    from = end;
  }
  return from === 0 ? text : masked + text.slice(from);
}

/** Everything as which the values may appear. */
function needlesOf(values: readonly string[]): string[] {
  const lines = values.flatMap((value) => [value, ...value.split(/\r?\n/)]);
  const plain = lines.flatMap((line) => [line, line.trim()]).filter((line) => line.length >= SHORTEST_SECRET);
  const encoded = plain.flatMap((one) => [JSON.stringify(one).slice(1, -1), urlEncoded(one), ...base64Of(one)]);
  return [...new Set([...plain, ...encoded])];
}

function urlEncoded(text: string): string {
  return encodeURIComponent(text.toWellFormed());
}

/** The part of its base64 that is the same whatever stands around it, for each place in which it can begin. */
function base64Of(text: string): string[] {
  const bytes = latin1Of(text);
  const inner = [0, 2, 3].map((start, offset) => {
    const end = Math.floor(((offset + bytes.length) * 8) / 6);
    return btoa('\0'.repeat(offset) + bytes).slice(start, end);
  });
  const both = inner.flatMap((one) => [one, one.replaceAll('+', '-').replaceAll('/', '_')]);
  return both.filter((one) => one.length >= SHORTEST_ENCODED);
}

function latin1Of(text: string): string {
  return Array.from(new TextEncoder().encode(text), (byte) => String.fromCharCode(byte)).join('');
}

/** How long a beginning of `needle` stands at the end of the text, where it is longer than `atLeast`. */
function begunAtEnd(text: string, needle: string, atLeast: number): number {
  for (let length = Math.min(needle.length - 1, text.length); length > atLeast; length -= 1) {
    if (text.endsWith(needle.slice(0, length))) return length;
  }
  return 0;
}
