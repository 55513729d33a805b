import { type AttentionReport, isAsking, plainReport } from '../core/attention.ts';
import { isKnown } from '../core/reduce-attention.ts';
import type { AttemptState } from '../core/run-state.ts';
import type { AttemptReport, TaskRuntime } from '../core/task-runtime.ts';
import { isTokenOf } from './attempt-tokens.ts';
import { attentionBytes, parseAttention } from './attention-file.ts';
import { reportLate } from './late-report.ts';

/** Tells what the agent of one attempt says of itself in its signal directory, each change once. */
export class AttentionWatch {
  readonly #runtime: TaskRuntime;
  readonly #folder: string;
  #seen: string | null = null;
  #mayBeOld: boolean;

  constructor(runtime: TaskRuntime) {
    this.#runtime = runtime;
    this.#folder = runtime.require('signalDir');
    this.#mayBeOld = runtime.resumed !== null;
  }

  look(): void {
    const text = attentionBytes(this.#folder);
    const mayBeOld = this.#mayBeOld;
    this.#mayBeOld = false;
    if (text === null || text === this.#seen) return;
    this.#seen = text;
    const file = parseAttention(text);
    if (file === null || !isTokenOf(file.token, this.#runtime)) return;
    const report = plainReport(file.report);
    const recorded = this.#runtime.recorded();
    if (recorded !== null && isKnown(recorded, report)) return;
    // An earlier owner has told of it, and then of what came after it.
    if (mayBeOld && recorded !== null && file.at <= lastChange(recorded)) return;
    reportLate(this.#runtime, factOf(report));
  }

  /** What was said until now belongs to what is over. */
  skip(): void {
    this.#seen = attentionBytes(this.#folder);
    this.#mayBeOld = false;
  }
}

/** Milliseconds since 1970. */
function lastChange({ attentionSince, asks }: AttemptState): number {
  const times = [attentionSince, asks?.since ?? null].filter((at) => at !== null);
  return Math.max(Number.NEGATIVE_INFINITY, ...times.map((at) => Date.parse(at)));
}

function factOf({ state, question, choices, until }: AttentionReport): AttemptReport {
  const said = isAsking(state) ? { question, choices } : {};
  return { kind: `agent_${state}`, ...said, ...(state === 'usage_limited' ? { until } : {}) };
}
