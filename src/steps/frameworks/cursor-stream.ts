import { z } from 'zod';
import type { Told, UsageEntry } from './framework.ts';
import { jsonStream } from './json-stream.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';
import { actionOf, actionWords, shownAction, shownEnd, shownError, shownLines, shownOutput } from './stream-words.ts';

const message = z.object({
  content: z.union([z.string().transform((text) => [{ text }]), z.array(z.object({ text: z.string().optional() }))]),
});

const usageSchema = z.object({
  inputTokens: z.number().default(0),
  outputTokens: z.number().default(0),
  cacheReadTokens: z.number().default(0),
  cacheWriteTokens: z.number().default(0),
});

const of = { session_id: z.string().optional() };

const schema = z.discriminatedUnion('type', [
  z.object({ ...of, type: z.literal('system'), subtype: z.string().optional(), model: z.string().optional() }),
  z.object({ ...of, type: z.literal('user'), message }),
  z.object({ ...of, type: z.literal('thinking') }),
  z.object({ ...of, type: z.literal('assistant'), message }),
  z.object({
    ...of,
    type: z.literal('tool_call'),
    subtype: z.string().optional(),
    tool_call: z.record(z.string(), z.unknown()),
  }),
  z.object({
    ...of,
    type: z.literal('result'),
    is_error: z.boolean().default(false),
    result: z.string().optional(),
    usage: usageSchema.optional(),
  }),
]);

type Event = z.infer<typeof schema>;

/** `cursor-agent --print --output-format stream-json`, as its makers describe it. An error is words, and no line of it. */
export const cursorStream = jsonStream({ schema, reader: createReader, show });

function createReader(): (event: Event, at: number) => Told | null {
  let turn = 1;
  let model: string | null = null;
  let words = '';
  const told = (event: Event, at: number): Told => {
    switch (event.type) {
      case 'system':
        model = event.model ?? model;
        words = '';
        return { report: report('working') };
      case 'user':
        return { report: report('working'), prompt: wordsOf(event.message) };
      case 'assistant':
        words = wordsOf(event.message);
        return { report: report('working') };
      case 'thinking':
        return { report: report('working') };
      case 'tool_call': {
        // It is told again when it has ended.
        const action = event.subtype === 'completed' ? '' : actionIn(event.tool_call);
        return { report: report('working'), ...(action === '' ? {} : { action }) };
      }
      case 'result': {
        const usage = event.usage === undefined ? {} : { usage: usageOf(turn, event.usage, model) };
        turn += 1;
        if (event.is_error) {
          const said = providerReport({ message: event.result ?? '', status: null }, at) ?? report('idle');
          return { ...usage, report: said };
        }
        return { ...usage, report: report('idle'), ...(words === '' ? {} : { message: words }) };
      }
    }
  };
  return (event, at) => ({
    at,
    ...(event.session_id === undefined ? {} : { session: event.session_id }),
    ...told(event, at),
  });
}

function usageOf(turn: number, used: z.infer<typeof usageSchema>, model: string | null): UsageEntry {
  return { id: `turn ${turn}`, ...used, costUsd: null, model };
}

function wordsOf({ content }: z.infer<typeof message>): string {
  return content.flatMap(({ text }) => text ?? []).join('\n');
}

const callSchema = z.object({
  name: z.string().optional(),
  args: z.unknown().optional(),
  arguments: z.string().optional(),
  result: z.record(z.string(), z.unknown()).optional(),
});

/** `{"shellToolCall": {"args": …, "result": …}}`; of some tools `{"function": {"name": …, "arguments": …}}`. */
function callIn(call: Readonly<Record<string, unknown>>): { name: string; of: z.infer<typeof callSchema> } | null {
  for (const [key, value] of Object.entries(call)) {
    const read = callSchema.safeParse(value);
    if (!read.success) continue;
    const name = key === 'function' ? (read.data.name ?? '') : (/^(.+)ToolCall$/u.exec(key)?.[1] ?? '');
    if (name !== '') return { name, of: read.data };
  }
  return null;
}

function actionIn(call: Readonly<Record<string, unknown>>): string {
  const found = callIn(call);
  return found === null ? '' : actionOf(found.name, found.of.args);
}

const outputSchema = z.object({
  stdout: z.string().optional(),
  content: z.string().optional(),
  message: z.string().optional(),
});

function outputIn(call: Readonly<Record<string, unknown>>): readonly string[] {
  const { success, ...others } = callIn(call)?.of.result ?? {};
  if (success !== undefined) {
    const { stdout, content } = outputSchema.safeParse(success).data ?? {};
    return shownOutput(stdout ?? content ?? '');
  }
  const [failed] = Object.entries(others);
  if (failed === undefined) return [];
  return shownError(outputSchema.safeParse(failed[1]).data?.message ?? failed[0]);
}

function show(event: Event): readonly string[] {
  switch (event.type) {
    case 'system':
      return event.subtype === 'init'
        ? [actionWords(`● session ${event.session_id ?? ''} with ${event.model ?? '?'}`)]
        : [];
    case 'user':
      return shownLines(wordsOf(event.message)).map((line) => `> ${line}`);
    case 'assistant':
      return shownLines(wordsOf(event.message));
    case 'thinking':
      return [];
    case 'tool_call':
      return event.subtype === 'completed' ? outputIn(event.tool_call) : shownAction(actionIn(event.tool_call));
    case 'result':
      return [...(event.is_error ? shownError(event.result ?? '') : []), ...shownEnd()];
  }
}
