import fc from 'fast-check';
import { expect, test } from 'vitest';
import { classify, FAILURES, type Failed, rowOf } from '../../../src/steps/github/failures.ts';
import { type FailureClass, GhError } from '../../../src/steps/github/gh-error.ts';

type Case = readonly [is: FailureClass, stderr: string, more?: Partial<Failed>];

const GRAPHQL = 'https://api.github.com/graphql';
const headers = (fields: Record<string, string>) => new Map(Object.entries(fields));
const typed = (status: string, body: string) => `non-200 OK status code: ${status} body: ${JSON.stringify(body)}`;
const said = (message: string, status: number): Partial<Failed> => ({ status, body: { message } });
const invalid = (message: string): Partial<Failed> => ({
  status: 422,
  body: { message: 'Validation Failed', errors: [{ resource: 'PullRequest', code: 'custom', message }] },
});

/** What gh 2.23 and 2.46 were seen to print, in all dialects, and what GitHub is known to say. */
const CASES: readonly Case[] = [
  ['not_installed', ' spawn gh ENOENT', { exitCode: null }],
  ['transient', ' spawn gh EAGAIN', { exitCode: null }],
  ['permanent', ' spawn gh EACCES', { exitCode: null }],
  ['permanent', ' it printed more than 64 MiB', { exitCode: null }],
  ['outcome_unknown', 'no answer in 30 s', { exitCode: null }],
  ['outcome_unknown', '', { exitCode: null }],

  ['unauthenticated', 'To get started with GitHub CLI, please run:  gh auth login', { exitCode: 4 }],
  ['unauthenticated', 'gh: To use GitHub CLI in automation, set the GH_TOKEN environment variable.', { exitCode: 4 }],
  ['unauthenticated', 'gh: To use GitHub CLI in automation, set the GH_TOKEN environment variable.'],
  ['unauthenticated', `HTTP 401: Bad credentials (${GRAPHQL})\nTry authenticating with:  gh auth login`],
  ['unauthenticated', typed('401 Unauthorized', '{"message":"Bad credentials"}')],
  ['unauthenticated', 'gh: Bad credentials (HTTP 401)', said('Bad credentials', 401)],
  ['unauthenticated', 'gh: Requires authentication (HTTP 401)', said('Requires authentication', 401)],
  ['unauthenticated', 'Message: Bad credentials, Locations: []'],

  ['primary_limit', 'GraphQL: API rate limit exceeded for user ID 1.'],
  ['primary_limit', 'Message: API rate limit exceeded for user ID 1., Locations: []'],
  ['primary_limit', 'gh: API rate limit already exceeded for user ID 1.', { status: 200 }],
  ['primary_limit', 'gh: no', { status: 200, body: { errors: [{ type: 'RATE_LIMITED', message: 'no' }] } }],
  ['primary_limit', `HTTP 403: API rate limit exceeded for user ID 1. (${GRAPHQL})`],
  ['primary_limit', 'gh: Forbidden (HTTP 403)', { status: 403, headers: headers({ 'x-ratelimit-remaining': '0' }) }],
  ['secondary_limit', `HTTP 403: You have exceeded a secondary rate limit. Please wait a few minutes. (${GRAPHQL})`],
  ['secondary_limit', typed('403 Forbidden', '{"message":"You have exceeded a secondary rate limit."}')],
  ['secondary_limit', `HTTP 429: too many requests (${GRAPHQL})`],
  ['secondary_limit', typed('429 Too Many Requests', '{}')],
  ['secondary_limit', 'gh: Forbidden (HTTP 403)', { status: 403, headers: headers({ 'retry-after': '30' }) }],
  ['secondary_limit', 'pull request create failed: GraphQL: was submitted too quickly (createPullRequest)'],
  ['secondary_limit', 'gh: was submitted too quickly', invalid('was submitted too quickly')],
  ['secondary_limit', 'gh: You have triggered an abuse detection mechanism. (HTTP 403)'],
  ['secondary_limit', 'gh: HTTP 403', { status: 403, body: '<h1>You have exceeded a secondary rate limit</h1>' }],

  ['permanent', `Post "${GRAPHQL}": x509: certificate signed by unknown authority`],
  ['permanent', `Post "${GRAPHQL}": tls: failed to verify certificate: x509: certificate has expired`],
  ['transient', `Post "${GRAPHQL}": proxyconnect tcp: dial tcp 127.0.0.1:9: connect: connection refused`],
  ['transient', `Post "${GRAPHQL}": dial unix /tmp/s: connect: no such file or directory`],
  ['transient', `Get "https://api.github.com/user": dial tcp: lookup api.github.com: i/o timeout`],
  ['transient', 'error connecting to api.github.com\ncheck your internet connection or https://githubstatus.com'],
  ['transient', `Post "${GRAPHQL}": net/http: TLS handshake timeout`],
  ['outcome_unknown', `HTTP 502: 502 Bad Gateway (${GRAPHQL})`],
  ['outcome_unknown', typed('502 Bad Gateway', '<html><h1>502 Bad Gateway</h1></html>')],
  ['outcome_unknown', 'gh: HTTP 503', { status: 503, body: '<html>' }],
  ['outcome_unknown', `HTTP 502: Something went wrong while executing your query. (${GRAPHQL})`],
  ['outcome_unknown', 'GraphQL: Something went wrong while executing your query. Please include `1:2` when reporting'],
  ['outcome_unknown', 'Message: Something went wrong while executing your query., Locations: []'],
  ['outcome_unknown', `Post "${GRAPHQL}": EOF`],
  ['outcome_unknown', 'unexpected EOF', { status: 200 }],
  ['outcome_unknown', `Post "${GRAPHQL}": read tcp 10.0.0.1:5->10.0.0.2:443: read: connection reset by peer`],
  ['outcome_unknown', `Post "${GRAPHQL}": http2: server sent GOAWAY and closed the connection`],
  ['outcome_unknown', 'the answer is not JSON', { exitCode: 0, status: 200 }],
  ['transient', `HTTP 502: 502 Bad Gateway (${GRAPHQL})`, { isRead: true }],
  ['transient', 'no answer in 30 s', { exitCode: null, isRead: true }],

  ['permanent', 'gh: Merge commits are not allowed on this repository. (HTTP 405)'],
  ['permanent', 'GraphQL: Merge method squash merges are not allowed on this repository (mergePullRequest)'],
  ['already_done', 'a pull request for branch "f" into branch "main" already exists:\nhttps://github.com/a/w/pull/7'],
  ['already_done', 'gh: Validation Failed (HTTP 422)', invalid('A pull request already exists for acme:f.')],
  ['already_done', "X Pull request #5 can't be closed because it was already merged"],
  ['already_done', 'gh: There are no new commits on the base branch. (HTTP 422)'],
  ['stale', 'GraphQL: Base branch was modified. Review and try the merge again. (mergePullRequest)'],
  ['stale', 'Message: Base branch was modified. Review and try the merge again., Locations: [{Line:1 Column:58}]'],
  ['stale', 'GraphQL: Head branch was modified. Review and try the merge again. (mergePullRequest)'],
  ['stale', 'gh: Validation Failed (HTTP 422)', invalid('expected head sha didn’t match current head ref.')],
  ['stale', 'X Pull request #5 is not mergeable: the head branch is not up to date with the base branch.'],
  ['stale', 'gh: Conflict (HTTP 409)', said('Conflict', 409)],
  ['draft', 'GraphQL: Pull Request is still a draft (mergePullRequest)'],
  ['draft', 'Message: Pull Request is still a draft, Locations: [{Line:1 Column:58}]'],
  ['protected', 'X Pull request acme/widgets#5 is not mergeable: the base branch policy prohibits the merge.'],
  ['protected', 'GraphQL: Required status check "build" is expected. (mergePullRequest)'],
  ['protected', 'gh: At least 1 approving review is required by reviewers with write access. (HTTP 405)'],
  ['protected', 'GraphQL: Changes must be made through the merge queue (mergePullRequest)'],
  ['protected', 'gh: Repository rule violations found (HTTP 405)', said('Repository rule violations found', 405)],
  ['protected', "GraphQL: You're not authorized to push to this branch. (mergePullRequest)"],
  ['not_mergeable', 'X Pull request #5 is not mergeable: the merge commit cannot be cleanly created.'],
  ['not_mergeable', 'GraphQL: Pull Request is not mergeable (mergePullRequest)'],
  ['not_mergeable', 'Message: Pull Request is not mergeable, Locations: [{Line:1 Column:58}]'],
  [
    'not_mergeable',
    'gh: merge conflict between base and head (HTTP 422)',
    said('merge conflict between base and head', 422),
  ],
  ['not_mergeable', 'gh: Method Not Allowed (HTTP 405)', said('Method Not Allowed', 405)],

  ['permanent', 'GraphQL: Resource not accessible by personal access token (createPullRequest)'],
  ['permanent', 'GraphQL: No commits between main and f1 (createPullRequest)'],
  ['permanent', "GraphQL: Head sha can't be blank, No commits between main and f, Head ref must be a branch"],
  ['permanent', 'GraphQL: Could not resolve to a PullRequest with the number of 999. (repository.pullRequest)'],
  ['permanent', 'gh: Not Found (HTTP 404)', said('Not Found', 404)],
  ['permanent', 'gh: Must have admin rights to Repository. (HTTP 403)', said('Must have admin rights', 403)],
  ['permanent', 'words that nobody has seen before'],
];

