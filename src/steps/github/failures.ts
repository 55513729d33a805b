import { errorsIn, fieldOf } from './gh-answer.ts';
import type { FailureClass } from './gh-error.ts';

/** How a gh ended that did not do what it was told. */
export interface Failed {
  /** Null when it did not run, or was ended. */
  readonly exitCode: number | null;
  /** Of the answer, where gh printed it; else what its words name is taken. */
  readonly status: number | null;
  readonly stderr: string;
  readonly body?: unknown;
  /** By lower-case names. */
  readonly headers?: ReadonlyMap<string, string>;
  /** It changes nothing: with an answer that was lost nothing is lost. */
  readonly isRead: boolean;
}

/** What must hold, all of it, for a failure to be of a class. */
export interface FailureRow {
  readonly exitCode?: number | null;
  readonly status?: readonly number[];
  readonly header?: readonly [name: string, value: RegExp];
  readonly says?: RegExp;
  readonly is: FailureClass;
}

/**
 * What a failure of gh is: the first row that fits. Nearly every failure ends gh with exit code 1, so that its words, and
 * those of GitHub, are what there is to tell by; they come in the dialects of `gh api`, of raw and of typed queries.
 */
export const FAILURES: readonly FailureRow[] = [
  // It did not run, or was ended.
  { exitCode: null, says: /\bspawn \S+ ENOENT\b/, is: 'not_installed' },
  { exitCode: null, says: /\bspawn \S+ E(?:AGAIN|MFILE|NFILE|NOMEM)\b/, is: 'transient' },
  { exitCode: null, says: /\bspawn \S+ E[A-Z0-9]+\b|printed more than/, is: 'permanent' },
  { exitCode: null, is: 'outcome_unknown' },

  // Who asks.
  { exitCode: 4, is: 'unauthenticated' },
  { says: /gh auth login|set the GH_TOKEN environment variable/, is: 'unauthenticated' },
  { status: [401], is: 'unauthenticated' },
  { says: /\bBad credentials\b|\bRequires authentication\b/, is: 'unauthenticated' },

  // Too much. Before permissions: GitHub says 403 for both.
  {
    says: /secondary rate limit|abuse detection|submitted too quickly|blocked from content creation/i,
    is: 'secondary_limit',
  },
  { says: /API rate limit (?:already )?exceeded|\bRATE_LIMITED\b/i, is: 'primary_limit' },
  { status: [403, 429], header: ['x-ratelimit-remaining', /^0$/], is: 'primary_limit' },
  { status: [403], header: ['retry-after', /./], is: 'secondary_limit' },
  { status: [429], is: 'secondary_limit' },

  // The line. What fails before it is sent never got there.
  { says: /\bx509:|failed to verify certificate|certificate is not trusted/, is: 'permanent' },
  { says: /\bdial (?:tcp|unix)\b|proxyconnect|error connecting to|connection refused|no such host/, is: 'transient' },
  { says: /TLS handshake timeout|network is unreachable|no route to host/, is: 'transient' },
  { status: [408, 500, 502, 503, 504], is: 'outcome_unknown' },
  { says: /\bSomething went wrong\b|respond to your request in time/, is: 'outcome_unknown' },
  { says: /\bEOF\b|connection reset|broken pipe|use of closed network connection/, is: 'outcome_unknown' },
  { says: /\bhttp2: |stream error|GOAWAY|timeout awaiting|i\/o timeout|timed out/i, is: 'outcome_unknown' },
  { says: /deadline exceeded|unexpected end of JSON|invalid character|answer is not JSON/, is: 'outcome_unknown' },

  // Pull requests.
  { says: /merges? (?:commits? |is |are )*not allowed on this repository/i, is: 'permanent' },
  { says: /already exists|already (?:been )?(?:merged|closed)\b/i, is: 'already_done' },
  { says: /no new commits on the base branch/i, is: 'already_done' },
  { says: /\b(?:base|head) branch was modified\b|expected head (?:sha|oid)|expected_head_/i, is: 'stale' },
  { says: /head branch is (?:not up to date|out of date|behind)/i, is: 'stale' },
  { says: /still a draft|is a draft|draft pull requests? cannot/i, is: 'draft' },
  { says: /base branch policy prohibits|protected (?:branch|ref)\b|repository rule violation/i, is: 'protected' },
  { says: /required status checks?|approving reviews?|require[sd]? approval|must be resolved/i, is: 'protected' },
  { says: /through (?:the|a) merge queue|through a pull request|verified signatures/i, is: 'protected' },
  { says: /not authorized to push to this branch/i, is: 'protected' },
  { says: /is not mergeable|merge conflicts?\b|cannot be cleanly created/i, is: 'not_mergeable' },
  { status: [405], is: 'not_mergeable' },
  { status: [409], is: 'stale' },

  // Saying it again changes nothing.
  { says: /Resource not accessible by|\bFORBIDDEN\b|SAML/, is: 'permanent' },
  { says: /Could not resolve to|No commits between|\bNOT_FOUND\b|Projects \(classic\)/, is: 'permanent' },
  { status: [400, 403, 404, 410, 422, 451], is: 'permanent' },
];

