import { type AttentionReport, isAsking, plainReport } from '../../core/attention.ts';
import { isKnown } from '../../core/reduce-attention.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { reportLate } from '../late-report.ts';

/** Tells what an agent does just now, where that is news. */
export function tellAttention(runtime: TaskRuntime, told: AttentionReport): void {
  const report = plainReport(told);
  const recorded = runtime.recorded();
  if (recorded !== null && isKnown(recorded, report)) return;
  const { state, question, choices, until } = report;
  const said = isAsking(state) ? { question, choices } : {};
  reportLate(runtime, { kind: `agent_${state}`, ...said, ...(state === 'usage_limited' ? { until } : {}) });
}

/** Every permission can be given or not, also where its choices cannot be seen. */
export function answerable(report: AttentionReport): AttentionReport {
  if (report.state !== 'waiting_permission' || report.choices.length > 0) return report;
  return { ...report, choices: ['allow', 'deny'] };
}
