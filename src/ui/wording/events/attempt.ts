import type { RunEvent } from '../../../core/events.ts';
import { plural, shortCommit } from '../../format.ts';
import { agentWording } from './agent.ts';
import { mergeWording } from './merge.ts';
import { type Said, say } from './said.ts';

/** Of an attempt from its start to its end; what proves and merges its work, and what its agent does, have own places. */
export function attemptWording(event: Extract<RunEvent, { attempt: number }>): Said {
  switch (event.kind) {
    case 'task_started':
      return say('started', event.attempt > 1 ? `attempt ${event.attempt}` : '');
    case 'task_prepared':
      return say('prepared', event.branch, 'quiet');
    case 'task_base_merged':
      return say('base merged', `at ${shortCommit(event.commit)}`, 'quiet');
    case 'task_launched':
      return say('launched', event.agent, 'quiet');
    case 'task_adopted':
      return adoptWording(event);
    case 'task_signalled':
      return say(event.outcome === 'done' ? 'done' : 'gave up', signalDetail(event), 'quiet');
    case 'task_signal_ignored':
      return say('signal ignored', `${event.file}: ${event.reason.replaceAll('_', ' ')}`, 'warn');
    case 'task_failed':
    case 'task_cancelled':
    case 'task_succeeded':
      return endWording(event);
    case 'task_concerned':
      return say(event.source === 'agent' ? 'concern' : `concern (${event.source})`, event.message, 'warn');
    case 'task_work_saved':
      return say('work saved', event.ref, 'warn');
    case 'task_torn_down':
      return say('torn down', '', 'quiet');
    case 'task_teardown_undone':
      return say('brought back', `${event.worktree ?? event.branch} at ${shortCommit(event.commit)}`, 'warn');
    case 'task_retrying':
      return say('retrying', retryDetail(event), 'warn');
    case 'task_gate_started':
    case 'task_gate_passed':
    case 'task_gate_failed':
    case 'task_pr_created':
    case 'task_merge_queued':
    case 'task_pr_merging':
    case 'task_pr_proof':
    case 'task_checks_failed':
    case 'task_branch_updated':
    case 'task_merge_conflict':
    case 'task_sent_back':
      return mergeWording(event);
    default:
      return agentWording(event);
  }
}

type EndEvent = Extract<RunEvent, { kind: 'task_succeeded' | 'task_failed' | 'task_cancelled' }>;

function endWording(event: EndEvent): Said {
  switch (event.kind) {
    case 'task_succeeded':
      return say(event.status === 'pr_merged' ? 'merged' : 'completed', shortCommit(event.commit ?? ''), 'good');
    case 'task_failed':
      // What the agent itself says needs no code before it.
      return say('failed', event.code === 'agent_failed' ? event.error : `${event.code}: ${event.error}`, 'bad');
    case 'task_cancelled':
      return say('cancelled', event.by === 'person' ? 'by a person' : '', 'warn');
  }
}

/** The short table of what a new owner has found. */
function adoptWording({ agent, step, found }: Extract<RunEvent, { kind: 'task_adopted' }>): Said {
  switch (found) {
    case 'alive':
      return say('adopted', `${agent}, goes on with ${step}`);
    case 'ended':
      return say('ended', 'while nobody looked; what it left counts');
    case 'lost':
      return say('lost', 'its agent is gone without a trace', 'warn');
    case 'not_launched':
      return say('redone', 'it had no agent yet');
  }
}

/** A person's attempts are beside those of the settings. */
function retryDetail({ attempt, of, change }: Extract<RunEvent, { kind: 'task_retrying' }>): string {
  return change == null ? `attempt ${attempt + 1} of ${of}` : `attempt ${attempt + 1}, as asked`;
}

function signalDetail(event: Extract<RunEvent, { kind: 'task_signalled' }>): string {
  if (event.commit === null) return '';
  return `${plural(event.commits_ahead ?? 0, 'commit')} at ${shortCommit(event.commit)}`;
}
