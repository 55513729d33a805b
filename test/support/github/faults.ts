import { setTimeout as delay } from 'node:timers/promises';
import type { Answer } from './answer.ts';

/** One request as it came, and what became of it. No token is in it. */
export interface Call {
  /** Of all calls, from 1. */
  readonly n: number;
  /** `POST /repos/:owner/:repo/pulls`, or a GraphQL operation's name; `query` or `mutation` when it has none. */
  readonly op: string;
  readonly kind: 'rest' | 'graphql';
  /** Milliseconds since 1970. */
  readonly when: number;
  readonly path: string;
  /** The JSON that was sent, its first 2,000 characters. */
  readonly body: string;
  /** What was answered; null while it is under way, and when nothing was. */
  status: number | null;
  /** The kind of the fault that it met. */
  fault?: string;
}

export type FaultAction =
  | { readonly kind: 'respond'; readonly answer: Answer }
  | { readonly kind: 'hang' | 'eof' | 'truncate' }
  | { readonly kind: 'delay'; readonly milliseconds: number }
  | { readonly kind: 'held'; readonly until: Promise<unknown> };

export interface FaultWish {
  readonly match: string | RegExp | ((call: Call) => boolean);
  /** How many calls meet it; 1 by default. */
  readonly times?: number;
  /** So many that match go by first. */
  readonly skip?: number;
  /** Before the server did anything, or after it did all: the effect stands, the answer is lost. */
  readonly when?: 'before' | 'after';
  readonly action: FaultAction | ((call: Call) => FaultAction);
}

/** A fault that waits for its calls. */
export class Fault {
  readonly when: 'before' | 'after';
  /** How many calls have met it. */
  hits = 0;
  readonly #wish: FaultWish;
  #toSkip: number;

  constructor(wish: FaultWish) {
    this.#wish = wish;
    this.when = wish.when ?? 'before';
    this.#toSkip = wish.skip ?? 0;
  }

  /** What this call meets; asked once a call. */
  meet(call: Call): FaultAction | null {
    if (this.hits >= (this.#wish.times ?? 1) || !matches(this.#wish.match, call)) return null;
    if (this.#toSkip > 0) {
      this.#toSkip -= 1;
      return null;
    }
    this.hits += 1;
    const { action } = this.#wish;
    return typeof action === 'function' ? action(call) : action;
  }
}

export function matches(match: FaultWish['match'], call: Call): boolean {
  if (typeof match === 'string') return call.op === match;
  return match instanceof RegExp ? match.test(call.op) : match(call);
}

/** An answer of one's own. An object becomes JSON. */
export function respond(status: number, body: string | object, headers: Record<string, string> = {}): FaultAction {
  return { kind: 'respond', answer: { status, body, headers } };
}

/** As the load balancer in front of the API says it. */
export function badGateway(status = 502): FaultAction {
  const title = status === 503 ? '503 Service Unavailable' : `${status} Bad Gateway`;
  const html = `<html>\r\n<head><title>${title}</title></head>\r\n<body>\r\n<center><h1>${title}</h1></center>\r\n<hr><center>nginx</center>\r\n</body>\r\n</html>\r\n`;
  return respond(status, html, { 'Content-Type': 'text/html' });
}

/** A 502 of the API itself, in JSON. */
export function timedOut(): FaultAction {
  return respond(502, {
    data: null,
    errors: [
      {
        message:
          'Something went wrong while executing your query. This may be the result of a timeout, or it could be a GitHub bug. Please include `0000:0000:0000` when reporting this issue.',
      },
    ],
  });
}

export function tooManyRequests(retryAfterSeconds = 1): FaultAction {
  return respond(429, { message: 'Too Many Requests' }, { 'Retry-After': String(retryAfterSeconds) });
}

/** Too much at once, with or without a word on how long to wait. */
export function secondaryLimit(retryAfterSeconds?: number): FaultAction {
  const message =
    'You have exceeded a secondary rate limit. Please wait a few minutes before you try again. If you reach out to GitHub Support for help, please include the request ID 0000:0000.';
  const documentation_url =
    'https://docs.github.com/free-pro-team@latest/rest/overview/rate-limits-for-the-rest-api#about-secondary-rate-limits';
  const headers = retryAfterSeconds === undefined ? {} : { 'Retry-After': String(retryAfterSeconds) };
  return respond(403, { documentation_url, message }, headers);
}

/** The hour's budget is spent: GraphQL says it with 200, REST with 403. For `action`. */
export function primaryLimit(resetAt = new Date(Date.now() + 60_000)): (call: Call) => FaultAction {
  return (call) => ({ kind: 'respond', answer: primaryLimitAnswer(call.kind, resetAt) });
}

export function primaryLimitAnswer(kind: Call['kind'], resetAt: Date): Answer {
  const message = 'API rate limit exceeded for user ID 1.';
  const headers = { 'X-RateLimit-Remaining': '0', 'X-RateLimit-Reset': String(Math.ceil(resetAt.getTime() / 1000)) };
  if (kind === 'graphql') return { status: 200, body: { errors: [{ type: 'RATE_LIMITED', message }] }, headers };
  const documentation_url = 'https://docs.github.com/rest/overview/resources-in-the-rest-api#rate-limiting';
  return { status: 403, body: { message, documentation_url }, headers };
}

/** 200 with errors. */
export function graphqlErrors(message: string, options: { type?: string; path?: readonly string[] } = {}): FaultAction {
  return respond(200, { data: null, errors: [{ message, ...options }] });
}

export function unauthorised(): FaultAction {
  return respond(401, { message: 'Bad credentials', documentation_url: 'https://docs.github.com/rest' });
}

/** No answer until the caller gives up or the server is closed. */
export const hang: FaultAction = { kind: 'hang' };

/** The connection is closed without an answer. */
export const eof: FaultAction = { kind: 'eof' };

/** Half of the answer, then the connection is closed. */
export const truncate: FaultAction = { kind: 'truncate' };

export function late(milliseconds: number): FaultAction {
  return { kind: 'delay', milliseconds };
}

/** It goes on when this is settled: what happens meanwhile happens before it. */
export function heldUntil(until: Promise<unknown>): FaultAction {
  return { kind: 'held', until };
}

type Pause = Extract<FaultAction, { kind: 'delay' | 'held' }>;

export async function wait(action: Pause, signal: AbortSignal): Promise<void> {
  const paused = action.kind === 'held' ? action.until : delay(action.milliseconds, undefined, { signal });
  const closed = new Promise((resolve) => signal.addEventListener('abort', resolve));
  await Promise.race([paused, closed]).catch(() => undefined);
}
