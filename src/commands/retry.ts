import { UserError } from '../core/errors.ts';
import type { RetryChange } from '../core/events.ts';
import { retryPlan } from '../core/retry-plan.ts';
import { retryPlanLines } from '../ui/wording/retry-plan-lines.ts';
import { type AskOptions, ask, askedRun } from './ask.ts';
import type { Confirm } from './confirm.ts';
import type { Io } from './io.ts';

export interface RetryOptions extends AskOptions {
  readonly task: string;
  readonly change: RetryChange;
  readonly yes: boolean;
  readonly confirm: Confirm;
}

/** Shows what trying a task again resets, asks, and has it done. Resolves to the exit code. */
export async function retry(options: RetryOptions, io: Io): Promise<number> {
  const { task, change, json, yes, confirm } = options;
  const { state } = await askedRun(options);
  const plan = retryPlan(state, task);
  if ('refused' in plan) throw new UserError(plan.message, { hint: plan.hint });
  if (!json) for (const line of retryPlanLines(plan, { keepWork: change.keep_work })) io.out(line);
  if (!yes) {
    if (json) {
      io.out(JSON.stringify({ plan }));
      return 0;
    }
    if (confirm === null)
      throw new UserError('nothing is reset without a yes', { hint: 'the same command with --yes does it' });
    if (!(await confirm('Go on?'))) {
      io.err('agentrelay: nothing was changed');
      return 0;
    }
  }
  return await ask((by) => ({ action: 'retry', task, change, by }), options, io);
}