export interface Classified {
  readonly failure: FailureClass;
  readonly status: number | null;
  /** Milliseconds that the API asks to wait; null where it does not say. */
  readonly retryAfter: number | null;
}

/** A failure that no row knows is permanent: gh's own words then tell a person what it is. */
export function classify(failed: Failed): Classified {
  const status = failed.status ?? statusIn(failed.stderr);
  const is = rowOf(failed)?.is ?? 'permanent';
  const failure = is === 'outcome_unknown' && failed.isRead ? 'transient' : is;
  return { failure, status, retryAfter: failed.headers === undefined ? null : retryAfter(failure, failed.headers) };
}

/** The row that tells what a failure is. */
export function rowOf(failed: Failed): FailureRow | undefined {
  const status = failed.status ?? statusIn(failed.stderr);
  const text = textOf(failed);
  return FAILURES.find((row) => {
    if (row.exitCode !== undefined && row.exitCode !== failed.exitCode) return false;
    if (row.status !== undefined && (status === null || !row.status.includes(status))) return false;
    if (row.header !== undefined && !row.header[1].test(failed.headers?.get(row.header[0]) ?? '')) return false;
    return row.says === undefined || row.says.test(text);
  });
}

/** `HTTP 502: …`, `non-200 OK status code: 502 …`, `gh: … (HTTP 502)`. */
function statusIn(stderr: string): number | null {
  const [, digits] = /(?:\bHTTP |status code: )(\d{3})\b/.exec(stderr) ?? [];
  return digits === undefined ? null : Number(digits);
}

/** All that was said; of a page of HTML its text is said too, since limits come as one. */
function textOf({ stderr, body }: Failed): string {
  const listed = errorsIn(body).flatMap(({ message, type }) => [message, type ?? '']);
  return [stderr, typeof body === 'string' ? body : '', fieldOf(body, 'message') ?? '', ...listed].join('\n');
}

/** By the clock of the server, where it says what that shows: the one here may be wrong. */
function retryAfter(failure: FailureClass, headers: ReadonlyMap<string, string>): number | null {
  const date = Date.parse(headers.get('date') ?? '');
  const now = Number.isNaN(date) ? Date.now() : date;
  const reset = headers.get('x-ratelimit-reset') ?? '';
  if (failure === 'primary_limit' && /^\d+$/.test(reset)) return Math.max(0, Number(reset) * 1000 - now);
  const asked = headers.get('retry-after') ?? '';
  if (/^\d+$/.test(asked)) return Number(asked) * 1000;
  const until = Date.parse(asked);
  return Number.isNaN(until) ? null : Math.max(0, until - now);
}
