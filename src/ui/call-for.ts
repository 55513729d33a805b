import type { Need } from '../core/needs.ts';
import type { Acts } from './ports.ts';
import { needText } from './wording/need-words.ts';

/** Calls for a person, once for each time that someone is newly needed. */
export class CallFor {
  readonly #acts: Pick<Acts, 'notify'>;
  #known: ReadonlySet<string> = new Set();

  constructor(acts: Pick<Acts, 'notify'>) {
    this.#acts = acts;
  }

  /** Calls for nothing that is among these. */
  known(needs: readonly Need[]): void {
    this.#known = new Set(needs.map(nameOf));
  }

  look(needs: readonly Need[], graph: string): void {
    const fresh = needs.filter((need) => !this.#known.has(nameOf(need)));
    this.known(needs);
    const [first] = fresh;
    if (first === undefined) return;
    const more = fresh.length === 1 ? '' : ` (and ${fresh.length - 1} more)`;
    this.#acts.notify(`agentrelay: ${graph}`, `${needText(first)}${more}`);
  }
}

function nameOf({ kind, subject, since }: Need): string {
  return JSON.stringify([kind, subject, since]);
}
