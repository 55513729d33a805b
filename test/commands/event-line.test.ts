import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { eventLine, subjectWidth } from '../../src/commands/event-line.ts';
import type { Fact, RunEvent } from '../../src/core/events.ts';
import type { CheckCounts, Proof, ProofName } from '../../src/core/proofs.ts';
import { clock } from '../../src/ui/wording/clock.ts';

const START = Date.parse('2026-01-01T00:00:00.000Z');
const COMMIT = '0123456789abcdef0123456789abcdef01234567';
const OF = { task: 'build', attempt: 1 } as const;
const LANE = { workstream: 'api' } as const;

const PR = 'https://github.com/a/b/pull/7';
/** Where the test runs. */
const NOON = new Date(2026, 0, 1, 12, 5).toISOString();

function proof(name: ProofName, holds: boolean | null, expected: string | null, found: string | null): Proof {
  return { proof: name, holds, expected, found };
}

function counts(passed: number, failed: number, pending: number): CheckCounts {
  return { passed, failed, pending, required: passed + failed + pending };
}

function line(fact: Fact, colour = false): string {
  const event: RunEvent = { v: 1, seq: 1, at: '2026-01-01T00:01:02.345Z', ...fact };
  return eventLine(event, { width: 8, colour, start: START });
}

const LINES: readonly (readonly [Fact, string])[] = [
  [{ ...OF, kind: 'task_started', token_hash: 'x' }, 'build     started'],
  [{ ...OF, attempt: 2, kind: 'task_started', token_hash: 'x' }, 'build     started         attempt 2'],
  [
    { ...OF, kind: 'task_signalled', outcome: 'done', commit: COMMIT, commits_ahead: 2 },
    'build     done            2 commits at 01234567',
  ],
  [{ ...OF, kind: 'task_signalled', outcome: 'failed', commit: null, commits_ahead: null }, 'build     gave up'],
  [
    { ...OF, kind: 'task_pr_created', pr: `local:agentrelay/g/build@${COMMIT}`, commit: COMMIT },
    'build     handed over     agentrelay/g/build @ 01234567',
  ],
  [
    { ...OF, kind: 'task_pr_created', pr: 'https://github.com/a/b/pull/7', commit: COMMIT },
    'build     pull request    https://github.com/a/b/pull/7',
  ],
  [
    {
      ...OF,
      kind: 'task_gate_failed',
      round: 1,
      of: 3,
      exit_code: 1,
      output: '/r/signals/.workflow/g/runs/1/signals/build/attempt-1/gate_last_output.txt',
    },
    'build     gate failed     round 1 of 3, exit 1; output: signals/build/attempt-1/gate_last_output.txt',
  ],
  [
    { ...OF, kind: 'task_failed', code: 'agent_failed', error: 'it is too hard', failure_class: null },
    'build     failed          it is too hard',
  ],
  [
    { ...OF, kind: 'task_failed', code: 'timeout', error: 'took 5 s', failure_class: 'expected_task_failure' },
    'build     failed          timeout: took 5 s',
  ],
  [
    { ...OF, kind: 'task_succeeded', status: 'pr_merged', pr: 'x', commit: COMMIT },
    'build     merged          01234567',
  ],
  [{ ...OF, kind: 'task_retrying', of: 3 }, 'build     retrying        attempt 2 of 3'],
  [{ ...OF, kind: 'agent_working' }, 'build     working'],
  [{ ...OF, kind: 'agent_idle' }, 'build     idle'],
  [
    { ...OF, kind: 'agent_waiting_permission', question: 'npm i?\u001b[2J', choices: ['Yes', 'No'] },
    'build     asks            npm i? [2J (1 Yes, 2 No)',
  ],
  [{ ...OF, kind: 'agent_waiting_permission' }, 'build     asks            for permission'],
  [{ ...OF, kind: 'agent_trust_prompt', question: null }, 'build     asks            trust prompt'],
  [
    { ...OF, kind: 'agent_usage_limited', until: '2026-01-01T05:00:00.000Z' },
    'build     usage limited   until 2026-01-01T05:00:00.000Z',
  ],
  [
    { ...OF, kind: 'task_teardown_undone', branch: 'agentrelay/g/build', commit: COMMIT, worktree: null },
    'build     brought back    agentrelay/g/build at 01234567',
  ],
  [{ kind: 'task_blocked', task: 'build', root: { workstream: 'web' } }, 'build     blocked         by lane web'],
  [
    { ...LANE, kind: 'workstream_pr_created', pr: `local:b@${COMMIT}`, branch: 'b', target: 'main', commit: COMMIT },
    'lane api  handed over     b into main',
  ],
  [
    {
      ...LANE,
      kind: 'workstream_held',
      reason: 'concerns',
      details: ['a: why: so', 'a: again', 'b: no'],
      merge_command: 'git merge b',
    },
    'lane api  held            concerns of a, b: git merge b',
  ],
  [
    { ...LANE, kind: 'workstream_held', reason: 'auto_merge_off', details: [], merge_command: 'git merge b' },
    'lane api  held            auto merge off: git merge b',
  ],
  [
    { ...LANE, kind: 'workstream_held', reason: 'conflict', details: ['x.ts'], merge_command: 'git merge b' },
    'lane api  held            conflict (x.ts): git merge b',
  ],
  [
    { ...LANE, kind: 'workstream_merged', commit: COMMIT, by: 'person' },
    'lane api  merged          01234567 by a person',
  ],
  [
    { ...LANE, kind: 'workstream_held', reason: 'checks', details: ['build'], merge_command: `gh pr merge ${PR}` },
    `lane api  held            checks not green (build): gh pr merge ${PR}`,
  ],
  [
    { ...LANE, kind: 'workstream_held', reason: 'protected', details: [], merge_command: `gh pr merge ${PR}` },
    `lane api  held            target is protected: gh pr merge ${PR}`,
  ],
  [
    { ...LANE, kind: 'workstream_pr_proof', pr: PR, ...proof('base', false, 'main', 'next') },
    'lane api  not proved      PR #7: base is next, not main',
  ],
  [
    { ...OF, kind: 'task_merge_queued', target: 'agentrelay/g/ws/api', position: 2 },
    'build     queued          3rd in the queue for agentrelay/g/ws/api',
  ],
  [
    { ...OF, kind: 'task_pr_proof', pr: PR, ...proof('head', true, COMMIT, COMMIT) },
    'build     proved          PR #7: head matches (01234567)',
  ],
  [
    { ...OF, kind: 'task_pr_proof', pr: PR, ...proof('mergeable', null, 'MERGEABLE', 'UNKNOWN') },
    'build     not known yet   PR #7: mergeable? (GitHub works it out)',
  ],
  [
    { ...OF, kind: 'task_pr_proof', pr: PR, ...proof('checks', null, null, null), checks: counts(5, 0, 3) },
    'build     not known yet   PR #7: checks 5/8, 3 running',
  ],
  [
    { ...OF, kind: 'task_checks_failed', round: 1, of: 2, checks: [{ name: 'build', url: 'https://ci.example/1' }] },
    'build     checks red      round 1 of 2: build https://ci.example/1',
  ],
  [
    { ...OF, kind: 'task_checks_failed', round: 3, of: 2, checks: [{ name: 'build\u001b[2J\n\u0007', url: null }] },
    'build     checks red      still, after 2 of 2 fixes: build [2J',
  ],
  [
    { ...OF, kind: 'task_sent_back', cause: 'checks', result: 'submitted' },
    'build     sent back       to the agent: checks',
  ],
  [
    { ...OF, kind: 'task_branch_updated', target: 'agentrelay/g/ws/api', commit: COMMIT },
    'build     up to date      took in agentrelay/g/ws/api, now at 01234567',
  ],
  [
    { kind: 'merge_queue_changed', target: 'main', entries: [{ task: 'a' }, { task: 'b' }, { workstream: 'api' }] },
    'run       merge queue     main: a now, then b, lane api',
  ],
  [{ kind: 'merge_queue_changed', target: 'main', entries: [] }, 'run       merge queue     main: nobody waits'],
  [
    {
      ...{ kind: 'api_budget', requests: 1, spent: 12, limit: 5_000, remaining: 4_988 },
      ...{ reset_at: NOON, interval: 20_000 },
    },
    'run       GitHub budget   4988 of 5000 left until 12:05; 12 points spent in 1 request, one every 20 s',
  ],
  [
    {
      ...{ kind: 'budget_reached', scope: 'run', task: null, budget: 'cost_usd' },
      ...{ percent: 80, spent: 4.1, limit: 5 },
    },
    'run       budget          80 % of the budget: $4.10 of $5.00',
  ],
  [
    {
      ...{ kind: 'budget_reached', scope: 'task', task: 'build', budget: 'tokens' },
      ...{ percent: 100, spent: 1_001, limit: 1_000 },
    },
    'build     budget          its budget is used up: 1,001 of 1,000 tokens',
  ],
  [
    { kind: 'api_limited', limit: 'primary', until: NOON },
    "run       GitHub limit    the hour's budget is spent: it answers nothing before 12:05:00",
  ],
  [
    { kind: 'api_limited', limit: 'secondary', until: NOON },
    'run       GitHub limit    too much at once: it answers nothing before 12:05:00',
  ],
  [
    { kind: 'run_finished', outcome: 'waiting_for_person', waiting_for: ['api'] },
    'run       finished        waiting for person: lanes api',
  ],
];

