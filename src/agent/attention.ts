import { join } from 'node:path';
import {
  isAsking,
  LIVE_ATTENTIONS,
  type LiveAttention,
  MAX_CHOICE,
  MAX_CHOICES,
  MAX_QUESTION,
} from '../core/attention.ts';
import { writeFileAtomic } from '../steps/tools/atomic-file.ts';
import { readAttempt } from './attempt.ts';
import { Refusal } from './refusal.ts';
import { cleanText, cutTo, foldLines } from './text.ts';

export interface AttentionFlags {
  readonly STATE?: string;
  readonly question?: string;
  readonly choice?: readonly string[];
  readonly until?: string;
}

/** Replaces what was said before; for hooks, so it says nothing that only an agent would read. */
export function sayAttention(flags: AttentionFlags): string {
  const { signalDir, token } = readAttempt();
  const state = LIVE_ATTENTIONS.find((known) => known === flags.STATE) as LiveAttention;
  const question = flags.question === undefined ? null : cutTo(cleanText(flags.question), MAX_QUESTION);
  const choices = (flags.choice ?? []).map((choice) => cutTo(foldLines(choice), MAX_CHOICE));
  const until = flags.until === undefined ? null : timeOf(flags.until);
  requireSense(state, { asks: question !== null || choices.length > 0, until, choices: choices.length });
  const said = { schema_version: '1', state, question, choices, until, at: new Date().toISOString(), token };
  // Nobody asks for it after a power cut: the agent is gone then.
  writeFileAtomic(join(signalDir, 'attention.json'), `${JSON.stringify(said)}\n`, { mode: 0o600, sync: false });
  return isAsking(state) ? `noted: ${state}. An answer is typed into this session.` : `noted: ${state}.`;
}

function requireSense(
  state: LiveAttention,
  { asks, until, choices }: { asks: boolean; until: string | null; choices: number },
): void {
  if (asks && !isAsking(state)) {
    const asking = LIVE_ATTENTIONS.filter(isAsking).join(', ');
    throw new Refusal(2, `--question and --choice go with ${asking}, and not with ${state}`);
  }
  if (until !== null && state !== 'usage_limited') {
    throw new Refusal(2, `--until goes with usage_limited, and not with ${state}`);
  }
  if (choices > MAX_CHOICES)
    throw new Refusal(2, `there are ${choices} choices, and at most ${MAX_CHOICES} can be given`);
}

const ISO = /^\d{4}-\d\d-\d\dT\d\d:\d\d(:\d\d(\.\d+)?)?(Z|[+-]\d\d:?\d\d)$/;

function timeOf(text: string): string {
  const time = ISO.test(text.trim()) ? Date.parse(text.trim()) : Number.NaN;
  if (!Number.isNaN(time)) return new Date(time).toISOString();
  throw new Refusal(2, `--until is '${text.slice(0, 60)}', which is no ISO time such as 2026-01-31T15:00:00Z`);
}
