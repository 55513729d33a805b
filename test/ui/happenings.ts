import type { Fact, RunEvent, TaskOutline, WorkstreamOutline } from '../../src/core/events.ts';
import { isActive } from '../../src/core/lifecycle.ts';
import { reduce } from '../../src/core/reduce.ts';
import { currentAttempt, type RunState, type TaskState, type WorkstreamState } from '../../src/core/run-state.ts';
import { usageFact } from '../support/usage.ts';
import { anyProof, forgeFact, pullRequestFact } from './forge-happenings.ts';

/** What agents and graphs may say; each has something of its own. */
export interface Said {
  readonly text: (pick: number) => string;
}

const PLAIN: Said = { text: (pick) => `thing ${pick % 100} of many` };

/** When the events of happenings begin; each is a second after the one before. */
export const BEGIN = Date.parse('2026-01-01T00:00:00.000Z');

/** A run of `count` tasks in lanes of about seven, before anything has happened. */
export function newRun(state: RunState, count: number): RunEvent {
  const lanes = Math.max(1, Math.ceil(count / 7));
  return apply(state, {
    kind: 'run_started',
    run: 3,
    graph: 'checkout-api',
    digest: 'digest',
    tasks: Array.from({ length: count }, (_, at) => outlineOf(at, lanes)),
    workstreams: Array.from({ length: lanes }, (_, at) => laneOf(at)),
    max_task_attempts: 2,
  });
}

const NAMES = ['spec', 'impl_cart', 'tests', 'a_very_long_name_of_a_task_that_goes_on_and_on', 'x', 'docs'];

function outlineOf(at: number, lanes: number): TaskOutline {
  const lane = at % lanes;
  return {
    id: `${NAMES[at % NAMES.length]}_${at}`,
    workstream: `lane${lane}`,
    role: ['generic', 'implementer', 'spec_writer'][at % 3] ?? '',
    framework: ['command', 'claude_code'][at % 2] ?? '',
    dependencies: at >= lanes ? [`${NAMES[(at - lanes) % NAMES.length]}_${at - lanes}`] : [],
  };
}

function laneOf(at: number): WorkstreamOutline {
  const parent = at % 3 === 2 ? `lane${at - 1}` : null;
  return { id: `lane${at}`, parent, base: 'main', target: 'main', auto_merge: at % 2 === 0, parallel: at % 2 === 1 };
}

/** Something that may happen now, as `pick` (a number from 0 to about a million) has it. */
export function happen(state: RunState, pick: number, said: Said = PLAIN): RunEvent {
  return apply(state, factOf(state, pick, said));
}

function apply(state: RunState, fact: Fact): RunEvent {
  const at = new Date(BEGIN + state.seq * 1000).toISOString();
  const event = { v: 1, seq: state.seq + 1, at, ...fact };
  reduce(state, event);
  return event;
}

function factOf(state: RunState, pick: number, said: Said): Fact {
  const kind = pick % 40;
  const rest = Math.floor(pick / 40);
  if (kind === 0) return state.paused ? { kind: 'run_unpaused' } : { kind: 'run_paused' };
  if (kind === 1) return runFact(state, rest);
  if (kind === 2) return edited(state, rest);
  if (kind <= 6) {
    const lane = [...state.workstreams.values()][rest % Math.max(1, state.workstreams.size)];
    return (lane && laneFact(lane, rest, said)) ?? { kind: 'run_resumed', pid: 2 };
  }
  if (kind === 7) return forgeFact(state, rest, said);
  const task = [...state.tasks.values()][rest % Math.max(1, state.tasks.size)];
  return task === undefined ? { kind: 'run_resumed', pid: 2 } : taskFact(task, Math.floor(rest / 7), said);
}

function runFact(state: RunState, pick: number): Fact {
  if (state.outcome !== null || state.stopping !== null) return { kind: 'run_resumed', pid: 2 };
  const ends = ['succeeded', 'completed_with_failures', 'cancelled', 'waiting_for_person'] as const;
  if (pick % 2 === 0) return { kind: 'run_stopping', reason: 'interrupted', running: [] };
  return { kind: 'run_finished', outcome: ends[pick % ends.length] ?? 'cancelled', waiting_for: [] };
}

