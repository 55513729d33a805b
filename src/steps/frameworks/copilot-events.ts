import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { z } from 'zod';
import { type AttentionReport, MAX_QUESTION } from '../../core/attention.ts';
import type { Told, TranscriptFormat, UsageEntry } from './framework.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';
import { parseLine } from './transcript-lines.ts';

const usageSchema = z.object({
  model: z.string().optional(),
  inputTokens: z.number().default(0),
  outputTokens: z.number().default(0),
  cacheReadTokens: z.number().default(0),
  cacheWriteTokens: z.number().default(0),
});

const requestSchema = z.object({
  kind: z.string().default('a tool'),
  fullCommandText: z.string().optional(),
  fileName: z.string().optional(),
  url: z.string().optional(),
  intention: z.string().optional(),
});

/** A line of it; its mode for scripts prints the same, and more. */
export const copilotEvent = z.object({
  type: z.string(),
  id: z.string(),
  timestamp: z.string().optional(),
  data: z.object({
    sessionId: z.string().optional(),
    content: z.string().optional(),
    /** Of a helper of the agent. */
    parentToolCallId: z.string().nullish(),
    toolRequests: z.array(z.unknown()).optional(),
    toolName: z.string().optional(),
    arguments: z.unknown().optional(),
    success: z.boolean().optional(),
    error: z.object({ message: z.string() }).nullish(),
    permissionRequest: requestSchema.optional(),
    result: z.unknown().optional(),
    errorType: z.string().optional(),
    message: z.string().optional(),
    statusCode: z.number().nullish(),
    usage: usageSchema.optional(),
  }),
});

export type CopilotEvent = z.infer<typeof copilotEvent>;

/** `session-state/<session>/events.jsonl` below the program's own folder. */
export const copilotEvents: TranscriptFormat = {
  find({ session, told, env, home }) {
    const folder = env.COPILOT_HOME ?? join(home, '.copilot');
    const path = told ?? join(folder, 'session-state', session, 'events.jsonl');
    return existsSync(path) ? path : null;
  },
  reader: () => (line) => {
    const read = copilotEvent.safeParse(parseLine(line));
    return read.success ? toldByCopilot(read.data) : null;
  },
};

export function toldByCopilot(event: CopilotEvent): Told | null {
  const at = event.timestamp === undefined ? Number.NaN : Date.parse(event.timestamp);
  const when = Number.isNaN(at) ? {} : { at };
  const { type, id, data } = event;
  if (type === 'session.usage_record') return data.usage ? { ...when, usage: usageOf(id, data.usage) } : null;
  // Others that have an id of a session tell of another one.
  if (type === 'session.start' && data.sessionId !== undefined) return { ...when, session: data.sessionId };
  if (typeof data.parentToolCallId === 'string') return null;
  if (type === 'user.message') {
    return data.content === undefined ? null : { ...when, prompt: data.content, report: report('working') };
  }
  const state = reportOf(event, Number.isNaN(at) ? 0 : at);
  return state === null ? null : { ...when, report: state };
}

function reportOf({ type, data }: CopilotEvent, at: number): AttentionReport | null {
  switch (type) {
    case 'assistant.turn_start':
    case 'tool.execution_complete':
      return report('working');
    case 'permission.requested':
      return { ...report('waiting_permission'), question: permissionWords(data.permissionRequest) };
    case 'permission.completed':
      return report(isCancelled(data.result) ? 'idle' : 'working');
    case 'assistant.message':
      return data.toolRequests?.length === 0 ? report('idle') : null;
    case 'abort':
      return report('idle');
    case 'session.error':
      return errorReport(data, at);
    default:
      return null;
  }
}

/** It ends the turn. */
function isCancelled(result: unknown): boolean {
  return z.object({ kind: z.literal('cancelled') }).safeParse(result).success;
}

function errorReport(
  { errorType = '', message = '', statusCode = null }: CopilotEvent['data'],
  at: number,
): AttentionReport {
  if (errorType === 'authentication') return report('login_required');
  const words = /limit|quota/u.test(errorType) ? `rate limit: ${message}` : message;
  return providerReport({ message: words, status: statusCode }, at) ?? report('idle');
}

function permissionWords(request: CopilotEvent['data']['permissionRequest']): string | null {
  if (request === undefined) return null;
  const { kind, fullCommandText, fileName, url, intention } = request;
  return `${kind}: ${fullCommandText ?? fileName ?? url ?? intention ?? '?'}`.slice(0, MAX_QUESTION);
}

/** What was read from the cache is among what went in. A cost in dollars is not told. */
function usageOf(id: string, usage: z.infer<typeof usageSchema>): UsageEntry {
  const { inputTokens, cacheReadTokens, cacheWriteTokens } = usage;
  return {
    id,
    inputTokens: Math.max(0, inputTokens - cacheReadTokens - cacheWriteTokens),
    outputTokens: usage.outputTokens,
    cacheReadTokens,
    cacheWriteTokens,
    costUsd: null,
    model: usage.model ?? null,
  };
}
