import { describeError } from './errors.ts';
import type { EventLog } from './event-log.ts';
import { RequestRefused } from './request-refused.ts';
import { type Request, taskOfRequest } from './requests.ts';

/** A file of `commands/`: a wish, or why it cannot be read. */
export interface NumberedRequest {
  readonly number: number;
  readonly request: Request | { readonly unreadable: string };
}

export interface RequestLineOptions {
  readonly log: EventLog;
  /** Throws `RequestRefused`. */
  readonly grant: (request: Request, number: number) => Promise<void>;
  /** The owner is leaving: what is not done is for the next one. */
  readonly isClosed: () => boolean;
}

/** Requests in the order of asking, each done once, also after a crash in the middle of one. */
export class RequestLine {
  readonly #options: RequestLineOptions;
  #last: Promise<void> = Promise.resolve();

  constructor(options: RequestLineOptions) {
    this.#options = options;
  }

  /** Nothing is done before this is. */
  waitFor(begun: Promise<void>): void {
    this.#last = this.#last.then(async () => await begun);
    // Whoever begins hears of its failure, and so does whoever asks; nobody may ask.
    this.#last.catch(() => {});
  }

  /** Resolves when it is done or refused, which an event says. */
  async add(request: NumberedRequest): Promise<void> {
    const done = this.#last.then(async () => await this.#do(request));
    this.#last = done.catch(() => {});
    await done;
  }

  async #do({ number, request }: NumberedRequest): Promise<void> {
    const { log, grant, isClosed } = this.#options;
    if (number <= log.state.request || isClosed()) return;
    const action = 'unreadable' in request ? 'unknown' : request.action;
    const task = 'unreadable' in request ? null : taskOfRequest(request);
    const handled = { request: number, action, task };
    try {
      if ('unreadable' in request) throw new RequestRefused('unreadable', request.unreadable);
      await grant(request, number);
      if (!isClosed()) log.append({ kind: 'request_applied', ...handled });
    } catch (error) {
      if (isClosed()) return;
      const { code, message, hint } = error instanceof RequestRefused ? error : unexpected(error);
      log.append({ kind: 'request_refused', ...handled, code, message, hint });
    }
  }
}

/** What a step threw while it did what a person asked for: he is told, and the run goes on. */
function unexpected(error: unknown): { code: string; message: string; hint: null } {
  return { code: 'internal_error', message: describeError(error), hint: null };
}
