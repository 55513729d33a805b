import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { claudeAnswerUsage } from './claude-usage.ts';
import { claudeError, claudeQuestions, plainWords } from './claude-words.ts';
import type { Told, TranscriptFormat, TranscriptPlace, UsageEntry } from './framework.ts';
import { report } from './report.ts';
import { parseLine, realFolder } from './transcript-lines.ts';

/** `projects/<folder>/<session>.jsonl` below the program's own folder. */
export const claudeTranscript: TranscriptFormat = {
  find: ({ told, ...place }) => told ?? possiblePaths(place).find((path) => existsSync(path)) ?? null,
  reader: () => readLine,
};

function possiblePaths({ worktree, session, env, home }: Omit<TranscriptPlace, 'told'>): string[] {
  const projects = join(env.CLAUDE_CONFIG_DIR ?? join(home, '.claude'), 'projects');
  const folders = new Set([worktree, realFolder(worktree)]);
  return [...folders].map((folder) => join(projects, folder.replace(/[^A-Za-z0-9]/gu, '-'), `${session}.jsonl`));
}

const textBlock = z.object({
  type: z.string(),
  text: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
});
const content = z.union([
  z.string().transform((text) => [{ type: 'text', text, name: undefined, input: null }]),
  z.array(textBlock),
]);

const assistantMessage = z.object({
  id: z.string(),
  model: z.string().nullish(),
  content,
  stop_reason: z.string().nullish(),
  usage: claudeAnswerUsage,
});

const of = { timestamp: z.string().optional(), sessionId: z.string().optional(), isSidechain: z.boolean().optional() };
const schema = z.discriminatedUnion('type', [
  z.object({
    ...of,
    type: z.literal('user'),
    isMeta: z.boolean().optional(),
    isCompactSummary: z.boolean().optional(),
    message: z.object({ content }),
  }),
  z.object({
    ...of,
    type: z.literal('assistant'),
    message: assistantMessage,
    isApiErrorMessage: z.boolean().optional(),
    error: z.string().optional(),
    quotaLimits: z.object({ resetsAt: z.number().nullish() }).nullish(),
  }),
  z.object({ ...of, type: z.literal('system'), subtype: z.string().optional() }),
]);

type Line = z.infer<typeof schema>;
type AssistantLine = Extract<Line, { type: 'assistant' }>;

/** Whole requests are kept there, too: they are long, and tell nothing. */
const SKIPPED = /^\{"type":"api-request/u;

function readLine(line: string): Told | null {
  const read = SKIPPED.test(line) ? null : schema.safeParse(parseLine(line)).data;
  if (read === null || read === undefined) return null;
  const told = toldBy(read);
  if (told === null) return null;
  const at = Date.parse(read.timestamp ?? '');
  return {
    ...told,
    ...(read.sessionId === undefined ? {} : { session: read.sessionId }),
    ...(Number.isNaN(at) ? {} : { at }),
  };
}

function toldBy(line: Line): Told | null {
  switch (line.type) {
    case 'user':
      return line.isSidechain === true || line.isMeta === true ? null : toldByUser(line);
    case 'assistant':
      return toldByAssistant(line);
    case 'system':
      return line.subtype === 'turn_duration' ? { report: report('idle') } : null;
  }
}

function toldByUser({ message, isCompactSummary }: Extract<Line, { type: 'user' }>): Told | null {
  const blocks = message.content;
  if (blocks.some(({ type }) => type === 'tool_result')) return { report: report('working') };
  const text = blocks.map(({ text = '' }) => text).join('\n');
  if (text.startsWith('[Request interrupted by user')) return { report: report('idle') };
  // What the program itself has put there: a command of its own, or a summary.
  if (isCompactSummary === true || /^\s*<(?:local-)?command-/u.test(text)) return null;
  return { prompt: plainWords(text), report: report('working') };
}

/** One answer is written as several lines, each with all of its tokens. Helpers of the agent count, and tell no state. */
function toldByAssistant(line: AssistantLine): Told {
  const { message } = line;
  const usage = usageOf(message);
  return { ...(usage === null ? {} : { usage }), ...(line.isSidechain === true ? {} : { report: stateOf(line) }) };
}

function stateOf({ message, isApiErrorMessage, error = '', quotaLimits, timestamp = '' }: AssistantLine) {
  if (isApiErrorMessage === true) {
    const words = message.content.map(({ text = '' }) => text).join('\n');
    const until = quotaLimits?.resetsAt;
    const said = claudeError(error, words, Date.parse(timestamp) || 0);
    const known = said.state === 'usage_limited' && typeof until === 'number';
    return known ? { ...said, until: new Date(until * 1_000).toISOString() } : said;
  }
  const asked = message.content.find(({ type, name }) => type === 'tool_use' && name === 'AskUserQuestion');
  if (asked !== undefined) return claudeQuestions(asked.input);
  return report(message.stop_reason === 'end_turn' || message.stop_reason === 'stop_sequence' ? 'idle' : 'working');
}

function usageOf({ id, model = null, usage }: AssistantLine['message']): UsageEntry | null {
  if (usage === null || usage === undefined || model === '<synthetic>') return null;
  return {
    id,
    inputTokens: usage.input_tokens ?? 0,
    outputTokens: usage.output_tokens ?? 0,
    cacheReadTokens: usage.cache_read_input_tokens ?? 0,
    cacheWriteTokens: usage.cache_creation_input_tokens ?? 0,
    costUsd: null,
    model,
  };
}
