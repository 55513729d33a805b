import { mkdirSync, readdirSync, rmSync, symlinkSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { BRANCH, INTEGRATION_BRANCH } from '../agent/attempt-fixture.ts';
import { AttemptOnGitHub } from '../agent/github/attempt-on-github.ts';
import {
  badGateway,
  eof,
  type FaultWish,
  respond,
  secondaryLimit,
  tooManyRequests,
  truncate,
  unauthorised,
} from '../support/github/faults.ts';

const URL_1 = 'https://github.com/acme/widgets/pull/1';
const POST = 'POST /repos/:owner/:repo/pulls';
const LIST = 'GET /repos/:owner/:repo/pulls';
const PATCH = 'PATCH /repos/:owner/:repo/pulls/:number';

/** One open pull request, of this branch at this commit, and nothing that the API does not know. */
async function expectOnlyPull(attempt: AttemptOnGitHub, head: string): Promise<void> {
  const pulls = await attempt.pulls();
  expect(pulls.map(({ number, state, head: at, baseBranch, headBranch }) => [number, state, at, baseBranch, headBranch]))
    // biome-ignore format: one line a pull request
    .toEqual([[1, 'OPEN', head, INTEGRATION_BRANCH, BRANCH]]);
  expect(attempt.remoteTip()).toBe(head);
  expect(attempt.box.api.problems()).toEqual([]);
}

describe('complete', () => {
  test('pushes, opens the pull request and signals its URL', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    const head = attempt.commit('more.txt');
    const ran = await attempt.complete(['--title', 'Add a parser', '--body', 'It reads `key = value` lines.']);
    expect(ran).toMatchObject({ code: 0, stderr: '' });
    expect(ran.stdout).toContain(URL_1);
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
    const [pull] = await attempt.pulls();
    expect(pull).toMatchObject({ title: 'Add a parser', draft: false });
    expect(pull?.body).toBe(
      'It reads `key = value` lines.\n\n' +
        '<details>\n<summary>2 commits</summary>\n\n```text\nAdd parser.txt\nAdd more.txt\n```\n\n</details>\n\n' +
        '<sub>agentrelay · graph demo · task write-parser · attempt 2</sub>\n',
    );
    expect(attempt.asked()).toEqual(['POST pulls']);
    expect(attempt.read('summary.md')).toBe('It reads `key = value` lines.\n');
  });

  test('takes title and text from the policy and the summary when the agent gives none', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    attempt.write('summary.md', 'Wrote it.\n');
    expect((await attempt.complete()).code).toBe(0);
    const [pull] = await attempt.pulls();
    expect(pull?.title).toBe('write-parser: Write the parser');
    expect(pull?.body).toMatch(/^Wrote it\.\n\n<details>/);
  });

  test('after its work came back, the same pull request says what is new', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    await attempt.complete(['--title', 'First', '--body', 'One']);
    attempt.sendBack();
    const head = attempt.commit('mended.txt');
    expect((await attempt.complete(['--title', 'Second', '--body', 'Two'])).code).toBe(0);
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
    const [pull] = await attempt.pulls();
    expect(pull).toMatchObject({
      title: 'Second',
      body: expect.stringMatching(/^Two\n\n<details>\n<summary>2 commits/),
    });
    expect(attempt.asked()).toEqual(['POST pulls', 'GET pulls', 'PATCH pulls/:number']);
  });

  test('with the signal still there, nothing is pushed any more', async () => {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    await attempt.complete();
    const again = await attempt.complete();
    expect(again).toMatchObject({ code: 0, stdout: expect.stringContaining('already') });
    attempt.commit('more.txt');
    const other = await attempt.complete();
    expect(other).toMatchObject({ code: 1, stderr: expect.stringContaining('the first signal counts') });
    await expectOnlyPull(attempt, head);
    expect(attempt.asked()).toEqual(['POST pulls']);
  });

  test('several at once agree on one pull request', async () => {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    const all = await Promise.all([1, 2, 3].map(async () => await attempt.complete()));
    expect(all.map(({ code, stderr }) => [code, stderr])).toEqual([1, 2, 3].map(() => [0, '']));
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
  });

  test('on an Enterprise host with an https remote', async () => {
    const attempt = await AttemptOnGitHub.begin({ host: 'ghe.test', remote: 'https' });
    attempt.commit();
    expect(await attempt.complete()).toMatchObject({ code: 0, stderr: '' });
    expect(attempt.signalled()).toBe('https://ghe.test/acme/widgets/pull/1');
  });
});

