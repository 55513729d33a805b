import { z } from 'zod';
import type { AttentionReport } from '../../core/attention.ts';
import { ClaudeTurns, claudeAnswerUsage, claudeResultUsage } from './claude-usage.ts';
import { claudeError, plainWords } from './claude-words.ts';
import type { Told } from './framework.ts';
import { jsonStream, timeOf } from './json-stream.ts';
import { providerReport } from './provider-error.ts';
import { report } from './report.ts';
import { actionOf, actionWords, shownAction, shownEnd, shownError, shownLines, shownOutput } from './stream-words.ts';

const block = z.object({
  type: z.string(),
  text: z.string().optional(),
  name: z.string().optional(),
  input: z.unknown().optional(),
  content: z.unknown().optional(),
  is_error: z.boolean().nullish(),
});
const content = z.union([
  z.string().transform((text): z.infer<typeof block>[] => [{ type: 'text', text }]),
  z.array(block),
]);

const of = {
  session_id: z.string().optional(),
  timestamp: z.string().optional(),
  /** Of a helper of the agent. */
  parent_tool_use_id: z.string().nullish(),
};

const schema = z.discriminatedUnion('type', [
  z.object({
    ...of,
    type: z.literal('system'),
    subtype: z.string().optional(),
    model: z.string().optional(),
    tool_name: z.string().optional(),
    error: z.string().optional(),
  }),
  z.object({
    ...of,
    type: z.literal('assistant'),
    message: z.object({
      id: z.string(),
      model: z.string().nullish(),
      content,
      usage: claudeAnswerUsage,
    }),
    error: z.string().optional(),
  }),
  z.object({ ...of, type: z.literal('user'), message: z.object({ content }) }),
  z.object({
    ...of,
    type: z.literal('rate_limit_event'),
    rate_limit_info: z.object({ status: z.string(), resetsAt: z.number().nullish() }),
  }),
  z.object({
    ...of,
    ...claudeResultUsage,
    type: z.literal('result'),
    is_error: z.boolean().default(false),
    subtype: z.string().optional(),
    result: z.string().optional(),
    errors: z.array(z.string()).optional(),
    api_error_status: z.number().nullish(),
  }),
]);

type Event = z.infer<typeof schema>;
type EventOf<K extends Event['type']> = Extract<Event, { type: K }>;

/** `claude -p … --output-format stream-json --verbose`. */
export const claudeStream = jsonStream({ schema, reader: createReader, show });

/** The prompt is not among what it prints: the first line of a turn shows that it was taken. */
function createReader(): (event: Event, now: number) => Told | null {
  const reader = new ClaudeReader();
  return (event, now) => {
    const at = timeOf(event.timestamp, now);
    const told = reader.read(event, at);
    if (told === null) return null;
    return { ...told, at, ...(event.session_id === undefined ? {} : { session: event.session_id }) };
  };
}

class ClaudeReader {
  readonly #turns = new ClaudeTurns();
  /** Of this turn. */
  #trouble: AttentionReport | null = null;
  #until: string | null = null;

  read(event: Event, at: number): Told | null {
    switch (event.type) {
      case 'system':
        if (event.subtype === 'init') this.#begin();
        return { report: report('working') };
      case 'rate_limit_event':
        this.#limited(event);
        return null;
      case 'user':
        return event.parent_tool_use_id == null ? toldByUser(event) : null;
      case 'assistant':
        return this.#said(event, at);
      case 'result':
        return this.#ended(event, at);
    }
  }

  #begin(): void {
    this.#turns.begin();
    this.#trouble = null;
    this.#until = null;
  }

  #limited({ rate_limit_info: { status, resetsAt } }: EventOf<'rate_limit_event'>): void {
    if (status === 'rejected' && typeof resetsAt === 'number') this.#until = instant(resetsAt);
  }

  #said(event: EventOf<'assistant'>, at: number): Told | null {
    const usage = this.#turns.said(event.message);
    const used = usage === null ? {} : { usage };
    if (event.error !== undefined) {
      this.#trouble = this.#withEnd(claudeError(event.error, wordsOf(event.message.content), at));
      return { ...used, report: this.#trouble };
    }
    if (event.parent_tool_use_id == null) return { ...used, ...toldByAssistant(event) };
    return usage === null ? null : used;
  }

  #ended(event: EventOf<'result'>, at: number): Told {
    const usage = this.#turns.ended(event.session_id ?? '', event);
    return {
      report: this.#withEnd(this.#trouble ?? endOf(event, at)),
      ...(usage === null ? {} : { usage }),
      ...(event.is_error || event.result === undefined ? {} : { message: event.result }),
    };
  }

  #withEnd(said: AttentionReport): AttentionReport {
    return said.state === 'usage_limited' && this.#until !== null ? { ...said, until: this.#until } : said;
  }
}

/** Only where it is told to echo them. */
function toldByUser({ message }: EventOf<'user'>): Told {
  const text = message.content.some(({ type }) => type === 'tool_result') ? '' : wordsOf(message.content);
  if (text.startsWith('[Request interrupted by user')) return { report: report('idle') };
  return { report: report('working'), ...(text === '' ? {} : { prompt: plainWords(text) }) };
}

function toldByAssistant({ message }: EventOf<'assistant'>): Told {
  const tool = message.content.findLast(({ type }) => type === 'tool_use');
  return {
    report: report('working'),
    ...(tool === undefined ? {} : { action: actionOf(tool.name ?? 'a tool', tool.input) }),
  };
}

function endOf({ is_error, api_error_status = null, ...event }: EventOf<'result'>, at: number): AttentionReport {
  if (!is_error) return report('idle');
  return providerReport({ message: errorWords(event), status: api_error_status }, at) ?? report('idle');
}

function errorWords({ result, errors = [] }: Pick<EventOf<'result'>, 'result' | 'errors'>): string {
  return [...(result === undefined ? [] : [result]), ...errors].join('\n');
}

function wordsOf(blocks: z.infer<typeof content>): string {
  return blocks.flatMap(({ text }) => text ?? []).join('\n');
}

/** Seconds since 1970; null for what is no time. */
function instant(seconds: number): string | null {
  const date = new Date(seconds * 1_000);
  return Number.isNaN(date.getTime()) ? null : date.toISOString();
}

function show(event: Event): readonly string[] {
  switch (event.type) {
    case 'system':
      if (event.subtype === 'init')
        return [actionWords(`● session ${event.session_id ?? ''} with ${event.model ?? '?'}`)];
      if (event.subtype === 'api_retry') return [actionWords(`… tries again: ${event.error ?? ''}`)];
      return event.subtype === 'permission_denied'
        ? // Why stands in what the tool gives back.
          shownError(`${event.tool_name ?? 'a tool'} was denied`)
        : [];
    case 'rate_limit_event':
      return [];
    case 'assistant':
      if (event.error !== undefined) return [];
      return event.message.content.flatMap((one) =>
        one.type === 'tool_use' ? shownAction(actionOf(one.name ?? 'a tool', one.input)) : shownLines(one.text ?? ''),
      );
    case 'user':
      return event.message.content.flatMap((one) =>
        one.type === 'tool_result' ? shownOutput(outputOf(one.content)) : shownLines(one.text ?? ''),
      );
    case 'result': {
      const { total_cost_usd: cost } = event;
      const paid = cost === undefined ? [] : [`$${cost.toFixed(4)} in all`];
      return [...(event.is_error ? shownError(errorWords(event)) : []), ...shownEnd(...paid)];
    }
  }
}

function outputOf(given: unknown): string {
  return wordsOf(content.safeParse(given).data ?? []);
}
