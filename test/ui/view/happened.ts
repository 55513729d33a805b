import type { PlaceStatus } from '../../../src/core/agent-events.ts';
import type { Fact, RetryChange } from '../../../src/core/events.ts';

/** Facts about attempt `attempt` of a task, in few words. */
export function facts(task: string, attempt = 1) {
  const of = { task, attempt } as const;
  const begun: Fact[] = [
    { kind: 'task_started', ...of, token_hash: 'x' },
    {
      kind: 'task_prepared',
      ...of,
      branch: `agentrelay/shop/1/${task}`,
      base_commit: 'c0ffee00c0ffee00',
      worktree: `/repo/.worktrees/${task}`,
      signal_dir: '/signals',
    },
    { kind: 'task_launched', ...of, agent: `agentrelay:${task}` },
  ];
  const working: Fact[] = [...begun, { kind: 'task_waiting', ...of }];
  return {
    started: begun.slice(0, 1),
    prepared: begun.slice(0, 2),
    launched: begun,
    working,
    idle: { kind: 'agent_idle', ...of } as Fact,
    nudged: { kind: 'task_nudged', ...of, result: 'submitted', missing: ['no commits'] } as Fact,
    parked: (until: string): Fact => ({ kind: 'task_parked', ...of, until }),
    unparked: { kind: 'task_unparked', ...of, cause: 'time' } as Fact,
    setUp: { kind: 'task_command_started', ...of, phase: 'setup', number: 1, of: 2, command: 'npm ci' } as Fact,
    placed: (state: PlaceStatus, reason: string | null = null): Fact => ({
      kind: 'task_place_changed',
      ...of,
      state,
      reason,
    }),
    stalled: { kind: 'agent_stalled', ...of } as Fact,
    limited: { kind: 'agent_usage_limited', ...of, until: null } as Fact,
    goesOn: { kind: 'agent_working', ...of } as Fact,
    asks: (question: string | null, choices: readonly string[] = []): Fact => ({
      kind: 'agent_waiting_input',
      ...of,
      question,
      choices,
    }),
    gate: { kind: 'task_gate_started', ...of, round: 2, of: 5 } as Fact,
    gateFailed: { kind: 'task_gate_failed', ...of, round: 2, of: 5, exit_code: 1, output: '/out' } as Fact,
    sentBack: { kind: 'task_sent_back', ...of, cause: 'gate', result: 'submitted' } as Fact,
    handedOver: (pr: string): Fact => ({ kind: 'task_pr_created', ...of, pr, commit: 'feedbeef00' }),
    merging: { kind: 'task_pr_merging', ...of, pr: 'local:x', commit: null } as Fact,
    conflict: (files: readonly string[]): Fact => ({ kind: 'task_merge_conflict', ...of, round: 1, of: 2, files }),
    merged: (pr = 'local:x'): Fact => ({
      kind: 'task_succeeded',
      ...of,
      status: 'pr_merged',
      pr,
      commit: 'feedbeef00',
    }),
    completed: { kind: 'task_succeeded', ...of, status: 'completed', pr: null, commit: null } as Fact,
    failed: (error: string, code = 'agent_failed'): Fact => ({
      kind: 'task_failed',
      ...of,
      code,
      error,
      failure_class: 'expected_task_failure',
    }),
    cancelled: (by: 'person' | 'run' = 'person'): Fact => ({ kind: 'task_cancelled', ...of, by }),
    concern: { kind: 'task_concerned', ...of, source: 'agent', message: 'look here' } as Fact,
    tornDown: { kind: 'task_torn_down', ...of } as Fact,
    retrying: (change: RetryChange | null = null): Fact => ({ kind: 'task_retrying', ...of, of: 3, change }),
  };
}

export function laneActive(workstream: string): Fact {
  return {
    kind: 'workstream_active',
    workstream,
    branch: `agentrelay/shop/ws/${workstream}`,
    base_commit: 'c0ffee00c0ffee00',
  };
}

export function blocked(task: string, root: string): Fact {
  return { kind: 'task_blocked', task, root: { task: root } };
}
