import { readFileSync, writeSync } from 'node:fs';
import { pastOf } from './past-turns.ts';
import type { Look, Personality, Reporter, Session, ToolUse, Trouble } from './personality.ts';
import type { Action, StandInFact, TurnEnd, Usage } from './script.ts';
import { runActions, type TurnHost } from './turn.ts';

/** How a program works without a terminal. */
export interface Headless {
  /** Flags that it takes then, as its help shows them. */
  readonly help?: string;
  applies(argv: readonly string[]): boolean;
  /** It reads its standard input to the end before it begins. */
  readonly readsInput?: boolean;
  /** In place of `skipsApprovals`. */
  readonly allows?: (session: Session, tool: ToolUse) => boolean;
  printer(session: Session, spent: Spent): Printer;
}

/** What its stream says. Its lines go to `printLine`, and what its answers use to `spend`. */
export interface Printer {
  begun(): void;
  prompted(text: string): void;
  said(text: string, usage: Usage): void;
  used(usage: Usage): void;
  toolAsked(tool: ToolUse): void;
  toolDone(tool: ToolUse, output: string): void;
  denied(tool: ToolUse): void;
  /** Any words. */
  printed(lines: readonly string[]): void;
  troubled(trouble: Trouble): void;
  /** The turn is over; its exit code. */
  ended(how: TurnEnd, lastText: string): number;
}

export type Used = Required<Usage>;

/** What a session has used so far, by all of its processes. */
export interface Spent {
  readonly total: () => Used;
  /** Of this process. */
  readonly own: () => Used;
  spend(usage: Usage): Used;
}

/** Of an answer whose price the script does not say; one of those that it can tell without rounding. */
const PRICE = 0.0081;
export const TOOL_USAGE: Usage = { input: 1_200, output: 42, cacheRead: 5_000, cacheWrite: 300 };
const NOTHING_USED: Used = { input: 0, output: 0, cacheRead: 0, cacheWrite: 0, costUsd: 0 };
const NOTHING_TO_DO: readonly Action[] = [{ say: 'There is nothing more in my script.' }];

/** One prompt, from the start of the process to its end. */
export async function runHeadless(
  personality: Personality,
  headless: Headless,
  session: Session,
  prompt: string | null,
): Promise<void> {
  if (headless.readsInput === true) await inputEnd();
  const past = session.resumed ? pastOf(session) : { turns: 0, left: 0 };
  const spent = spentOf(session);
  const printer = headless.printer(session, spent);
  const reporter = printing(personality.reporter(session), printer);
  const leave = async (code: number, reason: string | null): Promise<never> => {
    if (reason !== null) await reporter.ended(reason);
    session.record({ kind: 'exited', code });
    process.exit(code);
  };
  for (const [signal, code] of [
    ['SIGTERM', 143],
    ['SIGINT', 130],
    ['SIGHUP', 129],
  ] as const) {
    process.on(signal, () => void leave(code, 'other'));
  }
  const { turns, otherwise, start } = session.script;
  await new Promise((done) => setTimeout(done, typeof start?.delayMs === 'number' ? start.delayMs : 0));
  await reporter.started();
  printer.begun();
  session.record({ kind: 'ready' });
  const text = prompt ?? '';
  const turn = past.left > 0 ? past.turns : past.turns + 1;
  session.record({ kind: 'prompt', text, from: 'argv', turn, session: session.id });
  await reporter.prompted(text, { how: 'argv', folded: false });
  const all = turns[turn - 1] ?? otherwise ?? NOTHING_TO_DO;
  const host = hostOf(personality, headless, session, { reporter, printer, leave });
  const { how, left, lastText } = await runActions(past.left > 0 ? all.slice(-past.left) : all, host);
  if (how === 'done') await reporter.turnEnded(lastText);
  const code = printer.ended(how, lastText);
  session.record({ kind: 'turn_ended', how, left: left.length });
  await leave(code, 'prompt_input_exit');
}

