import { z } from 'zod';
import type { Told, UsageEntry } from './framework.ts';
import { jsonStream, timeOf } from './json-stream.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';
import { actionOf, actionWords, shownAction, shownEnd, shownError, shownLines, shownOutput } from './stream-words.ts';

const stats = z.object({
  total_tokens: z.number().default(0),
  input_tokens: z.number().default(0),
  output_tokens: z.number().default(0),
  cached: z.number().default(0),
  models: z.record(z.string(), z.object({ total_tokens: z.number().default(0) })).optional(),
});
const error = z.object({ message: z.string().default('') });
const of = { timestamp: z.string().optional() };

const schema = z.discriminatedUnion('type', [
  z.object({ ...of, type: z.literal('init'), session_id: z.string(), model: z.string().optional() }),
  z.object({ ...of, type: z.literal('message'), role: z.string(), content: z.string() }),
  z.object({ ...of, type: z.literal('tool_use'), tool_name: z.string(), parameters: z.unknown().optional() }),
  z.object({
    ...of,
    type: z.literal('tool_result'),
    status: z.string().optional(),
    output: z.string().optional(),
    error: error.nullish(),
  }),
  z.object({ ...of, type: z.literal('error'), message: z.string().default('') }),
  z.object({ ...of, type: z.literal('result'), status: z.string(), error: error.nullish(), stats: stats.optional() }),
]);

type Event = z.infer<typeof schema>;

/** `gemini --prompt … --output-format stream-json`. */
export const geminiStream = jsonStream({ schema, reader: createReader, show });

function createReader(): (event: Event, now: number) => Told | null {
  let turn = 1;
  let words = '';
  const told = (event: Event, at: number): Told => {
    switch (event.type) {
      case 'init':
        words = '';
        return { report: report('working'), session: event.session_id };
      case 'message':
        if (event.role === 'user') return { report: report('working'), prompt: event.content };
        words += event.content;
        return { report: report('working') };
      case 'tool_use':
        // What it says before is not what it says in the end.
        words = '';
        return { report: report('working'), action: actionOf(event.tool_name, event.parameters) };
      case 'tool_result':
      case 'error':
        return { report: report('working') };
      case 'result': {
        const usage = event.stats === undefined ? null : usageOf(`turn ${turn}`, event.stats);
        turn += 1;
        const failed = event.error == null ? null : providerReport({ message: event.error.message, status: null }, at);
        return {
          report: failed ?? report('idle'),
          ...(usage === null ? {} : { usage }),
          ...(event.error == null && words !== '' ? { message: words } : {}),
        };
      }
    }
  };
  return (event, now) => {
    const at = timeOf(event.timestamp, now);
    return { ...told(event, at), at };
  };
}

/** Each process tells what it has used itself. Thoughts are only in the total; what it costs is not told. */
function usageOf(id: string, used: z.infer<typeof stats>): UsageEntry {
  const { total_tokens, input_tokens, output_tokens, cached, models = {} } = used;
  const [most] = Object.entries(models).toSorted(([, a], [, b]) => b.total_tokens - a.total_tokens);
  return {
    id,
    inputTokens: Math.max(0, input_tokens - cached),
    outputTokens: Math.max(output_tokens, total_tokens - input_tokens),
    cacheReadTokens: cached,
    cacheWriteTokens: 0,
    costUsd: null,
    model: most?.[0] ?? null,
  };
}

function show(event: Event): readonly string[] {
  switch (event.type) {
    case 'init':
      return [actionWords(`● session ${event.session_id} with ${event.model ?? '?'}`)];
    case 'message':
      return shownLines(event.content).map((line) => (event.role === 'user' ? `> ${line}` : line));
    case 'tool_use':
      return shownAction(actionOf(event.tool_name, event.parameters));
    case 'tool_result':
      return event.error == null ? shownOutput(event.output ?? '') : shownError(event.error.message);
    case 'error':
      return shownError(event.message);
    case 'result':
      return [
        ...(event.error == null ? [] : shownError(event.error.message)),
        ...(event.stats === undefined ? shownEnd() : shownEnd(`${event.stats.total_tokens} tokens`)),
      ];
  }
}
