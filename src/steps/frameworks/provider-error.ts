import type { AttentionReport } from '../../core/attention.ts';
import { limitEnd } from './limit-time.ts';
import { report } from './report.ts';

const LIMIT =
  /rate.?limit|quota|usage.?limit|too many requests|premium request|insufficient[_ ](?:quota|balance|credit)/iu;
/** What is gone comes back with a payment, or at a time that nobody has told. */
const GONE = /quota|billing|insufficient|credit/iu;
const LOGIN =
  /api.?key|unauthori[sz]ed|unauthenticated|authenticat|oauth|(?:not|must be) logged in|please (?:sign|log) in/iu;

export interface ProviderError {
  readonly message: string;
  /** Of HTTP; null where it is not known. */
  readonly status: number | null;
  /** Milliseconds since 1970; null where the program does not say. */
  readonly again?: number | null;
}

/** What an error of a model's provider means for the agent; null for one that means neither a limit nor a login. */
export function providerReport({ message, status, again = null }: ProviderError, now: number): AttentionReport | null {
  if (status === 429 || status === 402 || LIMIT.test(message)) {
    const known = again === null || GONE.test(message) ? null : new Date(again).toISOString();
    return { ...report('usage_limited'), until: known ?? limitEnd(message, now) };
  }
  return status === 401 || status === 403 || LOGIN.test(message) ? report('login_required') : null;
}
