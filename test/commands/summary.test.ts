import { stripVTControlCharacters } from 'node:util';
import { expect, test } from 'vitest';
import { awaitedWords } from '../../src/commands/need-lines.ts';
import { summary } from '../../src/commands/summary.ts';
import type { Fact, RunEvent } from '../../src/core/events.ts';
import type { RunOutcome } from '../../src/core/lifecycle.ts';
import { replay } from '../../src/core/reduce.ts';
import { usageFact } from '../support/usage.ts';

const COMMIT = '0123456789abcdef0123456789abcdef01234567';

const PULL = 'https://github.com/a/b/pull/41';

/** A journal in which each fact comes half a second after the one before. */
function journal(facts: readonly Fact[]): RunEvent[] {
  const at = (i: number) => new Date(Date.parse('2026-01-01T00:00:00.000Z') + i * 500).toISOString();
  return facts.map((fact, i) => ({ v: 1, seq: i + 1, at: at(i), ...fact }));
}

function started(tasks: readonly (readonly [id: string, lane: string])[], lanes: readonly string[]): Fact {
  return {
    kind: 'run_started',
    run: 1,
    graph: 'g',
    digest: 'd',
    tasks: tasks.map(([id, workstream]) => ({
      id,
      workstream,
      role: 'generic',
      framework: 'command',
      dependencies: [],
    })),
    workstreams: lanes.map((id) => ({
      ...{ id, parent: null, base: 'main', target: 'main' },
      ...{ auto_merge: true, parallel: false },
    })),
  };
}

function active(workstream: string): Fact {
  return { kind: 'workstream_active', workstream, branch: `agentrelay/g/ws/${workstream}`, base_commit: COMMIT };
}

function begun(task: string, attempt: number): Fact[] {
  const branch = `agentrelay/g/${task}`;
  return [
    { kind: 'task_started', task, attempt, token_hash: 'x' },
    { kind: 'task_prepared', task, attempt, branch, base_commit: COMMIT, worktree: '/w', signal_dir: '/s' },
    { kind: 'task_launched', task, attempt, agent: 's:%1' },
    { kind: 'task_waiting', task, attempt },
  ];
}

function failed(task: string, attempt: number, error: string): Fact[] {
  return [
    ...begun(task, attempt),
    { kind: 'task_signalled', task, attempt, outcome: 'failed', commit: null, commits_ahead: null },
    { kind: 'task_failed', task, attempt, code: 'agent_failed', error, failure_class: null },
  ];
}

function merged(task: string, attempt: number, concern: string | null = null): Fact[] {
  const of = { task, attempt };
  const pr = `local:agentrelay/g/${task}@${COMMIT}`;
  return [
    ...begun(task, attempt),
    ...(concern === null ? [] : [{ kind: 'task_concerned', ...of, source: 'agent', message: concern } as const]),
    { kind: 'task_signalled', ...of, outcome: 'done', commit: COMMIT, commits_ahead: 1 },
    { kind: 'task_pr_created', ...of, pr, commit: COMMIT },
    { kind: 'task_pr_merging', ...of, pr, commit: COMMIT },
    { kind: 'task_succeeded', ...of, status: 'pr_merged', pr, commit: COMMIT },
  ];
}

const HELD: Fact[] = [
  { kind: 'workstream_merge_ready', workstream: 'api', commit: COMMIT },
  {
    ...{ kind: 'workstream_pr_created', workstream: 'api', pr: `local:b@${COMMIT}` },
    ...{ branch: 'b', target: 'main', commit: COMMIT },
  },
  {
    ...{ kind: 'workstream_held', workstream: 'api', reason: 'concerns', details: ['build: is this right?'] },
    merge_command: 'git merge agentrelay/g/ws/api',
  },
];

