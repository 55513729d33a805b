import type { AttentionReport, LiveAttention } from '../../core/attention.ts';

/** Of one that asks nothing that is known, and waits for no time. */
export function report(state: LiveAttention): AttentionReport {
  return { state, question: null, choices: [], until: null };
}
