import type { ServerResponse } from 'node:http';
import { eventStream, newId, refuse, secondsUntil, USED } from './answers.ts';
import { type Conversation, type Move, offered, type ToolCall, type Turn } from './conversation.ts';
import type { Dialect } from './server.ts';

interface Item {
  readonly type?: string;
  readonly role?: string;
  readonly content?: string | readonly { readonly text?: string }[];
  readonly arguments?: string;
  readonly output?: unknown;
}

interface Body {
  readonly input: readonly Item[];
  readonly tools?: readonly { readonly name?: string; readonly type: string }[];
}

/** OpenAI's Responses API. */
export const responses: Dialect = {
  path: /\/responses$/,
  read({ input, tools = [] }: Body): Conversation {
    return { turns: input.map(turnOf), tools: tools.map(({ name, type }) => name ?? type) };
  },
  answer(response, move, { tools }) {
    if (move.kind === 'limit') return refuse(response, 429, { error: limitError(move.until) });
    if (move.kind === 'login') return refuse(response, 401, { error: LOGIN });
    say(response, move.kind === 'say' ? textItem(move.text) : callItem(callOf(move, tools)));
  },
};

function turnOf(item: Item): Turn {
  const { type, role, content } = item;
  if (type?.endsWith('_output')) return { from: 'tool', text: textOf(item.output) };
  if (type?.endsWith('_call'))
    return { from: 'model', text: textOf(Object.values(JSON.parse(item.arguments ?? '{}'))) };
  const text = typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n');
  return { from: role === 'user' ? 'person' : 'model', text };
}

function textOf(value: unknown): string {
  if (typeof value === 'string') return value;
  return Array.isArray(value) ? value.map(textOf).join('\n') : textOf(Object.values(Object(value)));
}

function callOf(move: Exclude<Move, { kind: 'say' | 'limit' | 'login' }>, tools: readonly string[]): ToolCall {
  if (move.kind === 'ask') {
    const options = move.choices.map((label) => ({ label, description: `The word ${label}` }));
    const question = { id: 'word', header: 'Word', question: move.question, options };
    return { name: 'request_user_input', input: { questions: [question] } };
  }
  const command = move.kind === 'read' ? `cat ${move.path}` : move.command;
  const isOutside = move.kind === 'shell' && move.outside;
  const outside = isOutside ? { sandbox_permissions: 'require_escalated', justification: 'May it go on?' } : {};
  const name = offered(tools, ['exec_command', 'shell_command', 'shell']) ?? 'shell';
  if (name === 'exec_command') return { name, input: { cmd: command, ...outside } };
  return { name, input: { command: name === 'shell' ? ['bash', '-lc', command] : command, ...outside } };
}

type OutputItem = Readonly<Record<string, unknown>> & { readonly type: string };

function callItem({ name, input }: ToolCall): OutputItem {
  const ids = { id: newId('fc'), call_id: newId('call') };
  return { type: 'function_call', ...ids, name, arguments: JSON.stringify(input), status: 'completed' };
}

function textItem(text: string): OutputItem {
  const content = [{ type: 'output_text', text, annotations: [] }];
  return { type: 'message', id: newId('msg'), role: 'assistant', status: 'completed', content };
}

function say(response: ServerResponse, item: OutputItem): void {
  const send = eventStream(response);
  let sequence_number = 0;
  const event = (type: string, data: object) => send({ type, sequence_number: sequence_number++, ...data }, type);
  const base = { id: newId('resp'), object: 'response', model: 'a-model' };
  event('response.created', { response: { ...base, status: 'in_progress', output: [] } });
  const isText = item.type === 'message';
  const begun = { ...item, status: 'in_progress', ...(isText ? { content: [] } : {}) };
  event('response.output_item.added', { output_index: 0, item: begun });
  if (isText) event('response.output_text.delta', textDelta(item));
  event('response.output_item.done', { output_index: 0, item });
  const usage = {
    input_tokens: USED.input + USED.cached,
    input_tokens_details: { cached_tokens: USED.cached },
    output_tokens: USED.output,
    output_tokens_details: { reasoning_tokens: 0 },
    total_tokens: USED.input + USED.cached + USED.output,
  };
  event('response.completed', { response: { ...base, status: 'completed', output: [item], usage } });
  response.end();
}

function textDelta({ id, content }: OutputItem): object {
  return { item_id: id, output_index: 0, content_index: 0, delta: textOf((content as { text: string }[])[0]?.text) };
}

function limitError(until: number): object {
  const times = { resets_at: until, resets_in_seconds: secondsUntil(until) };
  return { type: 'usage_limit_reached', message: 'The usage limit has been reached', plan_type: 'plus', ...times };
}

const LOGIN = {
  message: 'Incorrect API key provided: dummy.',
  type: 'invalid_request_error',
  param: null,
  code: 'invalid_api_key',
};
