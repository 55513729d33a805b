import type { Attention } from './attention.ts';
import { RUN_BUDGET_EXCEEDED } from './budget.ts';
import type { BlockRoot } from './events.ts';
import { isActive } from './lifecycle.ts';
import {
  type AttemptFailure,
  type AttemptState,
  currentAttempt,
  type RunState,
  type TaskState,
  type WorkstreamState,
} from './run-state.ts';

/** Something that goes on only when a person does something. */
export interface Need {
  readonly subject: BlockRoot;
  readonly kind: 'agent_waits' | 'task_failed' | 'lane_held';
  /** The attention of its agent, the code of its failure, or why it is held. */
  readonly code: string;
  /** ISO 8601; another question of an agent is a need of its own. */
  readonly since: string;
}

const WAITS_FOR_PERSON: ReadonlySet<Attention | null> = new Set<Attention>([
  'waiting_permission',
  'waiting_input',
  'trust_prompt',
  'login_required',
  'idle',
]);

/** Null for a task that goes on by itself, or that waits for another. */
export function needsYou(task: TaskState): Need | null {
  const attempt = currentAttempt(task);
  if (attempt === null) return null;
  const subject = { task: task.outline.id };
  if (task.status === 'failed' && attempt.failure !== null && (task.givenUp || endedByRun(attempt.failure))) {
    return { subject, kind: 'task_failed', code: attempt.failure.code, since: attempt.endedAt ?? attempt.startedAt };
  }
  const { attention, attentionSince, asks, signalled, startedAt } = attempt;
  // One that has signalled may be idle: it is agentrelay's turn.
  if (!isActive(task.status) || signalled !== null) return null;
  if (!WAITS_FOR_PERSON.has(attention) && !isLimitedForEver(attempt)) return null;
  if (attention === 'idle' && isNudgedFirst(attempt)) return null;
  return { subject, kind: 'agent_waits', code: attention ?? '', since: asks?.since ?? attentionSince ?? startedAt };
}

/** Nobody knows when its limit ends, so nobody has it go on then. */
function isLimitedForEver({ attention, until, parkedUntil }: AttemptState): boolean {
  return attention === 'usage_limited' && until === null && parkedUntil === null;
}

/** It will be told what is missing: only where somebody could look at its program, and see it take its first prompt. */
function isNudgedFirst({ nudged, seenBy }: AttemptState): boolean {
  return !nudged && seenBy !== null && seenBy !== 'process';
}

/** It is tried again by itself only when a person lets the run use more. */
function endedByRun({ code }: AttemptFailure): boolean {
  return code === RUN_BUDGET_EXCEEDED;
}

const known = new WeakMap<RunState, { readonly seq: number; readonly needs: readonly Need[] }>();

/** Everything that waits for a person, the oldest first. */
export function needs(state: RunState): readonly Need[] {
  const last = known.get(state);
  if (last?.seq === state.seq) return last.needs;
  const ofTasks = [...state.tasks.values()].map(needsYou);
  const ofLanes = [...state.workstreams.values()].map(laneNeed);
  const all = [...ofTasks, ...ofLanes].filter((need) => need !== null);
  const sorted = all.sort((a, b) => (a.since < b.since ? -1 : Number(a.since > b.since)));
  known.set(state, { seq: state.seq, needs: sorted });
  return sorted;
}

function laneNeed({ outline, held, heldSince }: WorkstreamState): Need | null {
  if (held === null) return null;
  return { subject: { workstream: outline.id }, kind: 'lane_held', code: held, since: heldSince ?? '' };
}
