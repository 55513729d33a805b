import { expect, test } from 'vitest';
import {
  badGateway,
  eof,
  graphqlErrors,
  hang,
  late,
  primaryLimit,
  respond,
  secondaryLimit,
  timedOut,
  tooManyRequests,
  truncate,
  unauthorised,
} from '../support/github/faults.ts';
import { runGh, startGh } from '../support/github/gh.ts';
import { sandboxWithPullRequest, testSandbox } from '../support/github/test-sandbox.ts';

// What gh prints and how it ends when GitHub fails, as it was recorded: see the note in github-api.test.ts.

const URL_1 = 'https://github.com/acme/widgets/pull/1';
const create = ['pr', 'create', '-H', 'f', '-B', 'main', '-t', 'T', '-b', 'B'];
const merge = ['pr', 'merge', '1', '-R', 'github.com/acme/widgets', '--merge'];
const view = ['pr', 'view', URL_1, '--json', 'state'];

const secondary = 'You have exceeded a secondary rate limit';
const typed = (status: string) => new RegExp(`^non-200 OK status code: ${status} body: `);
test.for([
  [
    '401',
    unauthorised(),
    /^HTTP 401: Bad credentials \(https:\/\/api\.github\.com\/graphql\)/,
    typed('401 Unauthorized'),
  ],
  ['502 of the load balancer', badGateway(), /^HTTP 502: 502 Bad Gateway/, typed('502 Bad Gateway')],
  ['502 of the API', timedOut(), /^HTTP 502: Something went wrong while/, typed('502 Bad Gateway')],
  ['429', tooManyRequests(7), /^HTTP 429: /, typed('429 Too Many Requests')],
  ['secondary limit', secondaryLimit(), new RegExp(`^HTTP 403: ${secondary}`), typed('403 Forbidden')],
  ['primary limit', primaryLimit(), /^GraphQL: API rate limit exceeded for user ID 1\./, /API rate limit exceeded/],
  ['errors with 200', graphqlErrors('Odd'), /^GraphQL: Odd/, /^(GraphQL|Message): Odd/],
  ['dropped connection', eof, /^Post "https:\/\/api\.github\.com\/graphql": EOF/, /EOF/],
  ['answer cut short', truncate, /^unexpected EOF/, /unexpected EOF/],
] as const)('%s, of a query and of a mutation', async ([, action, query, mutation]) => {
  const box = await sandboxWithPullRequest();
  box.api.inject({ match: 'PullRequestByNumber', action });
  box.api.inject({ match: 'PullRequestMerge', action });
  const read = await runGh(box, view);
  expect(read.stderr).toMatch(query);
  expect(read.code).toBe(1);
  const merged = await runGh(box, merge);
  expect(merged.stderr).toMatch(mutation);
  expect(merged.code).toBe(1);
  expect(await box.api.repo().pullRequest(1)).toMatchObject({ state: 'OPEN' });
});

test.for([
  ['502', badGateway()],
  ['dropped connection', eof],
  ['answer cut short', truncate],
] as const)('%s after the effect: it stands', async ([, action]) => {
  const box = await testSandbox();
  box.commit('f', { a: 'of f\n' });
  const clone = box.clone();
  for (const match of ['PullRequestCreate', 'PullRequestMerge']) box.api.inject({ match, when: 'after', action });
  expect(await runGh(box, create, clone)).toMatchObject({ code: 1, stdout: '' });
  expect((await runGh(box, create, clone)).stderr).toContain(`already exists:\n${URL_1}`);
  expect(await runGh(box, merge)).toMatchObject({ code: 1 });
  expect((await runGh(box, merge)).stderr).toContain('was already merged');
  expect(box.git(box.bare, 'rev-list', '--merges', '--count', 'main')).toBe('1');
  expect(box.api.calls.filter((call) => call.fault !== undefined).map((call) => call.op)).toEqual([
    'PullRequestCreate',
    'PullRequestMerge',
  ]);
});

test('no answer: gh waits until a signal ends it', async () => {
  const box = await sandboxWithPullRequest();
  box.api.inject({ match: /./, action: hang });
  const arrived = box.api.arrives('PullRequestByNumber');
  const gh = startGh(box, view);
  await arrived;
  gh.kill('SIGTERM');
  expect(await gh.ended).toEqual({ code: null, signal: 'SIGTERM', stdout: '', stderr: '' });
});

test('counts, and skips', async () => {
  const box = await testSandbox();
  const fault = box.api.inject({ match: 'GET /user', skip: 1, times: 2, action: respond(503, { message: 'later' }) });
  const codes: (number | null)[] = [];
  for (let n = 0; n < 4; n += 1) codes.push((await runGh(box, ['api', 'user'])).code);
  expect(codes).toEqual([0, 1, 1, 0]);
  expect(fault.hits).toBe(2);
});

test('what is late is done', async () => {
  const box = await sandboxWithPullRequest();
  const fault = box.api.inject({ match: (call) => call.kind === 'graphql', action: late(1) });
  expect(await runGh(box, view)).toMatchObject({ code: 0 });
  expect(fault.hits).toBe(1);
});