/** An edit of the graph file: a task comes, goes, or stands elsewhere. */
function edited(state: RunState, pick: number): Fact {
  const known = [...state.tasks.values()].map(({ outline }) => outline);
  const lanes = [...state.workstreams.values()].map(({ outline }) => outline);
  const idle = known.filter(({ id }) => state.tasks.get(id)?.attempts.length === 0);
  const goes = idle[pick % Math.max(1, idle.length)]?.id;
  const isTold = (id: string) => id !== goes;
  const waits = (outline: TaskOutline) => ({ ...outline, dependencies: outline.dependencies.filter(isTold) });
  const tasks = known.filter(({ id }) => isTold(id)).map(waits);
  const first = lanes[0];
  const comes =
    first === undefined || pick % 2 === 0 ? [] : [{ ...outlineOf(1000 + (pick % 50), 1), dependencies: [] }];
  const added = comes
    .filter(({ id }) => !known.some((one) => one.id === id))
    .map((outline) => ({ ...outline, workstream: first?.id ?? '' }));
  const turned = pick % 3 === 0 ? tasks.toReversed() : tasks;
  return {
    kind: 'graph_changed',
    digest: `digest-${state.seq}`,
    tasks: [...turned, ...added],
    workstreams: lanes,
    added: added.map(({ id }) => id),
    removed: goes === undefined ? [] : [goes],
    changed: [],
    stale: [],
  };
}

const HOLDS = ['concerns', 'auto_merge_off', 'checks', 'protected', 'draft', 'conflict'] as const;

function laneFact({ outline, status, held }: WorkstreamState, pick: number, said: Said): Fact | null {
  const workstream = outline.id;
  const branch = `agentrelay/checkout-api/ws/${workstream}`;
  switch (status) {
    case 'pending':
      return { kind: 'workstream_active', workstream, branch, base_commit: 'c0ffee00'.repeat(5) };
    case 'active':
      if (pick % 4 > 0) return { kind: 'workstream_merge_ready', workstream, commit: 'beef'.repeat(10) };
      return { kind: 'workstream_concerned', workstream, message: said.text(pick) };
    case 'merge_ready': {
      const pr = pick % 2 === 0 ? `local:${branch}@beef` : `https://forge.example/a/b/pull/${pick % 999}`;
      const opened = { workstream, pr, branch, target: 'main', commit: 'beef'.repeat(10) };
      return { kind: 'workstream_pr_created', ...opened };
    }
    case 'pr_created':
      if (pick % 5 > 2) {
        const request = `https://forge.example/a/b/pull/${pick % 999}`;
        return { kind: 'workstream_pr_proof', workstream, pr: request, ...anyProof(pick, said) };
      }
      if (held === null && pick % 2 === 0) {
        const hold = {
          reason: HOLDS[pick % HOLDS.length] ?? 'concerns',
          details: [said.text(pick)],
          merge_command: said.text(pick + 1),
        } as const;
        return { kind: 'workstream_held', workstream, ...hold };
      }
      if (pick % 3 > 0) return { kind: 'workstream_merged', workstream, commit: 'feed'.repeat(10), by: 'person' };
      return { kind: 'workstream_failed', workstream, code: 'merge', error: said.text(pick), root: { workstream } };
    case 'failed':
      return { kind: 'workstream_reopened', workstream };
    case 'merged':
      return null;
  }
}

