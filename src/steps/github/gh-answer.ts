import type { ApiResponse } from './gh.ts';
import { mask } from './mask.ts';

/** Longer words of a server are a page of HTML. */
const MAX_WORDS = 400;

/** What `gh api -i` printed: status line, headers, an empty line, the body. Null where it is not that. */
export function parseAnswer(stdout: string): ApiResponse | null {
  const [, digits, rest = ''] = /^HTTP\/\d(?:\.\d)? (\d{3})[^\n]*(?:\n|$)([\s\S]*)/.exec(stdout) ?? [];
  if (digits === undefined) return null;
  // An answer without a body loses its last line break on the way.
  const end = /(?:^|\n)\r?(?:\n|$)/.exec(rest);
  const head = end === null ? rest : rest.slice(0, end.index);
  const text = end === null ? '' : rest.slice(end.index + end[0].length);
  return { status: Number(digits), headers: parseHeaders(head), body: parseBody(text) };
}

function parseHeaders(head: string): Map<string, string> {
  const headers = new Map<string, string>();
  for (const line of head.split(/\r?\n/)) {
    const colon = line.indexOf(':');
    if (colon > 0) headers.set(line.slice(0, colon).trim().toLowerCase(), line.slice(colon + 1).trim());
  }
  return headers;
}

/** JSON, the text itself where it is none, null where there is nothing. */
function parseBody(text: string): unknown {
  if (text.trim() === '') return null;
  try {
    return JSON.parse(text) as unknown;
  } catch {
    return text;
  }
}

/** One of the errors that a body of GitHub's lists. */
export interface ListedError {
  readonly message: string;
  /** Such as `NOT_FOUND`, of GraphQL; `custom`, of REST. */
  readonly type: string | null;
  /** Of GraphQL: the field that is null because of it. */
  readonly path: readonly (string | number)[] | null;
}

/** What the `errors` of a body say, whatever shape they have. */
export function errorsIn(body: unknown): readonly ListedError[] {
  const errors = fieldOf(body, 'errors');
  if (typeof errors === 'string') return [{ message: errors, type: null, path: null }];
  if (!Array.isArray(errors)) return [];
  return errors.map((error: unknown) => {
    const [message, type] = [fieldOf(error, 'message'), fieldOf(error, 'type') ?? fieldOf(error, 'code')];
    return {
      message: typeof error === 'string' ? error : typeof message === 'string' ? message : '',
      type: typeof type === 'string' ? type : null,
      path: pathIn(error),
    };
  });
}

function pathIn(error: unknown): (string | number)[] | null {
  const path = fieldOf(error, 'path');
  return Array.isArray(path) ? path.filter((step) => typeof step === 'string' || typeof step === 'number') : null;
}

/** What GitHub says in a body that went wrong, in its own words and in one line; empty where it says nothing. */
export function wordsIn(body: unknown): string {
  const message = fieldOf(body, 'message');
  const words = [message, ...errorsIn(body).map((error) => error.message)];
  return oneLine(words.filter((word) => typeof word === 'string' && word !== '').join(': '));
}

export function fieldOf(value: unknown, name: string): unknown {
  return typeof value === 'object' && value !== null ? (value as Record<string, unknown>)[name] : undefined;
}

/** In one line, without control characters, tokens, and the pages that proxies send. */
export function oneLine(text: string): string {
  const line = text.replace(/\s+/g, ' ').replace(/\p{C}/gu, '').trim();
  // Half a token would not be known as one.
  const words = mask(line);
  return words.length > MAX_WORDS ? `${words.slice(0, MAX_WORDS)}…` : words;
}
