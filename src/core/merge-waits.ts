import type { QueueEntry } from './events.ts';
import { isActive } from './lifecycle.ts';
import { PROOFS, type Proof, type ProofsSoFar } from './proofs.ts';
import { currentAttempt, type RunState, type TaskState, type WorkstreamState } from './run-state.ts';

/** What a merge that has begun waits for. */
export type MergeWait =
  /** Others merge into the branch first: who is next has place 2. */
  | { readonly kind: 'queue'; readonly target: string; readonly place: number }
  /** Of its pull request: the one that does not hold, else one that is not known yet. */
  | { readonly kind: 'proof'; readonly proof: Proof };

/** What the merge of a task waits for; null where it has not begun, and where nobody knows. */
export function taskMergeWait(state: RunState, task: TaskState): MergeWait | null {
  const attempt = currentAttempt(task);
  if (attempt === null || !isActive(task.status) || attempt.step !== 'merge') return null;
  const target = state.workstreams.get(task.outline.workstream)?.branch ?? null;
  return waitIn(state, target, attempt.proofs, (entry) => 'task' in entry && entry.task === task.outline.id);
}

/** The same for a lane that nobody holds back. */
export function laneMergeWait(state: RunState, { outline, status, held, proofs }: WorkstreamState): MergeWait | null {
  if (held !== null || (status !== 'merge_ready' && status !== 'pr_created')) return null;
  return waitIn(state, outline.target, proofs, (entry) => 'workstream' in entry && entry.workstream === outline.id);
}

function waitIn(
  { mergeQueues }: RunState,
  target: string | null,
  proofs: ProofsSoFar,
  isOwn: (entry: QueueEntry) => boolean,
): MergeWait | null {
  const at = target === null ? -1 : (mergeQueues.get(target) ?? []).findIndex(isOwn);
  if (target !== null && at > 0) return { kind: 'queue', target, place: at + 1 };
  const proof = openProof(proofs);
  return proof === null ? null : { kind: 'proof', proof };
}

function openProof(proofs: ProofsSoFar): Proof | null {
  const inOrder = PROOFS.flatMap((name) => proofs[name] ?? []);
  const refuted = inOrder.find(({ holds }) => holds === false);
  // GitHub does not say whether it lets in what has checks that run.
  const running = inOrder.find(({ holds, checks }) => holds === null && (checks?.pending ?? 0) > 0);
  return refuted ?? running ?? inOrder.find(({ holds }) => holds === null) ?? null;
}
