import { readdirSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type AttentionReport, MAX_CHOICE, MAX_CHOICES, MAX_QUESTION } from '../../core/attention.ts';
import { readAtMost } from '../tools/bounded-file.ts';
import type { Told, TranscriptFormat, TranscriptPlace, UsageEntry } from './framework.ts';
import { limitEnd } from './limit-time.ts';
import { report } from './report.ts';
import { parseLine, realFolder } from './transcript-lines.ts';

/** `sessions/<year>/<month>/<day>/rollout-<local time>-<session>.jsonl` below the program's own folder. */
export const codexRollout: TranscriptFormat = { find: findRollout, reader: createReader };

/** Clocks and file systems may differ by so much. */
const SLACK = 2_000;
const HEAD = 16 * 1_024;

/** By its name when the session is known, else by the folder that its first line names. */
function findRollout({ told, worktree, session, since, env, home }: TranscriptPlace): string | null {
  if (told !== null) return told;
  const sessions = join(env.CODEX_HOME ?? join(home, '.codex'), 'sessions');
  const changedAt = (path: string) => statSync(path, { throwIfNoEntry: false })?.mtimeMs ?? 0;
  const fresh = filesOf(sessions).filter((path) => changedAt(path) >= since - SLACK);
  const named = fresh.find((path) => path.endsWith(`-${session}.jsonl`));
  if (named !== undefined) return named;
  const folders = [worktree, realFolder(worktree)];
  const isOurs = (path: string) => {
    const { cwd, at } = startOf(path);
    return cwd !== null && folders.includes(cwd) && at >= since - SLACK;
  };
  return fresh.find(isOurs) ?? null;
}

/** Those of the last two days that anybody worked on, the newest first. */
function filesOf(sessions: string): string[] {
  const days = newest(sessions, 2).flatMap((year) => newest(year, 2).flatMap((month) => newest(month, 2)));
  return days
    .sort()
    .slice(-2)
    .flatMap((day) => newest(day, Number.POSITIVE_INFINITY))
    .filter((path) => path.endsWith('.jsonl'))
    .sort()
    .reverse();
}

function newest(folder: string, count: number): string[] {
  let names: string[];
  try {
    names = readdirSync(folder);
  } catch (error) {
    if (error instanceof Error && 'code' in error && (error.code === 'ENOENT' || error.code === 'ENOTDIR')) return [];
    throw error;
  }
  return names
    .sort()
    .slice(-count)
    .map((name) => join(folder, name));
}

/** Its first line holds all that the program tells its model: only the beginning is looked at. */
function startOf(path: string): { cwd: string | null; at: number } {
  const bytes = readAtMost(path, HEAD);
  const head = bytes === null || typeof bytes === 'string' ? '' : bytes.toString('utf8');
  const [, cwd] = /"cwd":("(?:[^"\\]|\\.)*")/u.exec(head) ?? [];
  const [, at = ''] = /^\{"timestamp":"([^"]*)"/u.exec(head) ?? [];
  return { cwd: cwd === undefined ? null : String(parseLine(cwd)), at: Date.parse(at) };
}

/** As it tells them: what was read from the cache is counted in the input. */
export const codexTokens = z.object({
  input_tokens: z.number(),
  cached_input_tokens: z.number().optional(),
  cache_write_input_tokens: z.number().optional(),
  output_tokens: z.number(),
});

const payload = z.discriminatedUnion('type', [
  z.object({ type: z.literal('task_started') }),
  z.object({ type: z.literal('user_message'), message: z.string() }),
  z.object({
    type: z.literal('item_completed'),
    item: z.object({
      type: z.literal('UserMessage'),
      content: z.array(z.object({ text: z.string().optional() })),
    }),
  }),
  z.object({
    type: z.literal('function_call'),
    name: z.string(),
    arguments: z.string(),
  }),
  z.object({ type: z.literal('function_call_output') }),
  z.object({ type: z.literal('token_count'), info: z.object({ total_token_usage: codexTokens }).nullish() }),
  z.object({ type: z.literal('turn_aborted') }),
  z.object({
    type: z.literal('task_complete'),
    error: z.object({ message: z.string(), codex_error_info: z.unknown().optional() }).nullish(),
  }),
]);

const line = z.object({ timestamp: z.string().optional(), type: z.string(), payload: z.unknown().optional() });
const meta = z.object({ id: z.string() });
const context = z.object({ model: z.string().optional() });

/** Approvals that are awaited are not in it. */
function createReader(): (text: string) => Told | null {
  let model: string | null = null;
  return (text) => {
    const read = line.safeParse(parseLine(text));
    if (!read.success) return null;
    const { type, timestamp = '' } = read.data;
    const time = Date.parse(timestamp);
    const at = Number.isNaN(time) ? {} : { at: time };
    if (type === 'session_meta') {
      const session = meta.safeParse(read.data.payload).data?.id;
      return session === undefined ? null : { session, ...at };
    }
    if (type === 'turn_context') model = context.safeParse(read.data.payload).data?.model ?? model;
    const one = payload.safeParse(read.data.payload);
    const told = one.success ? toldBy(one.data, model, time || 0) : null;
    return told === null ? null : { ...told, ...at };
  };
}

function toldBy(one: z.infer<typeof payload>, model: string | null, now: number): Told | null {
  switch (one.type) {
    case 'task_started':
    case 'function_call_output':
      return { report: report('working') };
    case 'user_message':
      return { prompt: one.message, report: report('working') };
    case 'item_completed':
      return { prompt: one.item.content.map(({ text = '' }) => text).join('\n'), report: report('working') };
    case 'function_call':
      return { report: one.name === 'request_user_input' ? questionIn(one.arguments) : report('working') };
    case 'token_count':
      return usageIn(one.info?.total_token_usage, model);
    case 'turn_aborted':
      return { report: report('idle') };
    case 'task_complete':
      return {
        report: one.error === null || one.error === undefined ? report('idle') : failedCodex(one.error.message, now),
      };
  }
}

const questions = z.object({
  questions: z.array(z.object({ question: z.string(), options: z.array(z.object({ label: z.string() })).nullish() })),
});

function questionIn(text: string): AttentionReport {
  const [first] = questions.safeParse(parseLine(text)).data?.questions ?? [];
  if (first === undefined) return report('waiting_input');
  const choices = (first.options ?? []).slice(0, MAX_CHOICES).map(({ label }) => label.slice(0, MAX_CHOICE));
  return { ...report('waiting_input'), question: first.question.slice(0, MAX_QUESTION), choices };
}

/** All that its session has used, told again and again. */
function usageIn(total: z.infer<typeof codexTokens> | undefined, model: string | null): Told | null {
  return total === undefined ? null : { usage: codexUsage('total', total, model) };
}

export function codexUsage(id: string, used: z.infer<typeof codexTokens>, model: string | null): UsageEntry {
  const { input_tokens, cached_input_tokens = 0, cache_write_input_tokens = 0, output_tokens } = used;
  return {
    id,
    inputTokens: Math.max(0, input_tokens - cached_input_tokens - cache_write_input_tokens),
    outputTokens: output_tokens,
    cacheReadTokens: cached_input_tokens,
    cacheWriteTokens: cache_write_input_tokens,
    costUsd: null,
    model,
  };
}

/** A turn that could not be ended well. */
export function failedCodex(words: string, now: number): AttentionReport {
  if (/usage limit|quota exceeded|429 Too Many/iu.test(words)) {
    return { ...report('usage_limited'), until: limitEnd(words, now) };
  }
  return report(/401 Unauthorized|sign in again|log out/iu.test(words) ? 'login_required' : 'idle');
}
