import { isAsking, type LiveAttention } from '../../core/attention.ts';
import type { GraphChange, HoldReason, Reset, RunEvent } from '../../core/events.ts';
import { plural } from '../format.ts';
import { budgetWords, proofWords, queueWords, redCheckWords } from './forge-words.ts';

export type EventTone = 'good' | 'bad' | 'warn' | 'plain' | 'quiet';

/** What a line says: what it is about, in a word or two what happened, and the particulars. */
export interface Wording {
  readonly subject: string;
  readonly what: string;
  readonly detail: string;
  readonly tone: EventTone;
}

/** What is to be said of an event, in words. */
export function wordingOf(event: RunEvent): Wording {
  if ('attempt' in event) {
    const subject = event.task;
    return { subject, ...attemptWording(event) };
  }
  if ('workstream' in event) return { subject: `lane ${event.workstream}`, ...laneWording(event) };
  return runWording(event);
}

type Said = Omit<Wording, 'subject'>;

function say(what: string, detail = '', tone: EventTone = 'plain'): Said {
  return { what, detail, tone };
}

function runWording(event: Exclude<RunEvent, { attempt: number } | { workstream: string }>): Wording {
  switch (event.kind) {
    case 'run_started': {
      const count = `${plural(event.tasks.length, 'task')} in ${plural(event.workstreams.length, 'lane')}`;
      return { subject: 'run', ...say('started', `graph ${event.graph}, run ${event.run}: ${count}`) };
    }
    case 'run_resumed':
      return { subject: 'run', ...say('resumed') };
    case 'run_paused':
      return { subject: 'run', ...say('paused', 'nothing more is started', 'warn') };
    case 'run_unpaused':
      return { subject: 'run', ...say('unpaused') };
    case 'graph_changed':
      return { subject: 'run', ...say('graph changed', graphChange(event), 'warn') };
    case 'run_reset':
      return { subject: 'run', ...say('reset', resetDetail(event), 'warn') };
    case 'reset_applied':
      return { subject: 'run', ...say('reset done', `number ${event.reset}`) };
    case 'reset_undone':
      return { subject: 'run', ...say('undo', `of reset ${event.reset}`, 'warn') };
    case 'undo_applied':
      return { subject: 'run', ...say('undo done', `of reset ${event.reset}`) };
    case 'merge_queue_changed': {
      const order = event.entries.length === 0 ? 'nobody waits' : queueWords(event.entries);
      return { subject: 'run', ...say('merge queue', `${event.target}: ${order}`, 'quiet') };
    }
    case 'api_budget':
      return { subject: 'run', ...say('API budget', budgetWords(event), 'quiet') };
    case 'api_limited':
      return { subject: 'run', ...say('API limited', `${event.limit} limit, until ${event.until}`, 'warn') };
    case 'request_applied':
      return { subject: event.task ?? 'run', ...say('as asked', event.action, 'quiet') };
    case 'request_refused':
      return { subject: event.task ?? 'run', ...say('refused', `${event.action}: ${event.message}`, 'warn') };
    case 'run_stopping':
      return { subject: 'run', ...say('stopping', stopDetail(event), 'warn') };
    case 'run_finished': {
      const tone = event.outcome === 'succeeded' ? 'good' : 'bad';
      const waiting = event.waiting_for.length === 0 ? '' : `: lanes ${event.waiting_for.join(', ')}`;
      return { subject: 'run', ...say('finished', `${event.outcome.replaceAll('_', ' ')}${waiting}`, tone) };
    }
    case 'task_blocked': {
      const root = 'task' in event.root ? event.root.task : `lane ${event.root.workstream}`;
      return { subject: event.task, ...say('blocked', `by ${root}`, 'warn') };
    }
    case 'task_unblocked':
      return { subject: event.task, ...say('unblocked') };
  }
}

/** Each list that is not empty. */
function graphChange(event: GraphChange): string {
  const parts = (['added', 'removed', 'changed', 'stale'] as const).filter((part) => event[part].length > 0);
  const lists = parts.map((part) => `${part === 'stale' ? 'finished and kept' : part}: ${event[part].join(', ')}`);
  return lists.join('; ');
}

