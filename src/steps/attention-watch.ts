import { type AttentionReport, plainReport } from '../core/attention.ts';
import { isKnown } from '../core/reduce-attention.ts';
import type { AttemptState } from '../core/run-state.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import { tellAttention } from './agents/tell-attention.ts';
import { isTokenOf } from './attempt-tokens.ts';
import { attentionBytes, parseAttention } from './attention-file.ts';

/** What an agent has said of itself. */
export interface OwnWords {
  readonly report: AttentionReport;
  /** Milliseconds since 1970, by the clock of who wrote it. */
  readonly at: number;
}

/** Tells what the agent of one attempt says of itself in its signal directory, each change once. */
export class AttentionWatch {
  readonly #runtime: TaskRuntime;
  readonly #folder: string;
  #seen: string | null = null;
  #mayBeOld: boolean;
  #said: OwnWords | null = null;

  constructor(runtime: TaskRuntime) {
    this.#runtime = runtime;
    this.#folder = runtime.require('signalDir');
    this.#mayBeOld = runtime.resumed !== null;
  }

  /** Null while it has said nothing that counts. */
  get said(): OwnWords | null {
    return this.#said;
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
    const isNews = recorded === null || !isKnown(recorded, report);
    // An earlier owner has told of it, and then of what came after it.
    if (isNews && mayBeOld && recorded !== null && file.at <= lastChange(recorded)) return;
    this.#said = { report, at: file.at };
    tellAttention(this.#runtime, report);
  }

  /** What was said until now belongs to what is over. */
  skip(): void {
    this.#seen = attentionBytes(this.#folder);
    this.#said = null;
    this.#mayBeOld = false;
  }
}

/** Milliseconds since 1970. */
function lastChange({ attentionSince, asks }: AttemptState): number {
  const times = [attentionSince, asks?.since ?? null].filter((at) => at !== null);
  return Math.max(Number.NEGATIVE_INFINITY, ...times.map((at) => Date.parse(at)));
}
