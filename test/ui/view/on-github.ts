import type { Fact } from '../../../src/core/events.ts';
import type { Proof } from '../../../src/core/proofs.ts';
import type { GraphSpec } from '../../support/graphs.ts';
import { facts, laneActive } from './happened.ts';

/** Two lanes whose tasks are pull requests. */
export const ON_GITHUB: GraphSpec = {
  workstreams: [
    { id: 'api', parallel: true },
    { id: 'web', autoMerge: true },
  ],
  tasks: [
    { id: 'cart', ws: 'api' },
    { id: 'tests', ws: 'api' },
    { id: 'tax', ws: 'api' },
    { id: 'docs', ws: 'api' },
    { id: 'page', ws: 'web' },
  ],
};

const HEAD = '89abcdef0123456789abcdef0123456789abcdef';

export function pullRequestOf(number: number): string {
  return `https://github.com/acme/shop/pull/${number}`;
}

/** Proofs of a pull request that is what it must be, as far as they are known before its checks. */
export const PROVED: readonly Proof[] = [
  { proof: 'repository', holds: true, expected: 'acme/shop', found: 'acme/shop' },
  { proof: 'open', holds: true, expected: 'open', found: 'open' },
  { proof: 'head', holds: true, expected: HEAD, found: HEAD },
  { proof: 'base', holds: true, expected: 'agentrelay/shop/ws/api', found: 'agentrelay/shop/ws/api' },
  { proof: 'commits', holds: true, expected: null, found: '3' },
  { proof: 'mergeable', holds: true, expected: 'MERGEABLE', found: 'MERGEABLE' },
];

export const UNKNOWN: Proof = { proof: 'mergeable', holds: null, expected: 'MERGEABLE', found: 'UNKNOWN' };

export function checks(
  [passed, failed, pending]: readonly [number, number, number],
  { red = null, required = passed + failed + pending }: { red?: string | null; required?: number } = {},
): Proof {
  const holds = failed > 0 && required > 0 ? false : pending > 0 ? null : true;
  return { proof: 'checks', holds, expected: null, found: red, checks: { passed, failed, pending, required } };
}

/** A task that has signalled, and whose merge has begun; then what is proved of its pull request. */
export function merging(task: string, number: number, proofs: readonly Proof[]): Fact[] {
  const of = { task, attempt: 1 } as const;
  const pr = pullRequestOf(number);
  return [
    ...facts(task).working,
    { ...of, kind: 'task_signalled', outcome: 'done', commit: HEAD, commits_ahead: 3 },
    { ...of, kind: 'task_pr_created', pr, commit: HEAD },
    { ...of, kind: 'task_pr_merging', pr, commit: HEAD },
    ...proofs.map((proof): Fact => ({ ...of, kind: 'task_pr_proof', pr, ...proof })),
  ];
}

/** A lane whose pull request is open; then what is proved of it. */
export function offered(workstream: string, number: number, proofs: readonly Proof[]): Fact[] {
  const pr = pullRequestOf(number);
  const branch = `agentrelay/shop/ws/${workstream}`;
  return [
    { kind: 'workstream_merge_ready', workstream, commit: HEAD },
    { kind: 'workstream_pr_created', workstream, pr, branch, target: 'main', commit: HEAD },
    ...proofs.map((proof): Fact => ({ kind: 'workstream_pr_proof', workstream, pr, ...proof })),
  ];
}

/** Checks that are red, and back to the agent with them. */
export function backWithChecks(task: string, names: readonly string[]): Fact[] {
  const of = { task, attempt: 1 } as const;
  const checks = names.map((name) => ({ name, url: `https://ci.example/${name}` }));
  return [
    { ...of, kind: 'task_checks_failed', round: 1, of: 2, checks },
    { ...of, kind: 'task_sent_back', cause: 'checks', result: 'submitted' },
  ];
}

export const ACTIVE: readonly Fact[] = [laneActive('api'), laneActive('web')];

/** One of each thing that a merge can wait for. */
export const WAITING: readonly Fact[] = [
  ...ACTIVE,
  ...merging('cart', 41, [...PROVED, checks([5, 1, 2], { red: 'build' })]),
  ...merging('tests', 42, []),
  ...merging('tax', 43, [UNKNOWN]),
  ...merging('docs', 44, [...PROVED, checks([7, 1, 0], { red: 'lint' })]),
  ...backWithChecks('docs', ['lint']),
  ...facts('page').working,
  facts('page').completed,
  ...offered('web', 45, [checks([7, 0, 1])]),
  {
    kind: 'merge_queue_changed',
    target: 'agentrelay/shop/ws/api',
    entries: [{ task: 'cart' }, { task: 'tests' }, { task: 'tax' }],
  },
];