describe('a pull request that is there', () => {
  /** Pushed and opened by somebody else's hand, as after a crash. */
  async function opened(given: { base?: string; draft?: boolean } = {}) {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    attempt.git('push', '-q', 'origin', BRANCH);
    const wanted = { head: BRANCH, base: INTEGRATION_BRANCH, title: 'By hand', ...given };
    const number = await attempt.box.api.repo().openPr(wanted);
    return { attempt, head, number };
  }

  test('is adopted, and stays a draft', async () => {
    const { attempt, head } = await opened({ draft: true });
    expect((await attempt.complete(['--title', 'Mine'])).code).toBe(0);
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
    expect((await attempt.pulls())[0]).toMatchObject({ title: 'Mine', draft: true });
  });

  test('with another base is put on the right one', async () => {
    const { attempt, head } = await opened({ base: 'main' });
    expect((await attempt.complete()).code).toBe(0);
    await expectOnlyPull(attempt, head);
    expect(attempt.asked()).toEqual(['GET pulls', 'PATCH pulls/:number']);
  });

  test('that was closed is left so, and a new one opened', async () => {
    const { attempt, number } = await opened();
    await attempt.box.api.repo().closePr(number);
    expect((await attempt.complete()).code).toBe(0);
    expect(attempt.signalled()).toBe('https://github.com/acme/widgets/pull/2');
    expect((await attempt.pulls()).map(({ state }) => state)).toEqual(['CLOSED', 'OPEN']);
  });

  test('of a fork with the same branch name is not ours', async () => {
    const attempt = await AttemptOnGitHub.begin();
    const commit = attempt.commit();
    attempt.git('push', '-q', 'origin', BRANCH);
    await attempt.box.api.repo().openForkPr({ head: BRANCH, base: INTEGRATION_BRANCH, commit });
    expect((await attempt.complete()).code).toBe(0);
    expect(attempt.signalled()).toBe('https://github.com/acme/widgets/pull/2');
  });
});

describe('a crash', () => {
  /** Kills `complete` when this request has come, then runs it again. */
  async function killedAt(
    wish: Pick<FaultWish, 'match' | 'when'>,
    before?: (attempt: AttemptOnGitHub) => Promise<void>,
  ) {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    await before?.(attempt);
    const head = attempt.commit('last.txt');
    attempt.box.api.inject({ ...wish, action: { kind: 'hang' } });
    const arrived = attempt.box.api.arrives(wish.match);
    const command = attempt.start();
    await arrived;
    command.process.kill('SIGKILL');
    await command.ended;
    expect(attempt.signalled()).toBeNull();
    return { attempt, head };
  }

  test.each(['before', 'after'] as const)('at the opening, %s GitHub did it', async (when) => {
    const { attempt, head } = await killedAt({ match: POST, when });
    expect(await attempt.complete()).toMatchObject({ code: 0, stderr: '' });
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
  });

  test.each([LIST, PATCH])('in a second round, at %s', async (match) => {
    const { attempt, head } = await killedAt({ match }, async (earlier) => {
      await earlier.complete(['--title', 'First']);
      earlier.sendBack();
    });
    expect((await attempt.complete()).code).toBe(0);
    await expectOnlyPull(attempt, head);
    expect((await attempt.pulls())[0]?.title).toBe('write-parser: Write the parser');
  });

  test('after the push was done, with its answer and its note lost', async () => {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    attempt.box.loseNextPush();
    expect(await attempt.complete()).toMatchObject({ code: 0, stderr: '' });
    await expectOnlyPull(attempt, head);
    expect(attempt.read('.pushed')).toBe(`${head}\n`);
  });

  test('before the signal was written', async () => {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    await attempt.complete();
    rmSync(join(attempt.signalDir, '.done'));
    expect((await attempt.complete()).code).toBe(0);
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
  });
});

