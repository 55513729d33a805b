import { expect, test } from 'vitest';
import type { Fact } from '../../../../src/core/events.ts';
import type { Detail } from '../../../../src/ui/ports.ts';
import { panelScroll } from '../../../../src/ui/view/panel/panel.ts';
import { facts } from '../happened.ts';
import {
  ACTIVE,
  backWithChecks,
  checks,
  merging,
  ON_GITHUB,
  offered,
  PROVED,
  pullRequestOf,
  UNKNOWN,
  WAITING,
} from '../on-github.ts';
import { expectExact, HOSTILE, runOf, viewOf } from '../views.ts';
import { allOf, shown } from './facts.ts';

const NOTHING: Detail = { tab: 'evidence', commits: [], omitted: 0, summary: null };
const OF = { task: 'cart', attempt: 1 } as const;

function evidenceView(happened: readonly Fact[], task = 'cart') {
  const run = runOf(ON_GITHUB, [...ACTIVE, ...happened]);
  return viewOf(run, { cursor: `task:${task}`, tab: 'evidence', detail: { of: `${task}/evidence`, value: NOTHING } });
}

function evidence(happened: readonly Fact[], columns = 100): string[] {
  return shown(evidenceView(happened), columns);
}

test('each proof of a pull request with what was found, and all of it in one line first', () => {
  expect(evidence(merging('cart', 41, [...PROVED, checks([7, 0, 1])]))).toEqual([
    ' 3 commits · PR #41 head matches · checks 7/8, 1 running · 0 concerns',
    ' attempt 1  ● merging',
    ' ✔ branch        agentrelay/shop/1/cart from c0ffee00',
    ' ✔ commits       3 commits ahead of its base',
    ' ✔ signal        done at 89abcdef, 3 commits ahead',
    ' · gate          has not run',
    ' · conflicts     none',
    ' ✔ pull request  https://github.com/acme/shop/pull/41',
    ' ✔ repository    acme/shop',
    ' ✔ state         open',
    ' ✔ head          89abcdef',
    ' ✔ base          agentrelay/shop/ws/api',
    ' ✔ ahead         3 commits',
    ' ✔ mergeable     yes',
    ' ● checks        7/8, 1 running',
    ' · merge         not merged',
    ' · concerns      none',
  ]);
  expect(evidence(merging('cart', 41, [...PROVED, checks([7, 0, 1])]), 60).slice(0, 3)).toEqual([
    ' 3 commits · PR #41 head matches · checks 7/8, 1 running · 0',
    ' concerns',
    ' attempt 1  ● merging',
  ]);
});

test.each<[string, readonly Fact[], string, string]>([
  [
    'nothing is proved yet',
    merging('cart', 41, []),
    ' 3 commits · PR #41 · checks not known yet · 0 concerns',
    ' · proofs        not yet: all is proved before the merge',
  ],
  [
    'GitHub works it out',
    merging('cart', 41, [...PROVED.slice(0, 5), UNKNOWN]),
    ' 3 commits · PR #41 head matches · checks not known yet · 0 concerns',
    ' ● mergeable     GitHub works it out',
  ],
  [
    'another head',
    merging('cart', 41, [
      {
        ...{ proof: 'head', holds: false, expected: '89abcdef'.repeat(5) },
        found: `acme:other@${'01234567'.repeat(5)}`,
      },
    ]),
    ' 3 commits · PR #41 head is acme:other@01234567, not 89abcdef · checks not known yet · 0 concerns',
    ' ✖ head          acme:other@01234567, but must be 89abcdef',
  ],
  [
    'a draft',
    merging('cart', 41, [{ proof: 'open', holds: false, expected: 'open', found: 'draft' }]),
    ' 3 commits · PR #41 is a draft · checks not known yet · 0 concerns',
    ' ✖ state         a draft',
  ],
  [
    'a rule of the target',
    merging('cart', 41, [{ ...UNKNOWN, holds: false, found: 'BLOCKED: REVIEW_REQUIRED' }]),
    ' 3 commits · PR #41 not mergeable: a review is required · checks not known yet · 0 concerns',
    ' ✖ mergeable     a review is required',
  ],
  [
    'red checks',
    merging('cart', 41, [...PROVED, checks([7, 1, 0], { red: 'build' })]),
    ' 3 commits · PR #41 head matches · checks 7/8, 1 red: build · 0 concerns',
    ' ✖ checks        7/8, 1 red: build',
  ],
  [
    'no checks at all',
    merging('cart', 41, [...PROVED, checks([0, 0, 0])]),
    ' 3 commits · PR #41 head matches · checks none · 0 concerns',
    ' ✔ checks        none',
  ],
  [
    'checks that need not pass',
    merging('cart', 41, [...PROVED, checks([1, 1, 0], { required: 0 })]),
    ' 3 commits · PR #41 head matches · checks 1/2, 1 red, none required · 0 concerns',
    ' ✔ checks        1/2, 1 red, none required',
  ],
])('%s', (_, happened, first, line) => {
  const lines = evidence(happened);
  expect(lines[0]).toBe(first);
  expect(lines).toContain(line);
});

