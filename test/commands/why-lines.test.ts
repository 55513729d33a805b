import { expect, test } from 'vitest';
import { whyLines } from '../../src/commands/why-lines.ts';
import type { Proof } from '../../src/core/proofs.ts';
import type { Why, WhyReason } from '../../src/core/why.ts';

const AT = '2026-01-01T00:00:00.000Z';
const PR = 'https://github.com/a/b/pull/7';
const QUIET = { asks: null, nudged: false } as const;
const RED: Proof = {
  ...{ proof: 'checks', holds: false, expected: null, found: 'build' },
  checks: { passed: 7, failed: 1, pending: 0, required: 8 },
};
const OPTIONS = {
  graph: 'g',
  named: { graph: null, targetRepo: '.' },
  now: Date.parse(AT) + 61_500,
  evidence: null,
};

function lines(reason: WhyReason, more: Partial<Why> = {}): string[] {
  return whyLines({ task: 'a', status: 'pending', reason, chain: [], root: null, waiting: 0, ...more }, OPTIONS);
}

test.each<[WhyReason, string[]]>([
  [{ kind: 'dependency', task: 'b', status: 'failed', more: 2 }, ['a waits for b, which has failed, and for 2 more']],
  [{ kind: 'lane_not_merged', workstream: 'l', more: 0 }, ['a waits for lane l to be merged']],
  [{ kind: 'paused' }, ['a could start, but the run is paused', '  → agentrelay unpause']],
  [{ kind: 'stopping', cause: 'internal_error' }, ['a could start, but the run is being stopped (internal error)']],
  [
    { kind: 'stopping', cause: 'budget' },
    [
      'a could start, but the budget of the run is used up',
      '  → raise the budget in the graph file; then agentrelay run GRAPH, as it was started before, goes on with g',
    ],
  ],
  [
    { kind: 'failed', attempt: 1, code: 'run_budget_exceeded', error: 'raise it' },
    ['a failed in attempt 1: run_budget_exceeded: raise it'],
  ],
  [{ kind: 'lane_busy', workstream: 'l', task: 'b' }, ['a waits for its lane, l, in which b is running']],
  [{ kind: 'no_slot', running: ['b', 'c'] }, ['a waits for a free slot: 2 tasks running (b, c)']],
  [{ kind: 'about_to_start' }, ['a is about to start']],
  [{ kind: 'cancelled', by: 'person' }, ['a was called off by a person', '  → agentrelay retry a']],
  [
    { kind: 'cancelled', by: 'run' },
    ['a was cancelled with the run', '  → agentrelay run GRAPH, as it was started before, goes on with g'],
  ],
  [
    {
      kind: 'running',
      attempt: 2,
      step: 'wait',
      since: AT,
      agent: 's:%1',
      attention: 'waiting_input',
      parked_until: null,
      place: null,
      asks: { question: 'Which?', choices: ['One', 'Two'], since: AT },
      nudged: false,
      merge: null,
    },
    [
      'a is running: attempt 2, step wait, for 01:01.5, agent at s:%1 (waiting input); it asks: Which? (1 One, 2 Two)',
      '  → agentrelay answer a 1-2',
    ],
  ],
  [
    {
      kind: 'running',
      attempt: 1,
      step: 'prepare',
      since: AT,
      agent: null,
      attention: null,
      parked_until: null,
      place: null,
      ...QUIET,
      merge: null,
    },
    ['a is running: attempt 1, step prepare, for 01:01.5, no agent yet'],
  ],
  [
    {
      ...{
        kind: 'running',
        attempt: 1,
        step: 'merge',
        since: AT,
        agent: 's:%1',
        attention: null,
        parked_until: null,
        place: null,
      },
      ...QUIET,
      merge: { kind: 'proof', proof: { proof: 'mergeable', holds: null, expected: null, found: 'UNKNOWN' } },
    },
    [
      'a is running: attempt 1, step merge, for 01:01.5, agent at s:%1; its merge waits: mergeable? (GitHub works it out)',
    ],
  ],
  [{ kind: 'succeeded', commit: '0123456789abcdef', pr: 'p', at: AT }, [`a was merged at ${AT}, commit 01234567`]],
  [{ kind: 'succeeded', commit: null, pr: null, at: AT }, [`a was completed at ${AT}`]],
])('%j in words', (reason, words) => {
  expect(lines(reason)).toEqual(words);
});