describe('faults that pass', () => {
  type Faults = readonly (readonly [string, Pick<FaultWish, 'when' | 'action'>])[];
  const quick: Faults = [
    ['502 before', { when: 'before', action: badGateway() }],
    ['502 after', { when: 'after', action: badGateway() }],
    ['EOF after', { when: 'after', action: eof }],
    ['half an answer', { when: 'after', action: truncate }],
    ['401 once', { when: 'before', action: unauthorised() }],
  ];
  const limits: Faults = [
    ['429', { when: 'before', action: tooManyRequests(1) }],
    ['secondary limit', { when: 'before', action: secondaryLimit(1) }],
  ];

  const isLimit = (name: string) => limits.some(([limit]) => limit === name);

  test.each([...quick, ...limits])('%s at the opening', async (name, fault) => {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    const opening = attempt.box.api.inject({ match: POST, ...fault });
    const ran = await attempt.complete();
    const told = /^agentrelay-complete: GitHub limits requests; going on at \d{4}-\S+Z\. Let this command run\.\n$/;
    expect(ran).toMatchObject({ code: 0, stderr: isLimit(name) ? expect.stringMatching(told) : '' });
    expect(opening.hits).toBe(1);
    expect(attempt.signalled()).toBe(URL_1);
    await expectOnlyPull(attempt, head);
  });

  test.each(quick)('%s in a second round', async (_name, fault) => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    await attempt.complete(['--title', 'First']);
    attempt.sendBack();
    const head = attempt.commit('mended.txt');
    const faults = [LIST, PATCH].map((match) => attempt.box.api.inject({ match, ...fault }));
    expect((await attempt.complete(['--title', 'Second'])).code).toBe(0);
    expect(faults.map(({ hits }) => hits)).toEqual([1, 1]);
    await expectOnlyPull(attempt, head);
    expect((await attempt.pulls())[0]?.title).toBe('Second');
  });
});

describe('what stays is told, and nothing is signalled', () => {
  test('not logged in', async () => {
    const attempt = await AttemptOnGitHub.begin({ token: null });
    attempt.commit();
    const ran = await attempt.complete();
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('gh is not logged in to github.com') });
    expect(ran.stderr).toContain('run agentrelay-failed with this message');
    expect(attempt.signalled()).toBeNull();
    expect(attempt.asked()).toEqual([]);
  });

  test('a token that is refused, asked again once and never shown', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    const ran = await attempt.complete([], { GH_TOKEN: 'gho_expired0123456789' });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('Bad credentials') });
    expect(ran.stderr + ran.stdout).not.toContain('gho_');
    expect(attempt.asked().filter((op) => op === 'POST pulls')).toHaveLength(1);
  });

  test('gh is missing', async () => {
    const attempt = await AttemptOnGitHub.begin();
    const head = attempt.commit();
    const ran = await attempt.complete([], { PATH: pathWithoutGh(attempt) });
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('gh is not installed') });
    expect(attempt.signalled()).toBeNull();
    expect(attempt.remoteTip()).toBe(head);
  });

  test('no permission to push, and none to open', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    attempt.box.refusePushes('ERROR: Permission to acme/widgets.git denied to octocat.');
    const denied = await attempt.complete();
    expect(denied).toMatchObject({ code: 2, stderr: expect.stringContaining('denied to octocat') });
    attempt.box.refusePushes(null);
    attempt.box.api.repo().settings.viewerPermission = 'READ';
    const opening = await attempt.complete();
    expect(opening.code).toBe(2);
    expect(opening.stderr).toContain('run agentrelay-failed with this message');
    expect(attempt.asked()).toEqual(['POST pulls']);
    expect(attempt.signalled()).toBeNull();
  });

  test('a pull request of another repository', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    const moved = { number: 7, html_url: 'https://github.com/acme/gadgets/pull/7', state: 'open' };
    attempt.box.api.inject({ match: POST, action: respond(201, moved) });
    const ran = await attempt.complete();
    expect(ran).toMatchObject({ code: 2, stderr: expect.stringContaining('https://github.com/acme/gadgets/pull/7') });
    expect(attempt.signalled()).toBeNull();
  });

  test('without its base there', async () => {
    const attempt = await AttemptOnGitHub.begin();
    attempt.commit();
    attempt.box.git(attempt.box.bare, 'update-ref', '-d', `refs/heads/${INTEGRATION_BRANCH}`);
    const ran = await attempt.complete();
    expect(ran).toMatchObject({ code: 1, stderr: expect.stringContaining('Validation Failed') });
    expect(attempt.signalled()).toBeNull();
  });
});

/** Everything that is on PATH, but gh. */
function pathWithoutGh(attempt: AttemptOnGitHub): string {
  const folder = join(attempt.box.folder, 'bin');
  mkdirSync(folder);
  for (const from of (process.env.PATH ?? '').split(':').toReversed()) {
    for (const name of listed(from)) {
      if (name === 'gh') continue;
      rmSync(join(folder, name), { force: true });
      symlinkSync(join(from, name), join(folder, name));
    }
  }
  return folder;
}

function listed(folder: string): string[] {
  try {
    return readdirSync(folder);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return [];
    throw error;
  }
}
