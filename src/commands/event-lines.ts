import type { RunEvent } from '../core/events.ts';
import { provedTogether } from '../ui/wording/proved-words.ts';
import { type EventLineOptions, eventLine, wordedLine } from './event-line.ts';

type ProofEvent = Extract<RunEvent, { kind: 'task_pr_proof' | 'workstream_pr_proof' }>;

/**
 * The lines of events, as they come: one each, but the proofs of a pull request that hold, and were found by one look,
 * share one.
 */
export class EventLines {
  readonly #print: (line: string) => void;
  #options: EventLineOptions;
  #held: ProofEvent[] = [];

  constructor(options: EventLineOptions, print: (line: string) => void) {
    this.#options = options;
    this.#print = print;
  }

  /** How the lines from now on are made. */
  set options(options: EventLineOptions) {
    this.#options = options;
  }

  add(event: RunEvent): void {
    if (!isProof(event)) {
      this.flush();
      this.#print(eventLine(event, this.#options));
      return;
    }
    const [first] = this.#held;
    // A look begins with the repository, and ends with the checks.
    const goesOn = first === undefined ? event.proof === 'repository' : first.pr === event.pr;
    if (event.holds !== true || !goesOn) this.flush();
    if (event.holds === true && goesOn) this.#held.push(event);
    else this.#print(eventLine(event, this.#options));
    if (event.proof === 'checks') this.flush();
  }

  /** Prints what was held back for a common line. */
  flush(): void {
    const [first, ...more] = this.#held;
    this.#held = [];
    if (first === undefined) return;
    const isAlone = more.length === 0;
    this.#print(
      isAlone ? eventLine(first, this.#options) : wordedLine(first.at, provedTogether(first, more), this.#options),
    );
  }
}

function isProof(event: RunEvent): event is ProofEvent {
  return event.kind === 'task_pr_proof' || event.kind === 'workstream_pr_proof';
}