const MIXED = journal([
  started(
    [
      ['build', 'api'],
      ['docs', 'web'],
      ['publish', 'web'],
    ],
    ['api', 'web'],
  ),
  active('api'),
  active('web'),
  ...failed('build', 1, 'too hard,\nby far'),
  { kind: 'task_retrying', task: 'build', attempt: 1, of: 2 },
  ...merged('build', 2, 'is this right?'),
  ...HELD,
  ...failed('docs', 1, 'no words'),
  { kind: 'task_blocked', task: 'publish', root: { task: 'docs' } },
  {
    ...{ kind: 'workstream_failed', workstream: 'web', code: 'task_failed' },
    ...{ error: 'not every task of the workstream can succeed: task docs', root: { task: 'docs' } },
  },
  { kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: [] },
]);

const TEXT = [
  '',
  'task     lane  status   attempts  time     branch or PR                   concerns',
  'build    api   merged   2         00:06.5  agentrelay/g/build @ 01234567  1',
  'docs     web   failed   1         00:02.5  agentrelay/g/docs',
  'publish  web   blocked  0',
  '',
  'lanes',
  '  api  held: concerns  agentrelay/g/ws/api -> main',
  '    read the concerns of its tasks',
  '    to merge it: git merge agentrelay/g/ws/api',
  '  web  failed          not every task of the workstream can succeed: task docs',
  '',
  'concerns',
  '  build: is this right?',
  '',
  'errors',
  '  build, attempt 1: too hard, by far',
  '  docs, attempt 1: no words',
  '  publish: blocked by docs',
  '',
  'completed with failures: 1 of 3 tasks in 00:15.0',
  '  → agentrelay why docs -G g tells more, agentrelay retry docs -G g tries it again',
];

test('tells tasks, lanes, concerns and errors in aligned columns', () => {
  expect(summary(replay(MIXED), false)).toEqual(TEXT);
});

test('colours change no column', () => {
  const lines = summary(replay(MIXED), true);
  expect(lines.map(stripVTControlCharacters)).toEqual(TEXT);
  expect(lines[2]).toContain('\u001b[32mmerged\u001b[39m ');
  expect(lines[3]).toContain('\u001b[31mfailed\u001b[39m ');
});

test('a run without trouble has no section for it', () => {
  const events = journal([
    started([['build', 'api']], ['api']),
    active('api'),
    ...merged('build', 1),
    { kind: 'workstream_merge_ready', workstream: 'api', commit: COMMIT },
    { kind: 'workstream_merged', workstream: 'api', commit: COMMIT, by: 'nothing_to_merge' },
    { kind: 'run_finished', outcome: 'succeeded', waiting_for: [] },
  ]);
  const lines = summary(replay(events), false);
  expect(lines.filter((line) => /^\S+$/.test(line))).toEqual(['lanes']);
  expect(lines.at(-1)).toBe('succeeded: 1 of 1 task in 00:06.0');
});

test('a run that is not over says so', () => {
  const lines = summary(replay(journal([started([['build', 'api']], ['api']), active('api')])), false);
  expect(lines.at(-1)).toBe('not finished: 0 of 1 task done');
});

test('what is at work is counted until now', () => {
  const events = journal([started([['build', 'api']], ['api']), active('api'), ...begun('build', 1)]);
  const state = replay(events);
  const since = Date.parse(events.find(({ kind }) => kind === 'task_started')?.at ?? '');
  const row = (now: number | null) => summary(state, false, now).find((line) => line.startsWith('build'));
  expect(row(since + 61_500)).toContain('01:01.5');
  expect(row(null)).toContain('00:00.0');
});

