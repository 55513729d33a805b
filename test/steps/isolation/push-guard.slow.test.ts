import { execFileSync, spawnSync } from 'node:child_process';
import { chmodSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { gitConfigVariables } from '../../../src/steps/isolation/git-config-variables.ts';
import { installPushGuard, OWN_BRANCH_VARIABLE, pushGuardSettings } from '../../../src/steps/isolation/push-guard.ts';
import { GitRepository } from '../../support/git-repository.ts';

function guarded() {
  const repository = new GitRepository();
  const { root, commonDir } = repository;
  const runDirectory = join(root, '.workflow/run');
  installPushGuard({ runDirectory, commonDir });
  const remote = join(root, '.workflow/remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote]);
  repository.run('remote', 'add', 'origin', remote);
  const variables = { ...gitConfigVariables(pushGuardSettings(runDirectory), {}), [OWN_BRANCH_VARIABLE]: 'own/branch' };
  const git = (...args: string[]) => {
    const { status, stderr } = spawnSync('git', args, {
      cwd: root,
      env: { ...process.env, ...variables },
      encoding: 'utf8',
    });
    return { status, stderr };
  };
  const hook = (folder: string, name: string, script: string) => {
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`);
    chmodSync(join(folder, name), 0o755);
  };
  const branches = () =>
    execFileSync('git', ['branch', '--format=%(refname:short)'], { cwd: remote, encoding: 'utf8' });
  return { root, commonDir, git, hook, branches };
}

test('only the own branch is pushed, and only what is pushed reaches the hook of the repository', () => {
  const { root, commonDir, git, hook, branches } = guarded();
  hook(join(commonDir, 'hooks'), 'pre-push', `cat >'${root}/pushed'; echo "$1" >>'${root}/pushed'`);
  expect(git('push', 'origin', 'HEAD:refs/heads/main')).toMatchObject({
    status: 1,
    stderr: expect.stringMatching(/may push to own\/branch alone, and not to refs\/heads\/main\n/),
  });
  expect(git('push', 'origin', 'HEAD:refs/heads/own/branch', 'HEAD:refs/tags/v1').status).toBe(1);
  expect(branches()).toBe('');
  expect(git('push', 'origin', 'HEAD:refs/heads/own/branch').status).toBe(0);
  expect(branches()).toBe('own/branch\n');
  const commit = execFileSync('git', ['rev-parse', 'HEAD'], { cwd: root, encoding: 'utf8' }).trim();
  expect(readFileSync(join(root, 'pushed'), 'utf8')).toBe(
    `HEAD ${commit} refs/heads/own/branch ${'0'.repeat(40)}\norigin\n`,
  );
  expect(git('push', 'origin', ':own/branch')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('refs/heads/own/branch may not be deleted from here'),
  });
});

test('the own hook of the repository still says no, and so do all others', () => {
  const { root, commonDir, git, hook } = guarded();
  hook(join(commonDir, 'hooks'), 'pre-push', 'echo not today >&2; exit 3');
  expect(git('push', 'origin', 'HEAD:refs/heads/own/branch')).toMatchObject({
    status: 1,
    stderr: expect.stringContaining('not today'),
  });
  hook(join(root, 'own-hooks'), 'commit-msg', `grep -q good "$1"`);
  git('config', 'core.hooksPath', 'own-hooks');
  expect(git('commit', '--allow-empty', '-m', 'bad').status).toBe(1);
  expect(git('commit', '--allow-empty', '-m', 'good').status).toBe(0);
  expect(git('push', 'origin', 'HEAD:refs/heads/own/branch').status).toBe(0);
});

test('settings come after those that are there', () => {
  expect(gitConfigVariables({ 'a.b': 'c', 'd.e': '' }, { GIT_CONFIG_COUNT: '2' })).toEqual({
    GIT_CONFIG_COUNT: '4',
    GIT_CONFIG_KEY_2: 'a.b',
    GIT_CONFIG_VALUE_2: 'c',
    GIT_CONFIG_KEY_3: 'd.e',
    GIT_CONFIG_VALUE_3: '',
  });
});
