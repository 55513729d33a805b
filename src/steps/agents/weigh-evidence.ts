import { type AttentionReport, isAsking } from '../../core/attention.ts';
import type { EvidenceSource, KnownAttention } from './monitor.ts';

/** What a hook or the transcript has told last. */
export interface Said {
  readonly report: AttentionReport;
  /** Milliseconds since 1970. */
  readonly at: number;
  /** Such as `hook Stop`. */
  readonly from: string;
}

/** What can be seen. Milliseconds since 1970. */
export interface Seen<T> {
  readonly value: T;
  readonly since: number;
  /** It is known to have been that up to then: what was printed after it was not looked at. */
  readonly until: number;
}

/** What a screen shows; the report is null where it is not clear. */
export interface SeenScreen {
  readonly report: AttentionReport | null;
  /** What was typed and not sent; null where no input line is seen. */
  readonly input: string | null;
  /** There is nothing on it. */
  readonly blank: boolean;
}

/** All that is known of an agent at one moment, since it was last told something. */
export interface Evidence {
  readonly hook: Said | null;
  readonly transcript: Said | null;
  readonly title: Seen<'working' | 'idle'> | null;
  readonly screen: Seen<SeenScreen> | null;
  /** When it last printed something; milliseconds since 1970. */
  readonly printedAt: number;
}

/** A transcript is written a moment after the hooks of the same event have run, or before. */
const LAG = 2_000;
/** Hooks do not fire for everything: a dialog that stands for this long has the keys. */
const DIALOG = 1_500;
/** A program that shows that it works, and prints, for this long after it has told of its end goes on. */
const AT_WORK = 3_000;
/** What prints as it works is never still for longer. */
const STILL = 2_000;
/** From here on a contradiction is one. */
const CONFLICT = 5_000;
/** A screen that stands for this long against what was told: what would have told of the change was not told. */
const STALE = 60_000;

interface Claim {
  readonly report: AttentionReport;
  readonly source: EvidenceSource;
  readonly from: string;
  readonly since: number;
  readonly until: number;
}

/** What an agent does just now. Fresher and nearer evidence wins; what contradicts itself is nobody's guess. */
export function weighEvidence(evidence: Evidence, now: number): KnownAttention {
  const shown = shownOf(evidence);
  const told = toldOf(evidence, shown);
  if (told === null) return ofScreenAlone(evidence, shown, now);
  if (shown === null || shown.report.state === told.report.state) return known(told, merged(told, shown));
  // Both are what they are since the later of the two.
  const stands = Math.min(now, shown.until) - Math.max(told.since, shown.since);
  const isPrinting = now - evidence.printedAt <= STILL;
  switch (preferred(told, shown, { stands, isPrinting, input: evidence.screen?.value.input ?? null })) {
    case 'told':
      return known(told, told.report);
    case 'shown':
      return known(shown, shown.report);
    case 'neither':
      return { kind: 'unknown', evidence: [words(told), words(shown)] };
  }
}

type Preferred = 'told' | 'shown' | 'neither';

interface Stand {
  /** Milliseconds for which the two contradict each other. */
  readonly stands: number;
  readonly isPrinting: boolean;
  readonly input: string | null;
}

function preferred(told: Claim, shown: Claim, stand: Stand): Preferred {
  const [was, is] = [told.report.state, shown.report.state];
  // A hook knows better what is asked than its picture does.
  if (isAsking(is) && isAsking(was)) return is === 'trust_prompt' && stand.stands >= DIALOG ? 'shown' : 'told';
  // More than that a turn is over, or not: why.
  if (isAsking(is) || is === 'login_required' || is === 'usage_limited') return after(stand.stands, DIALOG, 'shown');
  return is === 'idle' ? againstIdle(was, stand) : againstWork(was, stand);
}

/** The screen looks as if the turn was over, and that was not told. */
function againstIdle(was: AttentionReport['state'], { stands, isPrinting, input }: Stand): Preferred {
  // Where one can type, and nothing was typed, no dialog has the keys.
  if (isAsking(was) && input === '') return after(stands, DIALOG, 'shown');
  // The words of its limit may have gone out of sight; only the time ends it, or work.
  if (was === 'usage_limited') return 'told';
  if (stands >= STALE && !isPrinting && !isAsking(was)) return 'shown';
  return was === 'login_required' ? 'told' : after(stands, CONFLICT, 'neither');
}

/** The screen looks as if it worked, and something else was told. */
function againstWork(was: AttentionReport['state'], { stands, isPrinting }: Stand): Preferred {
  // The dialog is gone: somebody has answered it.
  if (isAsking(was)) return after(stands, DIALOG, 'shown');
  if (isPrinting) return after(stands, AT_WORK, 'shown');
  return after(stands, CONFLICT, 'neither');
}

function after(stands: number, limit: number, preferred: Preferred): Preferred {
  return stands >= limit ? preferred : 'told';
}

function ofScreenAlone({ screen, title }: Evidence, shown: Claim | null, now: number): KnownAttention {
  const idleTitle = title?.value === 'idle' ? title : null;
  if (shown === null) {
    if (screen === null || screen.value.blank || now - screen.since < CONFLICT) return null;
    return { kind: 'unknown', evidence: ['screen: nothing that is known', ...(idleTitle ? ['title: idle'] : [])] };
  }
  if (idleTitle !== null && shown.report.state === 'working') {
    const stands = Math.min(idleTitle.until, shown.until) - Math.max(idleTitle.since, shown.since);
    if (stands >= CONFLICT) return { kind: 'unknown', evidence: ['title: idle', words(shown)] };
  }
  return known(shown, shown.report);
}

/** The hook, unless the transcript has gone on without one, or what it has told since can be seen. */
function toldOf({ hook, transcript }: Evidence, shown: Claim | null): Claim | null {
  const isBorneOut = (at: number) => at < (transcript?.at ?? 0) && transcript?.report.state === shown?.report.state;
  const isHook = hook !== null && (transcript === null || (transcript.at <= hook.at + LAG && !isBorneOut(hook.at)));
  const said = isHook ? hook : transcript;
  if (said === null) return null;
  return {
    report: said.report,
    source: isHook ? 'hook' : 'transcript',
    from: said.from,
    since: said.at,
    until: said.at,
  };
}

/**
 * A title tells more than a screen of work, and less of anything else: programs show the title of one that is ready
 * beside a dialog, too.
 */
function shownOf({ screen, title }: Evidence): Claim | null {
  const report = screen?.value.report ?? null;
  const isBusy = title?.value === 'working' && (report === null || report.state === 'idle');
  if (isBusy) return { report: WORKING, source: 'title', from: 'title', ...span(title) };
  if (screen === null || report === null) return null;
  return { report, source: 'screen', from: 'screen', ...span(screen) };
}

function span({ since, until }: Seen<unknown>) {
  return { since, until };
}

const WORKING: AttentionReport = { state: 'working', question: null, choices: [], until: null };

/** What the screen shows fills in what was not told. */
function merged({ report }: Claim, shown: Claim | null): AttentionReport {
  if (shown === null) return report;
  const choices = report.choices.length > 0 ? report.choices : shown.report.choices;
  return {
    ...report,
    choices,
    question: report.question ?? shown.report.question,
    until: report.until ?? shown.report.until,
  };
}

function known({ source }: Claim, report: AttentionReport): KnownAttention {
  return { kind: 'known', report, source };
}

function words({ from, report }: Claim): string {
  return `${from}: ${report.state}`;
}