test('a merge that has begun says what it waits for, and GitHub what is left of its budget', () => {
  const of = { task: 'build', attempt: 1 };
  const pr = 'https://github.com/a/b/pull/7';
  const reset = new Date(2026, 0, 2, 14, 5);
  const events = journal([
    started([['build', 'api']], ['api']),
    active('api'),
    ...begun('build', 1),
    { kind: 'task_signalled', ...of, outcome: 'done', commit: COMMIT, commits_ahead: 1 },
    { kind: 'task_pr_created', ...of, pr, commit: COMMIT },
    { kind: 'task_pr_merging', ...of, pr, commit: COMMIT },
    {
      ...{ kind: 'task_pr_proof', ...of, pr, proof: 'checks', holds: null, expected: null, found: null },
      checks: { passed: 5, failed: 0, pending: 3, required: 8 },
    },
    {
      ...{ kind: 'api_budget', requests: 9, spent: 9, limit: 5_000, remaining: 312 },
      ...{ reset_at: reset.toISOString(), interval: 3_000 },
    },
  ]);
  const lines = summary(replay(events), false, reset.getTime() - 1);
  expect(lines.find((line) => line.startsWith('build'))).toContain(`merging  1         `);
  expect(lines.slice(lines.indexOf('waiting'), lines.indexOf('waiting') + 2)).toEqual([
    'waiting',
    '  build: checks 5/8, 3 running',
  ]);
  expect(lines.at(-1)).toBe('GitHub: 312 of 5000 left, resets 14:05');
});

test.each([
  ['checks', `mend what is red or missing on ${PULL}`],
  ['protected', `the target asks for more than checks, such as a review: see ${PULL}`],
  ['draft', `mark it ready: gh pr ready ${PULL}`],
] as const)('a lane that is held says what to do first: %s', (reason, advice) => {
  const events = journal([
    started([['build', 'api']], ['api']),
    active('api'),
    ...merged('build', 1),
    { kind: 'workstream_merge_ready', workstream: 'api', commit: COMMIT },
    {
      ...{ kind: 'workstream_pr_created', workstream: 'api', pr: PULL, branch: 'b' },
      ...{ target: 'main', commit: COMMIT },
    },
    { kind: 'workstream_held', workstream: 'api', reason, details: [], merge_command: `gh pr merge ${PULL}` },
  ]);
  const lines = summary(replay(events), false);
  const at = lines.indexOf(`    ${advice}`);
  expect(lines[at + 1]).toBe(`    to merge it: gh pr merge ${PULL}`);
});

test('what was used has columns and a sum only where somebody told, and a budget that nears its end is named', () => {
  const bounds = { max_cost_usd: 5, max_tokens: null, timeout: null };
  const events = journal([
    {
      ...started(
        [
          ['build', 'api'],
          ['docs', 'web'],
        ],
        ['api', 'web'],
      ),
      budget: bounds,
    } as Fact,
    ...begun('build', 1),
    usageFact({ task: 'build' }, 4.1, 82_000),
    { kind: 'budget_reached', scope: 'run', task: null, budget: 'cost_usd', percent: 80, spent: 4.1, limit: 5 },
    { kind: 'budget_reached', scope: 'task', task: 'build', budget: 'cost_usd', percent: 80, spent: 4.1, limit: 5 },
    ...begun('docs', 1),
  ]);
  const lines = summary(replay(events), false);
  expect(lines[1]).toBe('task   lane  status   attempts  time     cost   tokens  branch or PR        concerns');
  expect(lines[2]).toBe('build  api   running  1         00:00.0  $4.10  82k     agentrelay/g/build');
  expect(lines[3]).toBe('docs   web   running  1         00:00.0                 agentrelay/g/docs');
  const at = lines.indexOf('budgets');
  expect(lines.slice(at, at + 3)).toEqual([
    'budgets',
    '  run: 80 % of the budget: $4.10 of $5.00',
    '  build: 80 % of its budget: $4.10 of $5.00',
  ]);
  expect(lines.at(-1)).toBe('used: $4.10 of $5.00, 82k tokens; 1 attempt did not tell what it used');
});

test('tokens without a price have no column for one', () => {
  const events = journal([
    started([['build', 'api']], ['api']),
    ...begun('build', 1),
    usageFact({ task: 'build' }, null, 9),
  ]);
  const [, head = ''] = summary(replay(events), false);
  expect(head.split(/ {2,}/)).toEqual([
    'task',
    'lane',
    'status',
    'attempts',
    'time',
    'tokens',
    'branch or PR',
    'concerns',
  ]);
});

