import type { RunEvent } from '../../../core/events.ts';
import type { Proof } from '../../../core/proofs.ts';
import { shortCommit } from '../../format.ts';
import { proofWords, redCheckWords } from '../proof-words.ts';
import { isLocal, pullRequestNumber, shortPullRequest } from '../pull-request-words.ts';
import { inTheQueue } from '../queue-words.ts';
import { sendWords } from '../send-words.ts';
import { type Said, say } from './said.ts';

type AttemptEvent = Extract<RunEvent, { attempt: number }>;
type MergeEvent = Extract<
  AttemptEvent,
  {
    kind:
      | `task_gate_${string}`
      | `task_pr_${string}`
      | 'task_merge_queued'
      | 'task_merge_conflict'
      | 'task_checks_failed'
      | 'task_branch_updated'
      | 'task_sent_back';
  }
>;

/** Of the way from what an agent has signalled to its merge, or back to it. */
export function mergeWording(event: MergeEvent): Said {
  switch (event.kind) {
    case 'task_gate_started':
      return say('gate', `round ${event.round} of ${event.of}`, 'quiet');
    case 'task_gate_passed':
      return say('gate passed', `round ${event.round} of ${event.of}`);
    case 'task_gate_failed': {
      const exit = event.exit_code === null ? 'was ended' : `exit ${event.exit_code}`;
      return say('gate failed', `round ${event.round} of ${event.of}, ${exit}; output: ${inRun(event.output)}`, 'warn');
    }
    case 'task_pr_created':
      return say(isLocal(event.pr) ? 'handed over' : 'pull request', shortPullRequest(event.pr), 'quiet');
    case 'task_merge_queued':
      return say('queued', inTheQueue(event.position + 1, event.target), 'quiet');
    case 'task_pr_merging':
      return say('merging', '', 'quiet');
    case 'task_pr_proof':
      return proofWording(event);
    case 'task_checks_failed':
      return say('checks red', redDetail(event), 'warn');
    case 'task_branch_updated':
      return say('up to date', `took in ${event.target}, now at ${shortCommit(event.commit)}`);
    case 'task_merge_conflict':
      return say('conflict', `round ${event.round} of ${event.of}: ${event.files.join(', ')}`, 'warn');
    case 'task_sent_back':
      return say('sent back', sendWords(event.result) ?? `to the agent: ${event.cause}`, 'warn');
  }
}

/** Of a task's pull request, or of a lane's. */
export function proofWording(event: Proof & { readonly pr: string }): Said {
  const what = event.holds === null ? 'not known yet' : event.holds ? 'proved' : 'not proved';
  const number = pullRequestNumber(event.pr);
  return say(
    what,
    `${number === null ? '' : `PR ${number}: `}${proofWords(event)}`,
    event.holds === false ? 'warn' : 'quiet',
  );
}

/** The last round is one more than there are fixes. */
function redDetail({ round, of, checks }: Extract<RunEvent, { kind: 'task_checks_failed' }>): string {
  const which = redCheckWords(checks);
  return round > of ? `still, after ${of} of ${of} fixes: ${which}` : `round ${round} of ${of}: ${which}`;
}

/** A path in a run's folder is long and begins always alike. */
function inRun(path: string): string {
  return path.replace(/^.*\/(?=signals\/)/, '');
}
