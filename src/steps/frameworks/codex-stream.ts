import { z } from 'zod';
import { codexTokens, codexUsage, failedCodex } from './codex-rollout.ts';
import type { Told, UsageEntry } from './framework.ts';
import { jsonStream } from './json-stream.ts';
import { report } from './report.ts';
import { actionOf, actionWords, shownAction, shownEnd, shownError, shownLines, shownOutput } from './stream-words.ts';

const item = z.object({
  type: z.string(),
  text: z.string().optional(),
  message: z.string().optional(),
  command: z.string().optional(),
  aggregated_output: z.string().optional(),
  exit_code: z.number().nullish(),
  status: z.string().optional(),
  changes: z.array(z.object({ path: z.string(), kind: z.string().optional() })).optional(),
  server: z.string().optional(),
  tool: z.string().optional(),
  query: z.string().optional(),
  items: z.array(z.object({ text: z.string(), completed: z.boolean().optional() })).optional(),
});
type Item = z.infer<typeof item>;

const schema = z.discriminatedUnion('type', [
  z.object({ type: z.literal('thread.started'), thread_id: z.string() }),
  z.object({ type: z.literal('turn.started') }),
  z.object({ type: z.literal('item.started'), item }),
  z.object({ type: z.literal('item.updated'), item }),
  z.object({ type: z.literal('item.completed'), item }),
  z.object({ type: z.literal('turn.completed'), usage: codexTokens.optional() }),
  z.object({ type: z.literal('turn.failed'), error: z.object({ message: z.string() }) }),
  z.object({ type: z.literal('error'), message: z.string() }),
]);

type Event = z.infer<typeof schema>;

/** `codex exec --json`. */
export const codexStream = jsonStream({ schema, reader: createReader, show });

/** Neither prompts nor times are in it. */
function createReader(): (event: Event, at: number) => Told | null {
  const use = new CodexUse();
  let words = '';
  return (event, at) => {
    switch (event.type) {
      case 'thread.started':
        words = '';
        return { session: event.thread_id, report: report('working'), at };
      case 'item.started':
      case 'item.updated':
      case 'item.completed': {
        if (event.item.type === 'agent_message') words = event.item.text ?? '';
        // It is told again when it has ended.
        const isNew = event.type === 'item.started' || event.item.type === 'file_change';
        const action = isNew ? actionIn(event.item) : '';
        return { report: report('working'), at, ...(action === '' ? {} : { action }) };
      }
      case 'turn.completed': {
        const usage = event.usage === undefined ? null : use.ended(event.usage);
        return { report: report('idle'), at, message: words, ...(usage === null ? {} : { usage }) };
      }
      case 'turn.failed':
        return { report: failedCodex(event.error.message, at), at };
      case 'turn.started':
      case 'error':
        // What it tries again; what it does not, ends the turn.
        return { report: report('working'), at };
    }
  };
}

/** A turn's end tells all that its session has used so far. */
class CodexUse {
  #turn = 0;
  #before: z.infer<typeof codexTokens> | null = null;

  ended(now: z.infer<typeof codexTokens>): UsageEntry {
    this.#turn += 1;
    const before = this.#before;
    this.#before = now;
    // Another session begins from nothing.
    const goesOn =
      before !== null && now.input_tokens >= before.input_tokens && now.output_tokens >= before.output_tokens;
    const since = (key: keyof typeof now) => Math.max(0, (now[key] ?? 0) - ((goesOn ? before[key] : 0) ?? 0));
    const own = {
      input_tokens: since('input_tokens'),
      cached_input_tokens: since('cached_input_tokens'),
      cache_write_input_tokens: since('cache_write_input_tokens'),
      output_tokens: since('output_tokens'),
    };
    return codexUsage(`turn ${this.#turn}`, own, null);
  }
}

function actionIn({ type, ...one }: Item): string {
  switch (type) {
    case 'command_execution':
      return actionWords(`Bash ${withoutShell(one.command ?? '')}`);
    case 'file_change':
      return actionWords(`Edit ${(one.changes ?? []).map(({ path }) => path).join(', ')}`);
    case 'mcp_tool_call':
      return actionWords(`${one.server ?? ''} ${one.tool ?? ''}`);
    case 'web_search':
      return actionOf('WebSearch', { query: one.query });
    default:
      return '';
  }
}

/** `/bin/bash -lc 'npm test'`. */
function withoutShell(command: string): string {
  const [, quote = '', inner = ''] = /^\S*sh -l?c (['"]?)([\s\S]*)\1$/u.exec(command) ?? [];
  if (inner === '') return command;
  return quote === "'" ? inner.replaceAll(`'\\''`, "'") : inner.replaceAll(/\\(["\\$`])/gu, '$1');
}

function show(event: Event): readonly string[] {
  switch (event.type) {
    case 'thread.started':
      return [actionWords(`● session ${event.thread_id}`)];
    case 'item.started':
      return shownAction(actionIn(event.item));
    case 'item.completed':
      return showItem(event.item);
    case 'turn.completed':
      return event.usage === undefined
        ? shownEnd()
        : shownEnd(`${event.usage.input_tokens + event.usage.output_tokens} tokens in all`);
    case 'turn.failed':
      return [...shownError(event.error.message), ...shownEnd()];
    case 'error':
      return shownError(event.message);
    default:
      return [];
  }
}

/** What was shown when it began is not shown again. */
function showItem(one: Item): readonly string[] {
  const { type, text = '', message = '', aggregated_output = '', exit_code = 0, items = [] } = one;
  switch (type) {
    case 'agent_message':
    case 'reasoning':
      return shownLines(text);
    case 'error':
      return shownError(message);
    case 'command_execution':
      return [
        ...shownOutput(aggregated_output),
        ...(exit_code === 0 || exit_code === null ? [] : [`  exit code ${exit_code}`]),
      ];
    case 'todo_list':
      return items.flatMap(({ text: todo, completed = false }) => actionWords(`  ${completed ? '☑' : '☐'} ${todo}`));
    case 'file_change':
      return shownAction(actionIn(one));
    default:
      return [];
  }
}