test('a run that its budget has ended says what to raise', () => {
  const events = journal([
    started([['build', 'api']], ['api']),
    { kind: 'budget_reached', scope: 'run', task: null, budget: 'tokens', percent: 100, spent: 9, limit: 5 },
    { kind: 'run_stopping', reason: 'budget', running: [] },
    { kind: 'run_finished', outcome: 'completed_with_failures', waiting_for: [] },
  ]);
  expect(summary(replay(events), false).at(-1)).toBe(
    '  → the budget of the run is used up: raise budget.max_tokens in the graph file, and agentrelay run goes on with it',
  );
});

test('a run that is paused says how it goes on', () => {
  const events = journal([started([['build', 'api']], ['api']), { kind: 'run_paused' }]);
  expect(summary(replay(events), false).at(-1)).toBe('paused: nothing more is started until agentrelay unpause -G g');
});

const AGAIN = 'agentrelay run GRAPH, as it was started before, goes on';

test.each<[RunOutcome, readonly string[], readonly string[]]>([
  ['waiting_for_person', ['api'], [`  → once lane api is merged, ${AGAIN}; with --wait 1h it waits for that`]],
  [
    'waiting_for_person',
    ['api', 'b'],
    [`  → once lanes api, b are merged, ${AGAIN}; with --wait 1h it waits for that`],
  ],
  ['waiting_for_person', [], []],
  ['cancelled', [], [`  → ${AGAIN} with it`]],
  ['completed_with_failures', [], []],
  ['succeeded', [], []],
])('what comes after a run that is %s, for %j', (outcome, waiting_for, expected) => {
  const state = replay(journal([started([['a', 'api']], ['api']), { kind: 'run_finished', outcome, waiting_for }]));
  const lines = summary(state, false);
  expect(lines.slice(lines.findIndex((line) => line.startsWith(outcome.replaceAll('_', ' '))) + 1)).toEqual(expected);
});

test('what agents wait for is told, with the command that helps each on', () => {
  const of = (task: string) => ({ task, attempt: 1 }) as const;
  const facts: Fact[] = [
    started(
      ['may', 'which', 'idle', 'key', 'rest', 'slow', 'wait'].map((id) => [id, 'api'] as const),
      ['api'],
    ),
    active('api'),
    ...['may', 'which', 'idle', 'key', 'rest', 'slow', 'wait'].flatMap((id) => begun(id, 1)),
    { kind: 'agent_waiting_permission', ...of('may'), question: 'rm -rf x?', choices: ['Yes', 'No'] },
    { kind: 'agent_waiting_input', ...of('which'), question: 'Which?' },
    { kind: 'task_nudged', ...of('idle'), result: 'submitted', missing: ['no commits'] },
    { kind: 'agent_idle', ...of('idle') },
    { kind: 'agent_login_required', ...of('key') },
    { kind: 'task_parked', ...of('rest'), until: 'noon' },
    { kind: 'agent_stalled', ...of('slow') },
    { kind: 'task_place_changed', ...of('wait'), state: 'queued', reason: 'Priority' },
  ];
  const lines = summary(replay(journal(facts)), false, null);
  const status = (task: string) => lines.find((line) => line.startsWith(task))?.split(/ {2,}/)[2];
  expect(['may', 'which', 'idle', 'key', 'rest', 'slow', 'wait'].map(status)).toEqual([
    ...['needs you', 'needs you', 'needs you', 'needs you', 'parked', 'stalled', 'queued'],
  ]);
  expect(awaitedWords(replay(journal(facts)), ['slow', 'rest'])).toBe(
    'slow, rest (parked until noon; SIGTERM leaves it)',
  );
  expect(lines.slice(lines.indexOf('needs you'), lines.indexOf('waiting') + 3)).toEqual([
    'needs you',
    '  may: rm -rf x? (1 Yes, 2 No)',
    '    → agentrelay answer may allow/deny -G g',
    '  which: Which?',
    '    → agentrelay answer which TEXT -G g',
    '  idle: idle, though it was nudged',
    '    → agentrelay send idle TEXT -G g',
    '  key: login required',
    '    → agentrelay attach key -G g',
    '',
    'waiting',
    '  rest: usage limited until noon, its slot is free',
    '  wait: queued: Priority',
  ]);
});