function resetDetail({ scope, subject, tasks }: Reset): string {
  const what = {
    task: `task ${subject}`,
    workstream: `lane ${subject}`,
    after: `all after ${subject}`,
    run: 'the run',
  };
  return `${what[scope]}: ${tasks.join(', ')}`;
}

function stopDetail(event: Extract<RunEvent, { kind: 'run_stopping' }>): string {
  const running = event.running.length === 0 ? 'nothing is running' : `still running: ${event.running.join(', ')}`;
  return `${event.reason.replaceAll('_', ' ')}; ${running}`;
}

function attemptWording(event: Extract<RunEvent, { attempt: number }>): Said {
  switch (event.kind) {
    case 'task_started':
      return say('started', event.attempt > 1 ? `attempt ${event.attempt}` : '');
    case 'task_prepared':
      return say('prepared', event.branch, 'quiet');
    case 'task_base_merged':
      return say('base merged', `at ${short(event.commit)}`, 'quiet');
    case 'task_launched':
      return say('launched', event.agent, 'quiet');
    case 'task_adopted':
      return adoptWording(event);
    case 'task_prompted':
      return say('prompted', promptDetail(event), 'quiet');
    case 'task_waiting':
      return say('working', '', 'quiet');
    case 'task_signalled':
      return say(event.outcome === 'done' ? 'done' : 'gave up', signalDetail(event), 'quiet');
    case 'task_signal_ignored':
      return say('signal ignored', `${event.file}: ${event.reason.replaceAll('_', ' ')}`, 'warn');
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
      return say('queued', `${event.position} ahead for ${event.target}`, 'quiet');
    case 'task_pr_merging':
      return say('merging', '', 'quiet');
    case 'task_pr_proof':
      return say('proof', proofWords(event), event.holds === false ? 'warn' : 'quiet');
    case 'task_checks_failed':
      return say('checks red', `round ${event.round} of ${event.of}: ${redCheckWords(event.checks)}`, 'warn');
    case 'task_branch_updated':
      return say('updated', `took in ${event.target}, now at ${short(event.commit)}`);
    case 'task_merge_conflict':
      return say('conflict', `round ${event.round} of ${event.of}: ${event.files.join(', ')}`, 'warn');
    case 'task_sent_back':
      return say(
        'sent back',
        event.result === 'gone' ? 'but the agent is gone' : `to the agent: ${event.cause}`,
        'warn',
      );
    case 'task_succeeded':
      return say(event.status === 'pr_merged' ? 'merged' : 'completed', short(event.commit), 'good');
    case 'task_failed':
      // What the agent itself says needs no code before it.
      return say('failed', event.code === 'agent_failed' ? event.error : `${event.code}: ${event.error}`, 'bad');
    case 'task_cancelled':
      return say('cancelled', cancelDetail(event), 'warn');
    case 'task_concerned':
      return say(event.source === 'agent' ? 'concern' : `concern (${event.source})`, event.message, 'warn');
    case 'task_work_saved':
      return say('work saved', event.ref, 'warn');
    case 'task_torn_down':
      return say('torn down', '', 'quiet');
    case 'task_teardown_undone':
      return say('brought back', `${event.worktree ?? event.branch} at ${short(event.commit)}`, 'warn');
    case 'task_retrying':
      return say('retrying', retryDetail(event), 'warn');
    case 'agent_exited':
      return say('agent exited', event.exit_code === null ? 'without an exit code' : `code ${event.exit_code}`, 'warn');
    default:
      return attentionWording(event);
  }
}

