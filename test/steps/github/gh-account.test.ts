import { expect, test } from 'vitest';
import { accountProblems, type GhAccount, type GhRepositoryFacts } from '../../../src/steps/github/gh-account.ts';

const WIDGETS = { host: 'ghe.test', owner: 'acme', name: 'widgets' };
const FACTS: GhRepositoryFacts = {
  nameWithOwner: 'Acme/Widgets',
  isArchived: false,
  viewerPermission: 'WRITE',
  mergeMethods: ['merge', 'squash'],
};
const ACCOUNT: GhAccount = { login: 'octocat', repository: FACTS, rateLimit: null, scopes: null };
const problems = (account: Partial<GhAccount>, mergeMethod: 'merge' | 'squash' = 'merge') =>
  accountProblems({ ...ACCOUNT, ...account }, WIDGETS, { mergeMethod, remote: 'origin' }).map(
    ({ topic, message, hint }) => [topic, message, hint],
  );

test.each<[string, Partial<GhAccount>]>([
  ['a person who may write', {}],
  ['a maintainer', { repository: { ...FACTS, viewerPermission: 'MAINTAIN' } }],
  ['an app, of which GitHub says nothing', { repository: { ...FACTS, viewerPermission: null } }],
  ['a classic token', { scopes: ['gist', 'repo'] }],
  ['a classic token for public repositories', { scopes: ['public_repo'] }],
])('%s has no problem', (_name, account) => {
  expect(problems(account)).toEqual([]);
});

test('a repository that was renamed is told with its new name', () => {
  expect(problems({ repository: { ...FACTS, nameWithOwner: 'acme/gadgets' } })).toEqual([
    [
      'repository',
      'ghe.test/acme/widgets is called acme/gadgets now, and pull requests would be there',
      'git remote set-url origin git@ghe.test:acme/gadgets.git',
    ],
  ]);
});

test('a token without the scope is told, with the command that gives it', () => {
  expect(problems({ scopes: ['gist', 'read:org'] })).toEqual([
    [
      'permission',
      'the token of octocat may not change repositories: it lacks the scope repo',
      'gh auth refresh --hostname ghe.test --scopes repo',
    ],
  ]);
});

test('a merge method is held against what the repository allows', () => {
  const only = (...mergeMethods: ('merge' | 'squash')[]) => ({ repository: { ...FACTS, mergeMethods } });
  expect(problems(only('squash'), 'squash')).toEqual([]);
  expect(problems(only('squash'), 'merge')).toEqual([
    [
      'merge_method',
      'ghe.test/acme/widgets does not allow merge_method merge',
      'merge_method: squash in the graph file, or gh repo edit ghe.test/acme/widgets --enable-merge-commit',
    ],
  ]);
  expect(problems(only(), 'squash')).toEqual([
    [
      'merge_method',
      'ghe.test/acme/widgets does not allow merge_method squash',
      'gh repo edit ghe.test/acme/widgets --enable-squash-merge',
    ],
  ]);
});

test('of a repository that cannot be seen nothing else is told', () => {
  expect(problems({ repository: null, scopes: ['gist'] })).toEqual([
    [
      'repository',
      'ghe.test/acme/widgets is not there, or octocat may not see it',
      'git remote -v names it; gh auth login --hostname ghe.test for another account',
    ],
  ]);
});
