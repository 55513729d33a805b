import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { runGh } from '../support/github/gh.ts';
import type { GitHubSandbox } from '../support/github/sandbox.ts';
import { testSandbox } from '../support/github/test-sandbox.ts';

const create = ['pr', 'create', '-H', 'f', '-B', 'main', '-t', 'T', '-b', 'B'];
const at = (box: GitHubSandbox, revision: string) => box.git(box.bare, 'rev-parse', revision);

describe('logging in', () => {
  test('a token that was taken back', async () => {
    const box = await testSandbox();
    box.api.tokens.clear();
    expect(await runGh(box, ['api', 'user'])).toMatchObject({ code: 1, stderr: 'gh: Bad credentials (HTTP 401)\n' });
    expect(JSON.stringify(box.api.calls)).not.toContain('gho_');
  });

  test('no token: exit code 4, and nothing is asked', async () => {
    const box = await testSandbox({ token: null });
    const { code, stderr } = await runGh(box, ['api', 'user']);
    expect(code).toBe(4);
    expect(stderr).toContain('gh auth login');
    expect(box.api.calls).toEqual([]);
  });

  test('a token in gh’s own file', async () => {
    const box = await testSandbox({ login: 'file' });
    expect(await runGh(box, ['api', 'user', '--jq', '.login'])).toMatchObject({ code: 0, stdout: 'octocat\n' });
  });
});

describe('git', () => {
  /** A clone whose branch `f` has a commit that is not pushed. */
  function work(box: GitHubSandbox): string {
    const clone = box.clone();
    box.git(clone, 'checkout', '-q', '-b', 'f');
    writeFileSync(join(clone, 'a'), 'of f\n');
    box.git(clone, 'add', '-A');
    box.git(clone, 'commit', '-qm', 'work');
    return clone;
  }

  test.for([
    ['ssh', 'github.com'],
    ['https', 'github.com'],
    ['ssh', 'ghe.test'],
    ['https', 'ghe.test'],
  ] as const)('%s remote of %s: pushes, and gh knows the repository', async ([remote, host]) => {
    const box = await testSandbox({ remote, host });
    const clone = work(box);
    const stored = { ssh: `git@${host}:acme/widgets.git`, https: `https://${host}/acme/widgets.git` }[remote];
    expect(box.git(clone, 'config', 'remote.origin.url')).toBe(stored);
    box.git(clone, 'push', '-q', 'origin', 'f');
    expect(await runGh(box, create, clone)).toMatchObject({
      code: 0,
      stdout: `https://${host}/acme/widgets/pull/1\n`,
    });
    const mine = ['-R', `${host}/acme/widgets`];
    expect(await runGh(box, ['pr', 'merge', '1', ...mine, '--merge'])).toMatchObject({ code: 0 });
    expect(await runGh(box, ['api', '--hostname', host, 'user'])).toMatchObject({ code: 0 });
    expect(box.git(clone, 'ls-remote', 'origin', 'main')).toContain(at(box, 'main'));
    expect(box.api.problems()).toEqual([]);
  });

  test('pull requests follow what is pushed', async () => {
    const box = await testSandbox();
    const repo = box.api.repo();
    const clone = work(box);
    const push = (...args: string[]) => box.git(clone, 'push', '-q', 'origin', ...args);
    push('f');
    await repo.openPr({ head: 'f', base: 'main' });
    box.git(clone, 'commit', '-q', '--amend', '-m', 'again');
    push('-f', 'f');
    expect(await repo.pullRequest(1)).toMatchObject({ state: 'OPEN', head: at(box, 'f') });
    push(':f');
    push('f');
    expect(await repo.pullRequest(1)).toMatchObject({ state: 'CLOSED' });
    await repo.openPr({ head: 'f', base: 'main' });
    push('f:main', ':f');
    expect(await repo.pullRequest(2)).toMatchObject({ state: 'MERGED', mergeCommit: at(box, 'main') });
  });

  test('a push is refused, or its answer is lost', async () => {
    const box = await testSandbox();
    const clone = work(box);
    box.refusePushes('ERROR: Permission to acme/widgets.git denied to octocat.');
    expect(() => box.git(clone, 'push', '-q', 'origin', 'f')).toThrow('denied to octocat.');
    box.refusePushes(null);
    box.protectBranch('main');
    expect(() => box.git(clone, 'push', '-q', 'origin', 'f:main')).toThrow('GH006: Protected branch update failed');
    box.loseNextPush();
    expect(() => box.git(clone, 'push', '-q', 'origin', 'f')).toThrow('Command failed');
    expect(at(box, 'f')).toBe(box.git(clone, 'rev-parse', 'HEAD'));
    box.git(clone, 'push', '-q', 'origin', 'f');
  });

  test('another host is not reached', async () => {
    const box = await testSandbox();
    expect(() => box.git(box.folder, 'ls-remote', 'git@elsewhere.test:acme/widgets.git')).toThrow('resolve hostname');
    expect(() => box.git(box.folder, 'ls-remote', 'https://github.com/acme/widgets.git')).toThrow('127.0.0.1');
    expect(() => box.git(box.folder, 'ls-remote', 'git@github.com:acme/unknown.git')).toThrow('Repository not found');
  });
});