/** Of an agent that asks: its question where it is known, else for what, then the choices by their numbers. */
function attentionWording(event: Extract<RunEvent, { kind: `agent_${LiveAttention}` }>): Said {
  const attention = event.kind.slice('agent_'.length) as LiveAttention;
  if (attention === 'working') return say('working', '', 'quiet');
  if (!isAsking(attention))
    return say(attention.replaceAll('_', ' '), event.until ? `until ${event.until}` : '', 'warn');
  const choices = (event.choices ?? []).map((choice, at) => `${at + 1} ${choice}`).join(', ');
  const question = event.question ?? attention.replace('waiting_', 'for ').replaceAll('_', ' ');
  return say('asks', choices === '' ? question : `${question} (${choices})`, 'warn');
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

function promptDetail({ result }: Extract<RunEvent, { kind: 'task_prompted' }>): string {
  return result === 'gone' ? 'but the agent is gone' : 'by a person';
}

function cancelDetail({ by }: Extract<RunEvent, { kind: 'task_cancelled' }>): string {
  return by === 'person' ? 'by a person' : '';
}

/** A person's attempts are beside those of the settings. */
function retryDetail({ attempt, of, change }: Extract<RunEvent, { kind: 'task_retrying' }>): string {
  return change == null ? `attempt ${attempt + 1} of ${of}` : `attempt ${attempt + 1}, as asked`;
}

function signalDetail(event: Extract<RunEvent, { kind: 'task_signalled' }>): string {
  if (event.commit === null) return '';
  return `${plural(event.commits_ahead ?? 0, 'commit')} at ${short(event.commit)}`;
}

function laneWording(event: Exclude<Extract<RunEvent, { workstream: string }>, { attempt: number }>): Said {
  switch (event.kind) {
    case 'workstream_active':
      return say('active', `${event.branch} from ${short(event.base_commit)}`);
    case 'workstream_merge_ready':
      return say('merge ready', `at ${short(event.commit)}`);
    case 'workstream_pr_created':
      return say(isLocal(event.pr) ? 'handed over' : 'pull request', laneOffer(event), 'quiet');
    case 'workstream_pr_proof':
      return say('proof', proofWords(event), event.holds === false ? 'warn' : 'quiet');
    case 'workstream_concerned':
      return say('concern', event.message, 'warn');
    case 'workstream_held':
      return say('held', heldDetail(event), 'warn');
    case 'workstream_merged':
      return say('merged', mergedDetail(event), 'good');
    case 'workstream_reopened':
      return say('reopened');
    case 'workstream_failed':
      return say('failed', `${event.code}: ${event.error}`, 'bad');
  }
}

function laneOffer({ pr, branch, target }: Extract<RunEvent, { kind: 'workstream_pr_created' }>): string {
  return isLocal(pr) ? `${branch} into ${target}` : `${pr} into ${target}`;
}

function heldDetail(event: Extract<RunEvent, { kind: 'workstream_held' }>): string {
  return `${holdReason(event.reason, event.details)}: ${event.merge_command}`;
}

/** Concerns had a line each when they were raised: here it is enough to say whose they are. */
function holdReason(reason: HoldReason, details: readonly string[]): string {
  if (reason === 'concerns') return `concerns of ${[...new Set(details.map((text) => text.split(':')[0]))].join(', ')}`;
  return `${reason.replaceAll('_', ' ')}${details.length === 0 ? '' : ` (${details.join('; ')})`}`;
}

function mergedDetail(event: Extract<RunEvent, { kind: 'workstream_merged' }>): string {
  if (event.by === 'nothing_to_merge') return 'nothing to merge';
  return `${short(event.commit)}${event.by === 'person' ? ' by a person' : ''}`;
}

function isLocal(pr: string): boolean {
  return pr.startsWith('local:');
}

/** What a person needs of a pull request: its URL, or the branch and the commit that were handed over. */
export function shortPullRequest(pr: string): string {
  return isLocal(pr) ? pr.slice('local:'.length).replace(/@([0-9a-f]{8})[0-9a-f]*$/, ' @ $1') : pr;
}

/** A path in a run's folder is long and begins always alike. */
function inRun(path: string): string {
  return path.replace(/^.*\/(?=signals\/)/, '');
}

function short(commit: string | null): string {
  return commit?.slice(0, 8) ?? '';
}
