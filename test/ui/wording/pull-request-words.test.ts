import { expect, test } from 'vitest';
import { pullRequestNumber, shortPullRequest } from '../../../src/ui/wording/pull-request-words.ts';

test.each([
  ['https://forge.example/shop/api/pull/41', '#41'],
  ['https://forge.example/shop/-/merge_requests/7', '#7'],
  ['local:agentrelay/shop/3/cart@beefbeef', null],
  ['https://forge.example/pull/41/evil', null],
  [`https://forge.example/shop/api/pull/${'9'.repeat(11)}`, null],
  [null, null],
])('the number of %s is %s', (pr, number) => {
  expect(pullRequestNumber(pr)).toBe(number);
});

test('without a pull request the branch and the commit are named, else where it is', () => {
  expect(shortPullRequest(`local:agentrelay/shop/cart@${'89abcdef'.repeat(5)}`)).toBe(
    'agentrelay/shop/cart @ 89abcdef',
  );
  expect(shortPullRequest('https://forge.example/a/b/pull/41')).toBe('https://forge.example/a/b/pull/41');
});
