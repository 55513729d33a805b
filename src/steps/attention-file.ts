import { join } from 'node:path';
import { z } from 'zod';
import { type AttentionReport, LIVE_ATTENTIONS, MAX_CHOICE, MAX_CHOICES, MAX_QUESTION } from '../core/attention.ts';
import { readAtMost } from './tools/bounded-file.ts';

/** In the signal directory: what the agent does just now, by its own words or by those of a hook. */
export const ATTENTION_FILE = 'attention.json';

export interface AttentionFile {
  readonly report: AttentionReport;
  /** Milliseconds since 1970, by the clock of who wrote it. */
  readonly at: number;
  readonly token: string;
}

const MAX_BYTES = 64 * 1024;

const schema = z.object({
  schema_version: z.literal('1'),
  state: z.enum(LIVE_ATTENTIONS),
  question: z.string().max(MAX_QUESTION).nullable(),
  choices: z.array(z.string().max(MAX_CHOICE)).max(MAX_CHOICES),
  until: z.iso.datetime({ offset: true }).nullable(),
  at: z.iso.datetime({ offset: true }),
  token: z.string(),
});

/** The bytes of the file, to tell one from the next; null when there is none, or nothing that could be one. */
export function attentionBytes(signalDir: string): string | null {
  const bytes = readAtMost(join(signalDir, ATTENTION_FILE), MAX_BYTES);
  return bytes === null || typeof bytes === 'string' || bytes.length > MAX_BYTES ? null : bytes.toString('utf8');
}

/** Null for what nobody of ours has written. */
export function parseAttention(text: string): AttentionFile | null {
  const read = schema.safeParse(parseJson(text));
  if (!read.success) return null;
  const { state, question, choices, until, at, token } = read.data;
  return { report: { state, question, choices, until }, at: Date.parse(at), token };
}

function parseJson(text: string): unknown {
  try {
    return JSON.parse(text);
  } catch {
    // An agent may write anything there.
    return null;
  }
}
