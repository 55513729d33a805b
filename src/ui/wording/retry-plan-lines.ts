import type { RetryPlan } from '../../core/retry-plan.ts';

const LABEL_WIDTH = 'pull request'.length;

/** For people: what is reset, then what is kept. `keepWork`: the branch goes on from where it is. */
export function retryPlanLines(plan: RetryPlan, { keepWork = false } = {}): string[] {
  const { task, attempt, branch } = plan;
  const branchLine = keepWork ? `${branch} goes on with the work of attempt ${attempt - 1}` : `${branch} is made anew`;
  const rows: readonly (readonly [string, string | null])[] = [
    ['called off', plan.cancels ? `attempt ${attempt - 1}, which is running` : null],
    ['branch', branch === null ? null : branchLine],
    ['pull request', followed(listed(plan.prs), 'taken up again where it is open')],
    ['unblocked', listed(plan.unblocked)],
    [plan.reopened.length === 1 ? 'lane' : 'lanes', followed(listed(plan.reopened), 'opened again')],
    [
      'kept',
      attempt === 1 ? null : `all that ${attempt === 2 ? 'attempt 1' : 'earlier attempts'} left, on disk and in refs`,
    ],
    ['kept', followed(listed(plan.keptUpstream), 'finished')],
  ];
  const lines = rows.flatMap(([label, text]) => (text === null ? [] : [`  ${label.padEnd(LABEL_WIDTH)}  ${text}`]));
  return [`retry ${task}: attempt ${attempt}`, ...lines];
}

function listed(names: readonly string[]): string | null {
  return names.length === 0 ? null : names.join(', ');
}

function followed(text: string | null, more: string): string | null {
  return text === null ? null : `${text} (${more})`;
}
