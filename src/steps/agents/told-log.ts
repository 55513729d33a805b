import type { UsageTold } from '../../core/agent-events.ts';
import { isAsking } from '../../core/attention.ts';
import type { Told, UsageEntry } from '../frameworks/framework.ts';
import type { KnownAttention, TakenPrompt } from './monitor.ts';
import { UsageLedger } from './usage-ledger.ts';
import type { Said } from './weigh-evidence.ts';

/** Prompts that are kept; nobody asks for those long before. */
const MAX_PROMPTS = 500;

type Source = 'hook' | 'transcript';

/** What a program has told of one agent, by its hooks and in its transcript. */
export class ToldLog {
  readonly prompts: TakenPrompt[] = [];
  /** The program's own name of its session, and the file that it says to write; null where it has not told. */
  session: string | null = null;
  transcript: string | null = null;
  readonly #usage = new UsageLedger();
  /** The id that the session was given. */
  readonly #given: string;
  #said: Record<Source, Said | null> = { hook: null, transcript: null };
  /** Milliseconds since 1970: what was told before it is of an earlier agent. */
  #since: number;
  /** Its session was begun by an earlier agent. */
  readonly #goesOn: boolean;
  /** What the agent was told to have done before it is over. */
  #begun = Number.NEGATIVE_INFINITY;

  constructor(given: string, since: number, goesOn = false) {
    this.#given = given;
    this.#since = since;
    this.#goesOn = goesOn;
  }

  said(source: Source): Said | null {
    return this.#said[source];
  }

  get usage(): UsageTold | null {
    return this.#usage.sum();
  }

  /** True when anything but what it does is new. `at` in milliseconds since 1970; `from` says in words where it was told. */
  take(source: Source, told: Told, { at, from }: { at: number; from: string }): boolean {
    this.#takeReport(source, told, { at, from });
    const news = [this.#takeSession(told)];
    if (told.usage !== undefined) news.push(this.#takeUsage(told.usage, at));
    if (told.prompt !== undefined && at >= this.#since) {
      this.prompts.push({ source, text: told.prompt, at });
      if (this.prompts.length > MAX_PROMPTS) this.prompts.shift();
      news.push(true);
    }
    return news.includes(true);
  }

  /** What was told of its doings up to now is over. */
  begin(now: number): void {
    this.#said = { hook: null, transcript: null };
    this.#begun = now;
  }

  /** The clock shows an earlier time than before: what is told from here on is new all the same. */
  setBack(now: number): void {
    this.begin(now);
    this.#since = Math.min(this.#since, now);
  }

  /** What was told last, by whichever source. */
  latest(): Said | null {
    const { hook, transcript } = this.#said;
    if (hook === null || transcript === null) return hook ?? transcript;
    return transcript.at > hook.at ? transcript : hook;
  }

  /** A question that was seen to be gone is not asked any more, whatever is seen later. */
  answered(found: KnownAttention): void {
    if (found?.kind !== 'known' || isAsking(found.report.state)) return;
    const { hook, transcript } = this.#said;
    this.#said = { hook: withoutQuestion(hook), transcript: withoutQuestion(transcript) };
  }

  /** A program that tells a sum tells it when it starts, too: with that a session that goes on has begun. */
  #takeUsage(usage: UsageEntry, at: number): boolean {
    const session = this.session ?? this.#given;
    const isFirstSum = this.#goesOn && usage.isSum === true && !this.#usage.knows(session, usage.id);
    return this.#usage.take(session, usage, at < this.#since || isFirstSum);
  }

  #takeSession({ session, transcript }: Told): boolean {
    const before = [this.session, this.transcript];
    this.session = session ?? this.session;
    this.transcript = transcript ?? this.transcript;
    return this.session !== before[0] || this.transcript !== before[1];
  }

  /** Hooks that run at once are not written in their order. */
  #takeReport(source: Source, { report }: Told, { at, from }: { at: number; from: string }): void {
    const last = this.#said[source];
    if (report === undefined || at < Math.max(this.#since, this.#begun) || (last !== null && at < last.at)) return;
    this.#said = { ...this.#said, [source]: { report, at, from } };
  }
}

function withoutQuestion(said: Said | null): Said | null {
  return said !== null && isAsking(said.report.state) ? null : said;
}
