import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { parseRemote, parseRemoteUrl } from '../../../src/steps/github/remote-url.ts';

const widgets = { host: 'github.com', owner: 'acme', name: 'widgets' };

describe('what names a repository', () => {
  test.each([
    'https://github.com/acme/widgets',
    'https://github.com/acme/widgets.git',
    'https://github.com/acme/widgets.git/',
    'https://github.com/acme/widgets//',
    'https://GitHub.com/acme/widgets',
    'https://www.github.com/acme/widgets',
    'https://github.com:443/acme/widgets',
    'https://octocat@github.com/acme/widgets',
    'https://octocat:s3cret@github.com/acme/widgets.git',
    'https://x-access-token:gho_abc@github.com/acme/widgets.git',
    'http://github.com/acme/widgets',
    'git://github.com/acme/widgets.git',
    'ssh://git@github.com/acme/widgets.git',
    'ssh://git@github.com:22/acme/widgets',
    'ssh://git@ssh.github.com:443/acme/widgets.git',
    'git+ssh://git@github.com/acme/widgets.git',
    'ssh+git://git@github.com/acme/widgets.git',
    'git@github.com:acme/widgets.git',
    'git@github.com:acme/widgets',
    'git@github.com:/acme/widgets.git',
    'git@ssh.github.com:acme/widgets.git',
    'github.com:acme/widgets.git',
    'org-123@github.com:acme/widgets.git',
  ])('%s', (url) => {
    expect(parseRemoteUrl(url)).toEqual(widgets);
  });

  test.each<[string, string, string, string]>([
    ['https://ghe.test/acme/widgets.git', 'ghe.test', 'acme', 'widgets'],
    ['https://ghe.test:8443/acme/widgets.git', 'ghe.test', 'acme', 'widgets'],
    ['ssh://git@ghe.test:2222/acme/widgets.git', 'ghe.test', 'acme', 'widgets'],
    ['acme@acme.ghe.com:acme/widgets.git', 'acme.ghe.com', 'acme', 'widgets'],
    ['git@work:acme/widgets', 'work', 'acme', 'widgets'],
    ['git@github.com-work:acme/widgets', 'github.com-work', 'acme', 'widgets'],
    ['git@github.com:a-c.me_1/wid.gets.git.git', 'github.com', 'a-c.me_1', 'wid.gets.git'],
    ['git@github.com:acme/.github', 'github.com', 'acme', '.github'],
  ])('%s', (url, host, owner, name) => {
    expect(parseRemoteUrl(url)).toEqual({ host, owner, name });
  });
});

test.each([
  '',
  '.',
  '/srv/git/widgets.git',
  './widgets',
  '../acme/widgets',
  'acme/widgets',
  './a:b/c',
  'file:///srv/git/acme/widgets.git',
  'file://github.com/acme/widgets',
  'ext::ssh github.com acme/widgets',
  'ftp://github.com/acme/widgets',
  'https://github.com',
  'https://github.com/acme',
  'https://github.com/acme/.git',
  'https://github.com/acme/..',
  'https://github.com/acme/widgets/pull/41',
  'https://github.com/acme/widgets?token=abc',
  'https://github.com/acme/widgets#main',
  'https://github.com/acme/wid%20gets',
  'https://github.com:port/acme/widgets',
  'https://gitlab.com/group/subgroup/widgets.git',
  'git@gitlab.com:group/subgroup/widgets.git',
  'git@github.com:widgets.git',
  'git@-oProxyCommand=x:acme/widgets',
  'git@git hub.com:acme/widgets',
  'git@github.com:acme/wid gets',
  'git@github.com:acme/widgets\nhost',
])('%j names none', (url) => {
  expect(parseRemoteUrl(url)).toBeNull();
});

test('tells which host ssh is asked for', () => {
  expect(parseRemote('git@work:acme/widgets')).toMatchObject({ sshHost: 'work' });
  expect(parseRemote('ssh://git@ssh.github.com:443/acme/widgets')).toMatchObject({ sshHost: 'ssh.github.com' });
  expect(parseRemote('https://github.com/acme/widgets')).toMatchObject({ sshHost: null });
});

const word = fc.stringMatching(/^[A-Za-z0-9][A-Za-z0-9_-]{0,20}$/);
const host = fc.stringMatching(/^[a-z][a-z0-9-]{0,10}[a-z0-9]\.test$/);

test('finds host, owner and name in every form of a URL, and never a credential', () => {
  fc.assert(
    fc.property(host, word, word, fc.stringMatching(/^ghp_[A-Za-z0-9]{36}$/), (host, owner, name, token) => {
      const forms = [
        `https://${host}/${owner}/${name}.git`,
        `https://x-access-token:${token}@${host}/${owner}/${name}.git`,
        `https://${token}@${host}:8443/${owner}/${name}/`,
        `ssh://${token}@${host}:2222/${owner}/${name}`,
        `git@${host}:${owner}/${name}.git`,
      ];
      for (const form of forms) {
        expect(parseRemoteUrl(form)).toEqual({ host, owner, name });
        expect(JSON.stringify(parseRemote(form))).not.toContain(token);
      }
    }),
  );
});

test('takes any text for a URL without a fault, and gives only names that can be in an argument', () => {
  const near = fc
    .tuple(fc.constantFrom('https://', 'ssh://', 'git@', ''), fc.string(), fc.constantFrom(':', '/', '@'), fc.string())
    .map((parts) => parts.join(''));
  fc.assert(
    fc.property(fc.oneof(fc.string(), near), (text) => {
      const found = parseRemoteUrl(text);
      if (found === null) return;
      for (const part of Object.values(found)) expect(part).toMatch(/^[\w.-]+$/);
      expect(found.host).toMatch(/^\w/);
    }),
  );
});
