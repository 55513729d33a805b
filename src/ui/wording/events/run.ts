import type { GraphChange, RunEvent } from '../../../core/events.ts';
import type { Reset } from '../../../core/reset.ts';
import { plural } from '../../format.ts';
import { budgetWords, limitWords } from '../api-words.ts';
import { queueWords } from '../queue-words.ts';
import { reachedWords } from '../usage-words.ts';
import { type Said, say } from './said.ts';

/** Of what is about the run as a whole, or about a task that has no attempt. */
export function runWording(event: Exclude<RunEvent, { attempt: number } | { workstream: string }>): Said {
  switch (event.kind) {
    case 'run_started': {
      const count = `${plural(event.tasks.length, 'task')} in ${plural(event.workstreams.length, 'lane')}`;
      return say('started', `graph ${event.graph}, run ${event.run}: ${count}`);
    }
    case 'run_resumed':
      return say('resumed');
    case 'run_paused':
      return say('paused', 'nothing more is started', 'warn');
    case 'run_unpaused':
      return say('unpaused');
    case 'graph_changed':
      return say('graph changed', graphChange(event), 'warn');
    case 'run_reset':
      return say('reset', resetDetail(event), 'warn');
    case 'reset_applied':
      return say('reset done', `number ${event.reset}`);
    case 'reset_undone':
      return say('undo', `of reset ${event.reset}`, 'warn');
    case 'undo_applied':
      return say('undo done', `of reset ${event.reset}`);
    case 'merge_queue_changed':
      return say('merge queue', `${event.target}: ${queueWords(event.entries)}`, 'quiet');
    case 'api_budget':
      return say('GitHub budget', budgetWords(event), 'quiet');
    case 'api_unreachable':
      return say('GitHub', `cannot be reached: ${event.error}; it is tried again`, 'warn');
    case 'api_reachable':
      return say('GitHub', 'answers again');
    case 'api_limited':
      return say('GitHub limit', limitWords(event.limit, event.until), 'warn');
    case 'budget_reached':
      return say('budget', reachedWords(event), event.percent === 100 ? 'bad' : 'warn');
    case 'request_applied':
      return say('as asked', event.action, 'quiet');
    case 'request_refused':
      return say('refused', `${event.action}: ${event.message}`, 'warn');
    case 'run_stopping':
      return say('stopping', stopDetail(event), 'warn');
    case 'run_finished': {
      const tone = event.outcome === 'succeeded' ? 'good' : 'bad';
      const waiting = event.waiting_for.length === 0 ? '' : `: lanes ${event.waiting_for.join(', ')}`;
      return say('finished', `${event.outcome.replaceAll('_', ' ')}${waiting}`, tone);
    }
    case 'task_blocked': {
      const root = 'task' in event.root ? event.root.task : `lane ${event.root.workstream}`;
      return say('blocked', `by ${root}`, 'warn');
    }
    case 'task_unblocked':
      return say('unblocked');
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
