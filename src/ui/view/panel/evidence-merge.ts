import { isActive, isSuccess } from '../../../core/lifecycle.ts';
import { NO_PR } from '../../../core/names.ts';
import { type AttemptState, currentAttempt, type TaskState } from '../../../core/run-state.ts';
import { shortCommit } from '../../format.ts';
import type { View } from '../view.ts';
import { type Confidence, proofRow } from './proof.ts';
import { linked, proofFacts, redCheckFact } from './proof-facts.ts';
import { queueFact } from './queue-facts.ts';
import type { FactRow } from './rows.ts';

const LOCAL = /^local:(.*)@([0-9a-f]{7,64})$/;

/** The branch and the commit that were handed over without a pull request; null for one. */
export function handedOver(pr: string): { readonly branch: string; readonly head: string } | null {
  const [, branch, head] = LOCAL.exec(pr) ?? [];
  return branch === undefined || head === undefined ? null : { branch, head };
}

/** What became of the work: handed over or a pull request with its proofs, the queue that it waits in, its merge. */
export function mergeFacts(task: TaskState, attempt: AttemptState, { run, glyphs }: View): FactRow[] {
  const { pr } = attempt;
  if (pr === NO_PR) return [proofRow('merge', 'proved', 'there was nothing to merge', glyphs)];
  if (pr === null) return [proofRow('merge', 'unknown', 'not handed over yet', glyphs)];
  const { id, workstream } = task.outline;
  const isNow = isActive(task.status) && attempt === currentAttempt(task);
  const queue = isNow ? queueFact(run, run.workstreams.get(workstream)?.branch ?? null, { task: id }) : [];
  const local = handedOver(pr);
  const offer = local === null ? requestFacts(pr, attempt, glyphs) : [headFact(attempt, local, glyphs)];
  return [...offer, ...queue, mergeFact(attempt, glyphs)];
}

function mergeFact({ status, commit }: AttemptState, glyphs: View['glyphs']): FactRow {
  if (status === 'pr_merged' && commit !== null)
    return proofRow('merge', 'proved', `merged as ${shortCommit(commit)}`, glyphs);
  const confidence = status === 'failed' ? 'refuted' : isSuccess(status) ? 'proved' : 'unknown';
  return proofRow('merge', confidence, 'not merged', glyphs);
}

function requestFacts(pr: string, attempt: AttemptState, glyphs: View['glyphs']): FactRow[] {
  const proofs = proofFacts(attempt.proofs, glyphs);
  const none = isActive(attempt.status) ? 'not yet: all is proved before the merge' : 'none were recorded';
  return [
    { ...proofRow('pull request', 'proved', '', glyphs), words: [linked(pr)] },
    ...(proofs.length === 0 ? [proofRow('proofs', 'unknown', none, glyphs)] : proofs),
    ...redCheckFact(attempt.redChecks, { round: attempt.checkRounds, confidence: redConfidence(attempt) }, glyphs),
  ];
}

/** Red until others are seen to be green; in between its agent is at it. */
function redConfidence({ proofs, owes, failure }: AttemptState): Confidence {
  if (proofs.checks?.holds === true) return 'proved';
  const isRed = owes === 'checks' || proofs.checks?.holds === false || failure?.code === 'checks_failed';
  return isRed ? 'refuted' : 'doubtful';
}

function headFact(
  { signalled }: AttemptState,
  { branch, head }: { readonly branch: string; readonly head: string },
  glyphs: View['glyphs'],
): FactRow {
  const text = `${branch} at ${shortCommit(head)}`;
  if (signalled === null) return proofRow('handed over', 'proved', text, glyphs);
  if (signalled === head) return proofRow('handed over', 'proved', `${text}, the commit that was signalled`, glyphs);
  return proofRow('handed over', 'refuted', `${text}, but ${shortCommit(signalled)} was signalled`, glyphs);
}