test('red checks lead to what they say, from their discovery until they are mended', () => {
  const [red, back] = backWithChecks('cart', ['build', 'lint']) as [Fact, Fact];
  const names = 'build https://ci.example/build, lint https://ci.example/lint';
  const before = merging('cart', 41, []);
  expect(evidence([...before, red])).toContain(` ✖ red checks    round 1: ${names}`);
  expect(evidence([...before, red, back])).toContain(` ! red checks    round 1: ${names}`);
  const green: Fact = { ...OF, kind: 'task_pr_proof', pr: pullRequestOf(41), ...checks([2, 0, 0]) };
  expect(evidence([...before, red, back, green])).toContain(` ✔ red checks    round 1, mended since: ${names}`);
  const words = allOf(panelScroll(evidenceView([...before, red]), 100)).flatMap((line) => line.words);
  expect(words.flatMap(({ link }) => link ?? [])).toEqual([
    pullRequestOf(41),
    pullRequestOf(41),
    'https://ci.example/build',
    'https://ci.example/lint',
  ]);
});

test('its place in the queue is shown while it waits there', () => {
  const queue = '   queue         agentrelay/shop/ws/api: cart now, then tests, tax';
  const run = runOf(ON_GITHUB, WAITING);
  const lines = (task: string) =>
    shown(
      viewOf(run, { cursor: `task:${task}`, tab: 'evidence', detail: { of: `${task}/evidence`, value: NOTHING } }),
      100,
    );
  expect(lines('tests')).toContain(queue);
  expect(lines('docs').join()).not.toContain('queue');
});

test('a gate that passed before the target was taken in says so', () => {
  const happened: Fact[] = [
    ...facts('cart').working,
    { ...OF, kind: 'task_signalled', outcome: 'done', commit: '11111111', commits_ahead: 1 },
    { ...OF, kind: 'task_gate_passed', round: 1, of: 5, commit: '11111111' },
    { ...OF, kind: 'task_pr_created', pr: pullRequestOf(41), commit: '11111111' },
    { ...OF, kind: 'task_branch_updated', target: 'agentrelay/shop/ws/api', commit: '22222222' },
  ];
  expect(evidence(happened)).toContain(' ! gate          round 1 passed at 11111111, before it was brought up to date');
});

test('a lane shows the same of its pull request, and who merges into it', () => {
  const run = runOf(ON_GITHUB, [
    ...WAITING,
    { kind: 'merge_queue_changed', target: 'main', entries: [{ workstream: 'api' }, { workstream: 'web' }] },
    {
      ...{ kind: 'workstream_held', workstream: 'web', reason: 'checks', details: ['build'] },
      merge_command: 'gh pr merge',
    },
  ]);
  expect(shown(viewOf(run, { cursor: 'lane:web' }), 100)).toEqual([
    ' lane web  ! held',
    '   tasks         1 task: 1 done',
    '   branch        agentrelay/shop/ws/web',
    '   from          main at c0ffee00 → main',
    '   commit        89abcdef',
    '   order         one task after the other',
    '   merge         by itself, when all is done',
    '   pull request  https://github.com/acme/shop/pull/45',
    ' ● checks        7/8, 1 running',
    '   queue         main: lane api now, then lane web',
    '   held          checks not green',
    '   to do         mend what is red or missing on https://github.com/acme/shop/pull/45',
    '   to merge it   gh pr merge',
  ]);
  expect(shown(viewOf(run, { cursor: 'lane:api' }), 100)).toContain(' merging  cart now, then tests, tax');
});

test.each([160, 100, 80, 60, 20])('%i columns: every line is exactly as wide, whatever GitHub says', (columns) => {
  const long = `${HOSTILE}${'界'.repeat(200)}`;
  const hostile = PROVED.map((proof) => ({ ...proof, holds: false, expected: long, found: long }));
  const happened = merging('cart', 41, [...hostile, checks([1, 2, 3], { red: `${long}, ${HOSTILE}` })]);
  const red: Fact = {
    ...{ ...OF, kind: 'task_checks_failed', round: 1, of: 2 },
    checks: [{ name: long, url: `https://ci.example/${HOSTILE}\x1b]8;;x\x07` }],
  };
  expectExact(allOf(panelScroll(evidenceView([...happened, red]), columns)), columns);
  const lane = runOf(ON_GITHUB, [...ACTIVE, ...offered('web', 45, hostile)]);
  expectExact(allOf(panelScroll(viewOf(lane, { cursor: 'lane:web' }), columns)), columns);
});
