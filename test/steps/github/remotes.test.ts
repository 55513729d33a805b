import { chmodSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { detectForge, findRemote } from '../../../src/steps/github/remotes.ts';
import { Git } from '../../../src/steps/tools/git.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const widgets = { host: 'github.com', owner: 'acme', name: 'widgets' };
const VARIABLES = ['GH_HOST', 'GH_CONFIG_DIR', 'PATH'] as const;
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

beforeEach(() => {
  delete process.env.GH_HOST;
  process.env.GH_CONFIG_DIR = temporaryFolder();
});
afterEach(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** Git in a repository with these settings, and without anything else. */
function gitWith(settings: string): Git {
  const root = temporaryFolder();
  for (const folder of ['objects', 'refs']) mkdirSync(join(root, '.git', folder), { recursive: true });
  writeFileSync(join(root, '.git/HEAD'), 'ref: refs/heads/main\n');
  writeFileSync(join(root, '.git/config'), `${settings}\n`);
  return new Git(root);
}

const remote = (name: string, url: string, ...more: string[]) =>
  [`[remote "${name}"]`, `url = ${url}`, ...more].join('\n');

/** A program of this name comes first on PATH. */
function program(name: string, script: string): void {
  const folder = temporaryFolder();
  const path = join(folder, name);
  writeFileSync(path, `#!/bin/sh\n${script}\n`);
  chmodSync(path, 0o755);
  process.env.PATH = `${folder}:${process.env.PATH}`;
}

describe('the remote that is meant', () => {
  const github = 'git@github.com:acme/widgets.git';
  const other = 'git@github.com:me/widgets.git';
  test.each<[string, string, string | null, object | null]>([
    ['none', '', null, null],
    ['origin', remote('origin', github), 'origin', widgets],
    ['origin before others', `${remote('up', other)}\n${remote('origin', github)}`, 'origin', widgets],
    ['the only one on GitHub', `${remote('lab', 'git@gitlab.com:a/b')}\n${remote('hub', github)}`, 'hub', widgets],
    ['the one with a dotted name', remote('my.own.url', github), 'my.own.url', widgets],
    [
      'not a copy on GitHub, where origin is elsewhere',
      `${remote('origin', '/srv/a.git')}\n${remote('hub', github)}`,
      null,
      null,
    ],
    [
      'a URL that is named otherwise',
      `[url "git@github.com:"]\ninsteadOf = gh:\n${remote('origin', 'gh:acme/widgets')}`,
      'origin',
      widgets,
    ],
    [
      'the longest of several other names',
      `[url "/srv/"]\ninsteadOf = g\n[url "git@github.com:"]\ninsteadOf = gh:\n${remote('origin', 'gh:acme/widgets')}`,
      'origin',
      widgets,
    ],
    [
      'one that a copy nearby stands for',
      `[url "/srv/"]\ninsteadOf = https://github.com/\n${remote('origin', 'https://github.com/acme/widgets')}`,
      'origin',
      widgets,
    ],
    [
      'the one that gh has noted',
      `${remote('origin', other)}\n${remote('up', github, 'gh-resolved = base')}`,
      'up',
      widgets,
    ],
    [
      'the repository that gh has noted',
      `${remote('origin', other, 'gh-resolved = acme/widgets')}\n${remote('up', github)}`,
      'up',
      widgets,
    ],
    [
      'the same with its host',
      `${remote('origin', other, 'gh-resolved = github.com/Acme/Widgets')}\n${remote('up', github)}`,
      'up',
      widgets,
    ],
  ])('%s', async (_name, settings, name, repository) => {
    const found = await findRemote(gitWith(settings));
    expect(found).toEqual(name === null ? null : { remote: name, repository, problem: null });
  });

  test('is asked for, where several could be meant', async () => {
    const git = gitWith(`${remote('one', github)}\n${remote('two', other)}`);
    await expect(findRemote(git)).rejects.toMatchObject({
      name: 'UserError',
      message:
        'several remotes are on GitHub, and none is called origin: one (github.com/acme/widgets), two (github.com/me/widgets)',
      hint: expect.stringMatching(/^gh repo set-default /),
    });
  });

  test('is asked for, where gh has noted a repository without a remote', async () => {
    const git = gitWith(remote('origin', other, 'gh-resolved = acme/gadgets'));
    await expect(findRemote(git)).rejects.toThrow(/default repository for gh is acme\/gadgets, and no remote names it/);
  });
});

describe('where it is pushed to', () => {
  const fetched = 'https://github.com/acme/widgets.git';
  test.each<[string, string]>([
    ['by ssh', remote('origin', fetched, 'pushurl = git@github.com:Acme/Widgets')],
    [
      'by ssh, for all URLs',
      `${remote('origin', fetched)}\n[url "git@github.com:"]\npushInsteadOf = https://github.com/`,
    ],
  ])('is the same repository %s', async (_name, settings) => {
    expect(await findRemote(gitWith(settings))).toMatchObject({ repository: widgets, problem: null });
  });

  test.each<[string, string, string]>([
    ['a fork', remote('origin', fetched, 'pushurl = git@github.com:me/widgets'), 'github.com/me/widgets'],
    [
      'a fork, for all URLs',
      `${remote('origin', fetched)}\n[url "git@github.com:me/"]\npushInsteadOf = https://github.com/acme/`,
      'github.com/me/widgets',
    ],
    ['a second repository', remote('origin', fetched, 'url = git@github.com:acme/copy'), 'github.com/acme/copy'],
    ['a folder', remote('origin', fetched, 'pushurl = /srv/widgets.git'), '/srv/widgets.git'],
    [
      'a host with a secret',
      remote('origin', fetched, 'pushurl = https://me:s3cret@git.test/a/b/c'),
      'https://***@git.test/a/b/c',
    ],
  ])('is told where it is %s', async (_name, settings, place) => {
    const git = gitWith(settings);
    const found = await findRemote(git);
    expect(found?.problem?.message).toContain(`fetched from github.com/acme/widgets and pushed to ${place}: `);
    expect(found?.problem?.hint).toContain(`git remote set-url --push origin ${fetched}`);
    await expect(detectForge(git, null)).rejects.toThrow(`and pushed to ${place}: `);
  });
});

describe('which hosts are GitHub', () => {
  const onHost = (host: string) => gitWith(remote('origin', `git@${host}:acme/widgets`));
  const gh = (host: string) => ({
    forge: 'gh',
    remote: 'origin',
    repository: { host, owner: 'acme', name: 'widgets' },
  });

  test('its own, and those of its tenants', async () => {
    for (const host of ['github.com', 'acme.ghe.com']) expect(await detectForge(onHost(host), null)).toEqual(gh(host));
  });

  test('the one that GH_HOST names', async () => {
    expect(await detectForge(onHost('ghe.test'), null)).toEqual({ forge: 'local' });
    process.env.GH_HOST = 'GHE.test';
    expect(await detectForge(onHost('ghe.test'), null)).toEqual(gh('ghe.test'));
  });

  test('those that gh has an account on, by the keys of its file alone', async () => {
    const folder = process.env.GH_CONFIG_DIR ?? '';
    const text = 'ghe.test:\n    user: octocat\n    oauth_token: gho_secret\n    inner.test:\n"quoted.test": # mine\n';
    mkdirSync(folder, { recursive: true });
    writeFileSync(join(folder, 'hosts.yml'), text);
    for (const host of ['ghe.test', 'quoted.test']) expect(await detectForge(onHost(host), null)).toEqual(gh(host));
    expect(await detectForge(onHost('inner.test'), null)).toEqual({ forge: 'local' });
  });

  test('any, where the person says so', async () => {
    expect(await detectForge(onHost('git.test'), 'gh')).toEqual(gh('git.test'));
  });

  test('the one behind an alias of ssh, which is asked only then', async () => {
    program('ssh', `[ "$*" = '-G work' ] && echo 'hostname ssh.github.com'; :`);
    expect(await detectForge(onHost('work'), null)).toEqual(gh('github.com'));
    expect(await detectForge(onHost('home'), null)).toEqual({ forge: 'local' });
    process.env.PATH = before.PATH;
    program('ssh', 'echo "hostname wrong.test"');
    expect(await detectForge(onHost('github.com'), null)).toEqual(gh('github.com'));
    const git = gitWith(remote('origin', 'https://work/acme/widgets'));
    expect(await detectForge(git, null)).toEqual({ forge: 'local' });
  });

  test('an ssh that does not answer is no reason to fail', async () => {
    program('ssh', 'exit 255');
    expect(await detectForge(onHost('work'), null)).toEqual({ forge: 'local' });
  });
});

describe('which forge', () => {
  test('local is not looked into at all', async () => {
    const git = new Git('/no/such/folder');
    expect(await detectForge(git, 'local')).toEqual({ forge: 'local' });
  });

  test.each<[string, string, string]>([
    ['', 'the repository has no remote, and pull requests need one on GitHub', 'git remote add origin '],
    [
      remote('origin', '/srv/a.git'),
      'no remote names a repository on GitHub: origin (/srv/a.git)',
      'git remote set-url ',
    ],
  ])('gh without a remote is refused, with what to do', async (settings, message, hint) => {
    const git = gitWith(settings);
    await expect(detectForge(git, 'gh')).rejects.toMatchObject({
      name: 'UserError',
      message,
      hint: expect.stringContaining(hint),
    });
    expect(await detectForge(git, null)).toEqual({ forge: 'local' });
  });

  test('gh takes the only usable remote, where origin is none', async () => {
    const git = gitWith(`${remote('origin', '/srv/a.git')}\n${remote('hub', 'git@github.com:acme/widgets')}`);
    expect(await detectForge(git, 'gh')).toEqual({ forge: 'gh', remote: 'hub', repository: widgets });
  });
});
