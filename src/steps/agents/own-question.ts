import type { Answer } from '../../core/agent-handle.ts';
import { isAsking, plainReport } from '../../core/attention.ts';
import { isKnown } from '../../core/reduce-attention.ts';
import type { TaskRuntime } from '../../core/task-runtime.ts';
import { isTokenOf } from '../attempt-tokens.ts';
import { attentionBytes, parseAttention } from '../attention-file.ts';

/**
 * What an answer is in words, where it was the agent itself that has asked, by `agentrelay-attention`, and not a dialog of
 * its program: it reads the answer as its next prompt. Null for any other question.
 */
export function answerInWords(runtime: TaskRuntime, given: Answer): string | null {
  const text = attentionBytes(runtime.require('signalDir'));
  const file = text === null ? null : parseAttention(text);
  if (file === null || !isTokenOf(file.token, runtime)) return null;
  const report = plainReport(file.report);
  const recorded = runtime.recorded();
  if (recorded === null || !isAsking(report.state) || !isKnown(recorded, report)) return null;
  switch (given.kind) {
    case 'text':
      return given.text;
    case 'choice':
      return report.choices[given.number - 1] ?? null;
    default:
      return given.kind;
  }
}