test.each(LINES)('%o', (fact, expected) => {
  expect(line(fact)).toBe(`01:02.3  ${expected}`);
});

test('what an agent writes stays on one line and cannot steer the terminal', () => {
  const message = 'first\nsecond\u001b[2J\rthird\u0007';
  expect(line({ ...OF, kind: 'task_concerned', source: 'agent', message })).toBe(
    '01:02.3  build     concern         first second [2J third',
  );
});

test('with colours a step in between is dim from end to end, and one that matters is not', () => {
  for (const [fact, expected] of LINES) expect(stripVTControlCharacters(line(fact, true))).toBe(`01:02.3  ${expected}`);
  const dim = (text: string) => `\u001b[2m${text}\u001b[22m`;
  expect(line({ ...OF, kind: 'task_launched', agent: 's:%1' }, true)).toBe(
    `${dim('01:02.3')}  ${dim('build   ')}  ${dim('launched')}        ${dim('s:%1')}`,
  );
  expect(line({ ...OF, kind: 'task_succeeded', status: 'pr_merged', pr: 'x', commit: COMMIT }, true)).toBe(
    `${dim('01:02.3')}  build     \u001b[32mmerged\u001b[39m          01234567`,
  );
});

test('subjects are as wide as the widest name, up to a limit', () => {
  expect(subjectWidth({ tasks: [{ id: 'a' }], workstreams: [] })).toBe('run'.length);
  expect(subjectWidth({ tasks: [{ id: 'build' }], workstreams: [{ id: 'default' }] })).toBe('lane default'.length);
  expect(subjectWidth({ tasks: [{ id: 'x'.repeat(64) }], workstreams: [] })).toBe(40);
});

test('the clock never runs backwards and goes past an hour', () => {
  expect(clock(-5)).toBe('00:00.0');
  expect(clock(59_999)).toBe('00:59.9');
  expect(clock(3_661_000)).toBe('61:01.0');
});
