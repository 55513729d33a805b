import { BUDGET_EXCEEDED, RUN_BUDGET_EXCEEDED } from '../../core/budget.ts';
import type { Need } from '../../core/needs.ts';
import { holdName, isHold } from './hold-words.ts';

const FAILURES: Readonly<Record<string, string>> = {
  [BUDGET_EXCEEDED]: 'has used up its budget',
  [RUN_BUDGET_EXCEEDED]: 'was ended: the budget of the run is used up',
};

const WAITS: Readonly<Record<string, string>> = {
  waiting_permission: 'asks for permission',
  waiting_input: 'asks a question',
  trust_prompt: 'asks whether to trust its folder',
  login_required: 'waits for a login',
  idle: 'is idle, and has not said that it is done',
  usage_limited: 'is at its usage limit, and nobody knows until when',
};

/** In a few words, for a notification. */
export function needText({ kind, code, subject }: Need): string {
  const name = 'task' in subject ? subject.task : `lane ${subject.workstream}`;
  const what = code.replaceAll('_', ' ');
  switch (kind) {
    case 'agent_waits':
      return `${name} ${WAITS[code] ?? `needs you: ${what}`}`;
    case 'task_failed':
      return `${name} ${FAILURES[code] ?? `has failed: ${what}`}`;
    case 'lane_held':
      return `${name} waits for you to merge it: ${isHold(code) ? holdName(code) : what}`;
  }
}
