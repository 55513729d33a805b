import { expect, test } from 'vitest';
import { pullRequestOf } from '../../../src/steps/github/repository.ts';

test('the URL of a pull request names it, on any host', () => {
  expect(pullRequestOf('https://github.com/acme/widgets/pull/41')).toEqual({
    host: 'github.com',
    owner: 'acme',
    name: 'widgets',
    number: 41,
  });
  expect(pullRequestOf('http://ghe.test:8080/acme/widgets/pull/2147483647/')).toMatchObject({
    host: 'ghe.test',
    number: 2_147_483_647,
  });
});

test.each([
  ['a number that the API takes for none, and with it all others of its query', '2147483648'],
  ['nought', '0'],
  ['what follows in its path', '41/files'],
  ['a query', '41?expand=1'],
  ['a fragment, with words for whoever reads them', '41#%20closes%20#12'],
  ['words behind it', '41 closes #12'],
  ['a control character', '4\t1'],
])('no URL with %s', (_, end) => {
  expect(pullRequestOf(`https://github.com/acme/widgets/pull/${end}`)).toBeNull();
});

test('no URL with a login in it', () => {
  expect(pullRequestOf('https://someone:secret@github.com/acme/widgets/pull/41')).toBeNull();
});