test.each<[Partial<Extract<WhyReason, { kind: 'running' }>>, string, string[]]>([
  [{ attention: 'idle', nudged: true }, 'idle, though it was nudged', ['  → agentrelay send a TEXT']],
  [{ attention: 'login_required' }, 'login required', ['  → agentrelay attach a']],
  [{ attention: 'stalled' }, 'stalled', ['  → agentrelay attach a']],
  [{ attention: 'working' }, 'working', []],
  [{ attention: 'usage_limited', parked_until: 'noon' }, 'parked until noon', []],
])('an agent that is %j: %s', (agent, words, advice) => {
  const plain = {
    kind: 'running',
    attempt: 1,
    step: 'wait',
    since: AT,
    agent: 's:%1',
    parked_until: null,
    place: null,
  } as const;
  expect(lines({ ...plain, place: null, attention: null, ...QUIET, merge: null, ...agent })).toEqual([
    `a is running: attempt 1, step wait, for 01:01.5, agent at s:%1 (${words})`,
    ...advice,
  ]);
});

test.each<[WhyReason, string[]]>([
  [{ kind: 'lane_waits', task: 'b', status: 'pending', more: 0 }, ['waits for its task b, which has not started']],
  [
    { kind: 'lane_held', hold: 'auto_merge_off', pr: null, checks: null, mergeCommand: 'git merge x' },
    ['waits for a person to merge it (auto merge off)', '→ to merge it: git merge x'],
  ],
  [
    { kind: 'lane_held', hold: 'checks', pr: PR, checks: RED, mergeCommand: `gh pr merge ${PR}` },
    [
      'waits for a person to merge it (checks 7/8, 1 red: build)',
      `→ mend what is red or missing on ${PR}`,
      `→ to merge it: gh pr merge ${PR}`,
    ],
  ],
  [
    { kind: 'lane_held', hold: 'protected', pr: PR, checks: null, mergeCommand: null },
    [
      'waits for a person to merge it (target is protected)',
      `→ the target asks for more than checks, such as a review: see ${PR}`,
    ],
  ],
  [
    { kind: 'lane_held', hold: 'draft', pr: PR, checks: null, mergeCommand: null },
    ['waits for a person to merge it (still a draft)', `→ mark it ready: gh pr ready ${PR}`],
  ],
  [
    { kind: 'lane_held', hold: 'concerns', pr: null, checks: null, mergeCommand: 'git merge x' },
    ['waits for a person to merge it (concerns)', '→ read the concerns of its tasks', '→ to merge it: git merge x'],
  ],
  [{ kind: 'lane_merging', status: 'merge_ready', merge: null }, ['is complete and about to be merged']],
  [
    { kind: 'lane_merging', status: 'pr_created', merge: { kind: 'queue', target: 'main', place: 3 } },
    ['is complete; its merge waits: 3rd in the queue for main'],
  ],
  [{ kind: 'lane_failed', code: 'c', error: 'e', root: { workstream: 'l' } }, ['failed: c: e']],
])('%j of a lane', (reason, [words = '', ...todo]) => {
  const chain = [{ subject: { workstream: 'l' }, reason }];
  const { 1: second, ...rest } = lines({ kind: 'lane_not_merged', workstream: 'l', more: 0 }, { chain });
  expect(second).toBe(`  lane l ${words}`);
  expect(Object.values(rest).slice(1)).toEqual(todo.map((line) => `  ${line}`));
});

test('of a long chain the beginning and the end are shown', () => {
  const chain = Array.from({ length: 40 }, (_, at) => ({
    subject: { task: `t${at}` },
    reason: { kind: 'about_to_start' } as const,
  }));
  const shown = lines({ kind: 'dependency', task: 't0', status: 'pending', more: 0 }, { chain, waiting: 3 });
  expect(shown.slice(6, 9)).toEqual(['  t5 is about to start', '  … 30 more …', '  t36 is about to start']);
  expect(shown.slice(-2)).toEqual(['  t39 is about to start', '3 unfinished tasks wait for it']);
});

test('a command that it names is about the run that was named', () => {
  const why = { task: 'a', status: 'pending', reason: { kind: 'paused' }, chain: [], root: null, waiting: 0 } as const;
  const named = { graph: 'g', targetRepo: '/my repo' };
  expect(whyLines(why, { ...OPTIONS, named }).at(-1)).toBe("  → agentrelay unpause -G g -t '/my repo'");
});