const failedOf = ([, stderr, more]: Case): Failed => ({ exitCode: 1, status: null, stderr, isRead: false, ...more });

test.each(CASES.map((one) => [`${one[0]}: ${one[1]}`, one] as const))('%s', (_, one) => {
  expect(classify(failedOf(one)).failure).toBe(one[0]);
});

test('each row is what tells some case', () => {
  const hit = new Set(CASES.map((one) => rowOf(failedOf(one))));
  expect(FAILURES.filter((row) => !hit.has(row))).toEqual([]);
});

test('the status is taken from the words where gh shows no answer', () => {
  const status = (stderr: string) => classify(failedOf(['permanent', stderr])).status;
  expect(status('HTTP 502: 502 Bad Gateway (url)')).toBe(502);
  expect(status(typed('429 Too Many Requests', '{}'))).toBe(429);
  expect(status('gh: Not Found (HTTP 404)')).toBe(404);
  expect(status('GraphQL: Pull Request is not mergeable')).toBe(null);
});

test('how long to wait is told in seconds, by a date, or by when the budget is renewed', () => {
  const date = 'Sat, 21 Nov 2026 15:00:00 GMT';
  const now = Date.parse(date) / 1000;
  const wait = (stderr: string, fields: Record<string, string>) =>
    classify(failedOf(['permanent', stderr, { status: 403, headers: headers({ date, ...fields }) }])).retryAfter;
  expect(wait('secondary rate limit', { 'retry-after': '90' })).toBe(90_000);
  expect(wait('secondary rate limit', { 'retry-after': 'Sat, 21 Nov 2026 15:02:00 GMT' })).toBe(120_000);
  expect(wait('secondary rate limit', { 'retry-after': 'Sat, 21 Nov 2026 14:00:00 GMT' })).toBe(0);
  expect(wait('secondary rate limit', { 'x-ratelimit-reset': String(now + 600) })).toBe(null);
  expect(wait('API rate limit exceeded', { 'x-ratelimit-reset': String(now + 600) })).toBe(600_000);
  expect(wait('API rate limit exceeded', { 'x-ratelimit-reset': String(now - 5) })).toBe(0);
  expect(wait('API rate limit exceeded', {})).toBe(null);
});

test('a token in what was said comes out nowhere', () => {
  const letters = fc.string({ unit: fc.constantFrom(...'abcXYZ019'), minLength: 20, maxLength: 40 });
  const tokens = fc
    .tuple(fc.constantFrom('ghp_', 'gho_', 'ghu_', 'ghs_', 'ghr_', 'github_pat_'), letters)
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(
      tokens,
      fc.constantFrom(...CASES),
      fc.constantFrom(' ', '', '"', ':', '@'),
      (token, [is, words], by) => {
        const error = new GhError(is, `${words}${by}${token}${by}${words}`);
        expect(error.message).not.toContain(token.slice(-20));
        expect(error.stack).not.toContain(token.slice(-20));
      },
    ),
  );
});
