import { z } from 'zod';
import { type AttentionReport, MAX_CHOICE, MAX_CHOICES, MAX_QUESTION } from '../../core/attention.ts';
import type { HookRecord, Told, UsageEntry } from './framework.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';

/** What an answer of the model has used. */
export const openCodeUse = {
  cost: z.number().optional(),
  tokens: z
    .object({
      input: z.number(),
      output: z.number(),
      reasoning: z.number().default(0),
      cache: z.object({ read: z.number().default(0), write: z.number().default(0) }).default({ read: 0, write: 0 }),
    })
    .optional(),
};

const useSchema = z.object({ ...openCodeUse, id: z.string(), modelID: z.string().optional() });

export const openCodeError = z.object({
  name: z.string().optional(),
  data: z.object({ message: z.string().optional(), statusCode: z.number().optional() }).optional(),
});

const schema = z.object({
  sessionID: z.string().optional(),
  prompt: z.string().optional(),
  info: useSchema.optional(),
  status: z.object({ type: z.string(), message: z.string().optional(), next: z.number().optional() }).optional(),
  error: openCodeError.optional(),
  permission: z.string().optional(),
  patterns: z.array(z.string()).optional(),
  metadata: z.object({ command: z.string().optional(), filepath: z.string().optional() }).optional(),
  questions: z
    .array(z.object({ question: z.string(), options: z.array(z.object({ label: z.string() })).default([]) }))
    .optional(),
});

type HookData = z.infer<typeof schema>;

/** What the plugin tells that an agent of OpenCode was given; see `opencode-files.ts`. */
export function readOpenCodeHook({ at, event, data }: HookRecord): Told | null {
  const read = schema.safeParse(data);
  if (!read.success) return null;
  const { sessionID, prompt, info } = read.data;
  if (event === 'message.updated') {
    const usage = info === undefined ? null : openCodeUsage(info);
    return usage === null ? null : { at, usage };
  }
  const state = reportOf(event, read.data, at);
  // A helper's questions bear the helper's session.
  const isOwn = event === 'chat.message' || event.startsWith('session.');
  const session = sessionID ?? (event === 'session.created' ? info?.id : undefined);
  return {
    at,
    ...(session === undefined || !isOwn ? {} : { session }),
    ...(event === 'chat.message' && prompt !== undefined ? { prompt } : {}),
    ...(state === null ? {} : { report: state }),
  };
}

function reportOf(event: string, data: HookData, at: number): AttentionReport | null {
  switch (event) {
    case 'chat.message':
    case 'permission.replied':
    case 'question.replied':
    case 'question.rejected':
      return report('working');
    case 'session.status':
      return statusReport(data, at);
    case 'session.error':
      return openCodeFailure(data.error, at);
    case 'permission.asked':
      return { ...report('waiting_permission'), question: permissionWords(data) };
    case 'question.asked':
      return asked(data);
    default:
      return null;
  }
}

function statusReport({ status }: HookData, at: number): AttentionReport | null {
  switch (status?.type) {
    case 'busy':
      return report('working');
    case 'idle':
      return report('idle');
    case 'retry': {
      const told = providerReport({ message: status.message ?? '', status: null, again: status.next ?? null }, at);
      return told?.state === 'usage_limited' ? told : report('working');
    }
    default:
      return null;
  }
}

/** The plugin leaves out that a turn is idle which an error has ended. */
export function openCodeFailure(error: z.infer<typeof openCodeError> | undefined, at: number): AttentionReport | null {
  if (error?.name === 'MessageAbortedError') return null;
  if (error?.name === 'ProviderAuthError') return report('login_required');
  const { message = '', statusCode = null } = error?.data ?? {};
  return providerReport({ message, status: statusCode }, at) ?? report('idle');
}

function permissionWords({ permission = 'a tool', metadata, patterns = [] }: HookData): string {
  const what = metadata?.command ?? metadata?.filepath ?? patterns.join(', ');
  return `${permission}${what === '' ? '' : `: ${what}`}`.slice(0, MAX_QUESTION);
}

/** The first question: the others are shown when it was answered. */
function asked({ questions = [] }: HookData): AttentionReport {
  const [first] = questions;
  if (first === undefined) return report('waiting_input');
  return {
    ...report('waiting_input'),
    question: first.question.slice(0, MAX_QUESTION),
    choices: first.options.slice(0, MAX_CHOICES).map(({ label }) => label.slice(0, MAX_CHOICE)),
  };
}

/** The same message may be told of again. */
export function openCodeUsage({ id, tokens, cost, modelID }: z.infer<typeof useSchema>): UsageEntry | null {
  if (tokens === undefined) return null;
  return {
    id,
    inputTokens: tokens.input,
    outputTokens: tokens.output + tokens.reasoning,
    cacheReadTokens: tokens.cache.read,
    cacheWriteTokens: tokens.cache.write,
    costUsd: cost ?? null,
    model: modelID ?? null,
  };
}
