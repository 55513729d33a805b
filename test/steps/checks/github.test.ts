import { expect, test } from 'vitest';
import { gitHubFindings } from '../../../src/steps/checks/github.ts';
import type { GhFacts } from '../../../src/steps/github/gh-preflight.ts';
import { GhProblem } from '../../../src/steps/github/gh-problem.ts';
import { makeGraph } from '../../support/graphs.ts';

const FACTS: GhFacts = {
  version: '2.23.0',
  login: 'octocat',
  viewerPermission: 'WRITE',
  mergeMethods: ['merge', 'squash'],
  rateLimit: { cost: 1, limit: 5000, remaining: 4990, resetAt: '2026-01-01T00:00:00Z' },
  isRemoteRead: true,
  bases: { main: '0123456789abcdef0123456789abcdef01234567' },
  leftovers: [],
};
const NOTHING: GhFacts = {
  ...{ version: null, login: null, viewerPermission: null, mergeMethods: [], rateLimit: null },
  ...{ isRemoteRead: false, bases: {}, leftovers: [] },
};
const graph = makeGraph({ tasks: [{ id: 'task' }] });
const place = {
  forge: { name: 'gh', remote: 'origin', repository: { host: 'ghe.test', owner: 'acme', name: 'widgets' } },
  settings: { mergeMethod: 'squash' },
} as const;
const lines = (problems: GhProblem[], facts: GhFacts, ofGraph: typeof graph | null = graph) =>
  gitHubFindings(problems, facts, { ...place, graph: ofGraph }).map(
    ({ level, what, detail }) => `${level} ${what}: ${detail}`,
  );

test('says what is well, topic by topic', () => {
  expect(lines([], FACTS)).toEqual([
    'ok gh: 2.23.0',
    'ok login: octocat on ghe.test',
    'ok permission: WRITE',
    'ok merge method: squash',
    'ok git access: may read origin',
    'ok branches: main at 01234567',
    'ok API budget: 4990 of 5000 requests are left until 2026-01-01T00:00:00Z',
  ]);
});

test('says of nothing that it is well, where it is not known', () => {
  expect(lines([new GhProblem('gh', 'gh is not installed')], NOTHING)).toEqual(['fail gh: gh is not installed']);
  expect(lines([new GhProblem('network', 'cannot be reached')], { ...NOTHING, version: '2.46.0' })).toEqual([
    'ok gh: 2.46.0',
    'fail network: cannot be reached',
  ]);
});

test('a problem stands in place of what would be well', () => {
  const found = lines([new GhProblem('branches', 'dev does not exist'), new GhProblem('branches', 'nor web')], FACTS);
  expect(found.filter((line) => line.includes('branches'))).toEqual([
    'fail branches: dev does not exist',
    'fail branches: nor web',
  ]);
});

test('without a graph nobody says which merge method it is to be', () => {
  expect(lines([new GhProblem('merge_method', 'no squash')], FACTS, null)).toContain('warn merge method: no squash');
  expect(lines([], FACTS, null)).toContain('ok merge method: merge, squash');
});

test('a budget that is nearly spent is a warning', () => {
  const rateLimit = { cost: 1, limit: 5000, remaining: 499, resetAt: 'soon' };
  expect(lines([], { ...FACTS, rateLimit })).toContain(
    'warn API budget: 499 of 5000 requests are left until soon; a run would be slow',
  );
});
