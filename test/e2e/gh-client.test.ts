import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Clock } from '../../src/core/clock.ts';
import { Gh } from '../../src/steps/github/gh.ts';
import { patiently } from '../../src/steps/github/patiently.ts';
import { repositoryPath } from '../../src/steps/github/repository.ts';
import { badGateway, tooManyRequests, unauthorised } from '../support/github/faults.ts';
import { githubSandbox } from '../support/github/sandbox.ts';

/** The real gh with one open pull request, and a clock by which waits are over at once. */
async function scene(host = 'github.com') {
  const box = await githubSandbox({ host });
  onTestFinished(() => box.close());
  for (const [name, value] of Object.entries(box.env)) vi.stubEnv(name, value);
  onTestFinished(() => void vi.unstubAllEnvs());
  const slept: number[] = [];
  let now = 0;
  const sleep = async (milliseconds: number) => {
    slept.push(milliseconds);
    now += milliseconds;
  };
  const clock: Clock = { now: () => now, random: () => 0, sleep };
  const repository = { host, owner: 'acme', name: 'widgets' };
  const gh = new Gh({ repository, cacheFolder: join(box.folder, 'cache of gh') });
  const head = await box.commit('f', { 'f.txt': 'f\n' });
  const number = await box.api.repo().openPr({ head: 'f', base: 'main' });
  const merge = () =>
    gh.run(['pr', 'merge', `${number}`, '-R', repositoryPath(repository), '--merge', '--match-head-commit', head]);
  const state = async () => (await box.api.repo().pullRequest(number)).state;
  const count = (op: string) => box.api.calls.filter((call) => call.op === op).length;
  return { box, api: box.api, gh, clock, slept, merge, state, count };
}

test('a refusal that gh would keep does not end a merge', async () => {
  const { api, gh, clock, merge, state, count } = await scene();
  api.inject({ match: 'PullRequest_fields', action: unauthorised() });
  await patiently(merge, { clock, gh });
  expect(await state()).toBe('MERGED');
  expect(count('PullRequest_fields')).toBe(2);
  expect(count('Login')).toBe(1);
  expect(api.problems()).toEqual([]);
});

test('a merge whose answer was lost is read back and not repeated', async () => {
  const { api, gh, clock, merge, state, count } = await scene();
  api.inject({ match: 'PullRequestMerge', when: 'after', action: badGateway() });
  const lookBack = async () => ((await state()) === 'MERGED' ? 'it was merged' : null);
  expect(await patiently(merge, { clock, gh, lookBack })).toBe('it was merged');
  expect(count('PullRequestMerge')).toBe(1);
});

test('at a limit the API is asked how long a command of gh is to wait', async () => {
  const { api, gh, clock, slept, merge, state } = await scene();
  api.inject({ match: 'PullRequest_fields', action: tooManyRequests(120) });
  api.inject({ match: 'Login', action: tooManyRequests(90) });
  await patiently(merge, { clock, gh });
  expect(slept).toEqual([90_000]);
  expect(await state()).toBe('MERGED');
});

test('a GitHub Enterprise host is asked by its own paths', async () => {
  const { api, gh, merge, state } = await scene('ghe.test');
  expect(await gh.login()).toBe('octocat');
  expect((await gh.api({ path: 'repos/acme/widgets/pulls?head=acme:f&state=open' })).body).toMatchObject([
    { number: 1 },
  ]);
  await merge();
  expect(await state()).toBe('MERGED');
  expect(api.problems()).toEqual([]);
});
