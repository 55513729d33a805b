import { parse, validate } from 'graphql';
import { expect, onTestFinished, test } from 'vitest';
import { REAL_CLOCK } from '../../src/steps/github/clock.ts';
import { Gh } from '../../src/steps/github/gh.ts';
import { furtherChecksQuery, pullRequestsQuery } from '../../src/steps/github/pull-request-query.ts';
import { PullRequestWatch } from '../../src/steps/github/pull-request-watch.ts';
import { githubSchema } from '../support/github/schema.ts';
import { testSandbox } from '../support/github/test-sandbox.ts';

const WIDGETS = { host: 'github.com', owner: 'acme', name: 'widgets' };

test('the queries are what the schema of GitHub allows', () => {
  const cursors = new Map([
    [1, 'Y3Vyc29yOjEwMA=='],
    [2, '"quoted"\n'],
  ]);
  for (const query of [pullRequestsQuery([1, 22, 333]), furtherChecksQuery(cursors)]) {
    expect(validate(githubSchema(), parse(query)).map(({ message }) => message)).toEqual([]);
  }
});