function taskFact(task: TaskState, pick: number, said: Said): Fact {
  const { id } = task.outline;
  const attempt = currentAttempt(task);
  if (isActive(task.status) && attempt !== null) return activeFact(id, attempt, pick, said);
  const of = { task: id, attempt: attempt?.number ?? 0 };
  switch (task.status) {
    case 'pending':
      if (pick % 9 === 0) return { kind: 'task_blocked', task: id, root: { task: id } };
      return { kind: 'task_started', task: id, attempt: (attempt?.number ?? 0) + 1, token_hash: 'hash' };
    case 'blocked':
      return { kind: 'task_unblocked', task: id };
    case 'failed':
    case 'cancelled':
      if (attempt === null) return { kind: 'run_resumed', pid: 2 };
      if (attempt.tornDown && pick % 4 === 0)
        return { kind: 'task_teardown_undone', ...of, branch: 'branch', commit: 'beef'.repeat(10), worktree: null };
      return pick % 3 > 0 ? { kind: 'task_torn_down', ...of } : { kind: 'task_retrying', ...of, of: 2 };
    default:
      if (pick % 2 === 0) return { kind: 'task_torn_down', ...of };
      return { kind: 'task_concerned', ...of, source: 'agent', message: said.text(pick) };
  }
}

type Attempt = NonNullable<ReturnType<typeof currentAttempt>>;

function activeFact(task: string, { number: attempt, step, status, pr }: Attempt, pick: number, said: Said): Fact {
  const of = { task, attempt };
  if (pick % 11 === 0)
    return {
      kind: 'task_failed',
      ...of,
      code: 'agent_failed',
      error: said.text(pick),
      failure_class: 'expected_task_failure',
    };
  if (pick % 17 === 0) return { kind: 'task_cancelled', ...of, by: pick % 2 === 0 ? 'person' : 'run' };
  if (pick % 19 === 0)
    return usageFact(of, pick % 2 === 0 ? null : pick / 1_000, pick * 100, { model: said.text(pick) });
  switch (step) {
    case 'prepare': {
      const made = { branch: `agentrelay/checkout-api/3/${task}`, base_commit: 'beef'.repeat(10) };
      return { kind: 'task_prepared', ...of, ...made, worktree: '/tree', signal_dir: '/signals' };
    }
    case 'launch':
      return { kind: 'task_launched', ...of, agent: said.text(pick) };
    case 'kickoff':
      return { kind: 'task_waiting', ...of };
    case 'wait':
      return waitFact(of, pick, said);
    case 'gate':
      if (pick % 3 === 0) return { kind: 'task_gate_failed', ...of, round: 1, of: 3, exit_code: 1, output: '/out' };
      return status === 'pr_created'
        ? { kind: 'task_pr_merging', ...of, pr: pr ?? '', commit: null }
        : {
            kind: 'task_pr_created',
            ...of,
            pr: `https://forge.example/a/b/pull/${pick % 999}`,
            commit: 'feed'.repeat(10),
          };
    default:
      if (pick % 3 > 0) return pullRequestFact(of, pick, said);
      if (pick % 4 === 0) return { kind: 'task_merge_conflict', ...of, round: 1, of: 3, files: [said.text(pick)] };
      return { kind: 'task_succeeded', ...of, status: 'pr_merged', pr, commit: 'feed'.repeat(10) };
  }
}

const TOLD = ['working', 'idle', 'waiting_permission', 'trust_prompt', 'login_required', 'stalled'] as const;

function waitFact(of: { task: string; attempt: number }, pick: number, said: Said): Fact {
  const rest = Math.floor(pick / 6);
  switch (pick % 6) {
    case 0:
      return { kind: `agent_${TOLD[rest % TOLD.length] ?? 'idle'}`, ...of };
    case 1:
      return { kind: 'agent_usage_limited', ...of, until: '2026-01-02T00:00:00Z' };
    case 2:
      return { kind: 'agent_waiting_input', ...of, question: said.text(rest), choices: choicesOf(rest, said) };
    case 3:
      return { kind: 'task_prompted', ...of, result: 'submitted' };
    case 4:
      return { kind: 'task_signalled', ...of, outcome: 'done', commit: 'beef'.repeat(10), commits_ahead: 1 };
    default:
      return { kind: 'task_gate_started', ...of, round: 1, of: 3 };
  }
}

function choicesOf(pick: number, said: Said): string[] {
  return Array.from({ length: pick % 4 }, (_, at) => said.text(pick + at));
}
