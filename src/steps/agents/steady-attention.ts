import { sameValue } from '../../core/same-value.ts';
import type { KnownAttention } from './monitor.ts';

/** Milliseconds between two changes. */
const PAUSE = 1_500;
/** Milliseconds for which anything but work must be seen: many are idle between two steps, and ask what is answered at once. */
const AT_REST = 1_000;
/** Milliseconds after which what nothing tells any more is not known any more. */
const FORGOTTEN = 5_000;
/** Milliseconds by which two times may differ that mean the same. */
const SAME_TIME = 2 * 60_000;

/** Takes the flicker out of what is known of an agent: two looks at the same moment may see two halves of a change. */
export class SteadyAttention {
  #shown: KnownAttention = null;
  #changedAt = Number.NEGATIVE_INFINITY;
  #candidate: KnownAttention = null;
  #since = 0;
  #looks = 0;

  get shown(): KnownAttention {
    return this.#shown;
  }

  /** One more look; true when what is shown has changed. */
  offer(found: KnownAttention, now: number): boolean {
    if (sameState(found, this.#shown)) {
      this.#forgetCandidate();
      const fuller = filledIn(found, this.#shown);
      if (sameValue(fuller, this.#shown)) return false;
      // Another question, or more of it: still the same state.
      this.#shown = fuller;
      return true;
    }
    if (this.#looks === 0 || !sameState(found, this.#candidate)) {
      this.#since = now;
      this.#looks = 0;
    }
    this.#candidate = found;
    this.#looks++;
    if (!this.#isDue(found, now)) return false;
    this.#forgetCandidate();
    this.#shown = found;
    this.#changedAt = now;
    return true;
  }

  /** From here on another thing is done: the first that is seen of it is shown. True when what is shown has changed. */
  begin(): boolean {
    const changed = this.#shown !== null;
    this.#shown = null;
    this.#changedAt = Number.NEGATIVE_INFINITY;
    this.#forgetCandidate();
    return changed;
  }

  #isDue(found: KnownAttention, now: number): boolean {
    const held = now - this.#since;
    if (found === null) return held >= FORGOTTEN;
    if (now - this.#changedAt < PAUSE) return false;
    if (found.kind === 'unknown') return held >= PAUSE;
    return found.report.state === 'working' || (this.#looks >= 2 && held >= AT_REST);
  }

  #forgetCandidate(): void {
    this.#candidate = null;
    this.#looks = 0;
  }
}

/** The same question once more, of which less can be seen: what it was made of is known. */
function filledIn(found: KnownAttention, before: KnownAttention): KnownAttention {
  if (found?.kind !== 'known' || before?.kind !== 'known') return found;
  const [{ report }, { report: known }] = [found, before];
  const until = isSameTime(report.until, known.until) ? known.until : report.until;
  const isOther = report.question !== null && known.question !== null && report.question !== known.question;
  if (isOther) return { ...found, report: { ...report, until } };
  const choices = report.choices.length > 0 ? report.choices : known.choices;
  return { ...found, report: { ...report, question: report.question ?? known.question, choices, until } };
}

/** A time that is told as so long from now is another one at each look. */
function isSameTime(found: string | null, before: string | null): boolean {
  if (found === null || before === null) return found === null;
  return Math.abs(Date.parse(found) - Date.parse(before)) <= SAME_TIME;
}

function sameState(one: KnownAttention, other: KnownAttention): boolean {
  return stateOf(one) === stateOf(other);
}

function stateOf(attention: KnownAttention): string | null {
  return attention?.kind === 'known' ? attention.report.state : (attention?.kind ?? null);
}