/** Of a process that is ended at any moment, every line that it has printed is whole. */
export function printLine(line: string | object): void {
  const bytes = Buffer.from(`${typeof line === 'string' ? line : JSON.stringify(line)}\n`);
  for (let at = 0; at < bytes.length; ) {
    try {
      at += writeSync(1, bytes, at);
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'EAGAIN') throw error;
    }
  }
}

const BLANK: Look = {
  alternate: false,
  banner: () => [],
  prompt: () => [],
  said: () => [],
  toolDone: () => [],
  denied: () => [],
  interrupted: () => [],
  trouble: () => [],
  turnDone: () => [],
  live: () => ({ lines: [] }),
  title: () => null,
};

interface Run {
  readonly reporter: Reporter;
  readonly printer: Printer;
  leave(code: number, reason: string | null): Promise<never>;
}

/** Nobody is asked, and nobody breaks a turn off but by ending the process. */
function hostOf(personality: Personality, headless: Headless, session: Session, run: Run): TurnHost {
  const { allows = personality.skipsApprovals } = headless;
  const limit = personality.limit === 'retries' ? 'retries' : 'ends';
  return {
    session,
    personality: { ...personality, look: BLANK, limit, skipsApprovals: allows },
    reporter: run.reporter,
    signal: new AbortController().signal,
    width: 100,
    show(lines) {
      if (lines.length > 0) run.printer.printed(lines);
    },
    ask: async () => ({ row: null, words: null }),
    retrying: () => {},
    trouble: () => {},
    keepFor: () => {},
    async exit(code, text) {
      if (text !== '') process.stderr.write(`${text.trimEnd()}\n`);
      return run.leave(code, null);
    },
    freeze: () => {},
    goOnAfter: () => {},
  };
}

/** It tells its hooks and its transcript what it prints. */
function printing(reporter: Reporter, printer: Printer): Reporter {
  const nothing = async () => {};
  return {
    ...reporter,
    async prompted(text, came) {
      await reporter.prompted(text, came);
      printer.prompted(text);
    },
    async said(text, usage) {
      await reporter.said(text, usage);
      printer.said(text, usage);
    },
    async used(usage) {
      await reporter.used(usage);
      printer.used(usage);
    },
    async toolAsked(tool) {
      await reporter.toolAsked(tool);
      printer.toolAsked(tool);
    },
    permissionAsked: nothing,
    reminded: nothing,
    async toolDone(tool, output) {
      await reporter.toolDone(tool, output);
      printer.toolDone(tool, output);
    },
    async denied(tool) {
      printer.denied(tool);
    },
    async troubled(trouble) {
      await reporter.troubled(trouble);
      printer.troubled(trouble);
    },
  };
}

function spentOf(session: Session): Spent {
  let total = session.resumed ? recorded(session).reduce(plus, NOTHING_USED) : NOTHING_USED;
  let own = NOTHING_USED;
  return {
    total: () => total,
    own: () => own,
    spend({ input, output, cacheRead = 0, cacheWrite = 0, costUsd = PRICE }) {
      const used = { input, output, cacheRead, cacheWrite, costUsd };
      total = plus(total, used);
      own = plus(own, used);
      session.record({ kind: 'used', session: session.id, ...used });
      return used;
    },
  };
}

function recorded({ env, id }: Session): Used[] {
  const text = readFileSync(`${env.STAND_IN_RECORD}/${env.AGENTRELAY_TASK ?? 'default'}.jsonl`, 'utf8');
  const facts = text.split('\n').flatMap((line) => (line === '' ? [] : (JSON.parse(line) as StandInFact)));
  return facts.flatMap((fact) => (fact.kind === 'used' && fact.session === id ? fact : []));
}

function plus(a: Used, b: Used): Used {
  return {
    input: a.input + b.input,
    output: a.output + b.output,
    cacheRead: a.cacheRead + b.cacheRead,
    cacheWrite: a.cacheWrite + b.cacheWrite,
    costUsd: a.costUsd + b.costUsd,
  };
}

function inputEnd(): Promise<void> {
  return new Promise((ended) => {
    process.stdin.on('end', ended).on('error', () => ended());
    process.stdin.resume();
  });
}
