import { distance } from 'fastest-levenshtein';

export type ProblemPath = readonly (string | number)[];

/** One thing wrong with a graph, at a place in the file. */
export interface Problem {
  readonly path: ProblemPath;
  /** The key at the end of `path` is wrong, not its value. */
  readonly atKey: boolean;
  readonly message: string;
  readonly allowed: string | null;
  readonly didYouMean: string | null;
}

export function problem(path: ProblemPath, message: string, more: Partial<Omit<Problem, 'path'>> = {}): Problem {
  return { path, message, atKey: false, allowed: null, didYouMean: null, ...more };
}

/** `tasks[3].dependencies[0]`; empty for the whole file. */
export function formatPath(path: ProblemPath): string {
  let text = '';
  for (const part of path) {
    if (typeof part === 'number') text += `[${part}]`;
    else text += `${text === '' ? '' : '.'}${/^[\w-]+$/.test(part) ? part : quote(part)}`;
  }
  return text;
}

/** A value from the file as it may be shown on a terminal: one line, short, no control characters. */
export function quote(value: string): string {
  const short = value.length > 60 ? `${value.slice(0, 57)}...` : value;
  return `'${JSON.stringify(short)
    .slice(1, -1)
    .replaceAll('\\"', '"')
    .replace(/[\u007f-\u009f\u2028\u2029\u202a-\u202e]/g, '?')}'`;
}

/** The candidate that `word` is most likely a slip of; null when none is near. */
export function nearest(word: string, candidates: Iterable<string>): string | null {
  const lower = word.toLowerCase();
  let limit = Math.min(word.length - 1, Math.max(1, Math.floor(word.length / 3)));
  let best: string | null = null;
  for (const candidate of candidates) {
    if (Math.abs(candidate.length - word.length) > limit) continue;
    const cost = slipCost(lower, candidate.toLowerCase());
    if (cost > limit || (cost === limit && best !== null)) continue;
    best = candidate;
    limit = cost;
  }
  return best;
}

/** The edit distance, but two letters in the wrong order are one slip. */
function slipCost(word: string, candidate: string): number {
  const cost = distance(word, candidate);
  return cost === 2 && isSwap(word, candidate) ? 1 : cost;
}

function isSwap(a: string, b: string): boolean {
  if (a.length !== b.length) return false;
  let i = 0;
  while (a[i] === b[i]) i += 1;
  return a[i] === b[i + 1] && a[i + 1] === b[i] && a.slice(i + 2) === b.slice(i + 2);
}

/** Searches for near names in a large graph are quadratic, so after this many the rest go without a suggestion. */
const MAX_SEARCHES = 200;

export function suggester(candidates: Iterable<string>): (word: string) => string | null {
  const names = [...candidates];
  const known = new Map<string, string | null>();
  return (word) => {
    const before = known.get(word);
    if (before !== undefined) return before;
    if (known.size >= MAX_SEARCHES) return null;
    const found = nearest(word, names);
    known.set(word, found);
    return found;
  };
}
