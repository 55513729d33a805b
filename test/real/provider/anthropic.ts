import type { ServerResponse } from 'node:http';
import { eventStream, newId, refuse, secondsUntil, USED } from './answers.ts';
import { type Conversation, type Move, offered, type ToolCall, type Turn } from './conversation.ts';
import type { Dialect } from './server.ts';

interface Block {
  readonly type: string;
  readonly text?: string;
  readonly name?: string;
  readonly input?: unknown;
  readonly content?: string | readonly Block[];
}

interface Body {
  readonly messages: readonly { readonly role: 'user' | 'assistant'; readonly content: string | readonly Block[] }[];
  readonly tools?: readonly { readonly name: string }[];
}

/** The Messages API. */
export const anthropic: Dialect = {
  path: /\/v1\/messages$/,
  read({ messages, tools = [] }: Body): Conversation {
    const turns = messages.flatMap(({ role, content }) => blocksOf(content).map((block) => turnOf(role, block)));
    return { turns, tools: tools.map(({ name }) => name) };
  },
  answer(response, move, { tools }) {
    if (move.kind === 'limit') return limit(response, move.until);
    if (move.kind === 'login') return refuse(response, 401, error('authentication_error', 'invalid bearer token'));
    say(response, move.kind === 'say' ? move.text : callOf(move, tools));
  },
};

function blocksOf(content: string | readonly Block[]): readonly Block[] {
  return typeof content === 'string' ? [{ type: 'text', text: content }] : content;
}

function turnOf(role: 'user' | 'assistant', block: Block): Turn {
  if (role === 'assistant') return { from: 'model', text: block.text ?? said(block.input) };
  if (block.type !== 'tool_result') return { from: 'person', text: block.text ?? '' };
  const text = blocksOf(block.content ?? '').map((part) => part.text ?? '');
  return { from: 'tool', text: text.join('\n') };
}

/** What a tool was given, without the quotes that JSON puts around it. */
function said(input: unknown): string {
  return Object.values(Object(input))
    .map((value) => (typeof value === 'string' ? value : JSON.stringify(value)))
    .join('\n');
}

function callOf(move: Exclude<Move, { kind: 'say' | 'limit' | 'login' }>, tools: readonly string[]): ToolCall {
  if (move.kind === 'read' && offered(tools, ['Read'])) return { name: 'Read', input: { file_path: move.path } };
  if (move.kind === 'ask') {
    const options = move.choices.map((label) => ({ label, description: `The word ${label}` }));
    const question = { question: move.question, header: 'Word', multiSelect: false, options };
    return { name: 'AskUserQuestion', input: { questions: [question] } };
  }
  const command = move.kind === 'read' ? `cat ${move.path}` : move.command;
  return { name: 'Bash', input: { command, description: 'Go on with the task' } };
}

function say(response: ServerResponse, content: string | ToolCall): void {
  const send = eventStream(response);
  const event = (type: string, data: object) => send({ type, ...data }, type);
  const usage = { input_tokens: USED.input, cache_read_input_tokens: USED.cached, cache_creation_input_tokens: 0 };
  const message = { id: newId('msg'), type: 'message', role: 'assistant', model: 'a-model', content: [] };
  event('message_start', { message: { ...message, stop_reason: null, usage: { ...usage, output_tokens: 1 } } });
  if (typeof content === 'string') {
    event('content_block_start', { index: 0, content_block: { type: 'text', text: '' } });
    event('content_block_delta', { index: 0, delta: { type: 'text_delta', text: content } });
  } else {
    const block = { type: 'tool_use', id: newId('toolu'), name: content.name, input: {} };
    event('content_block_start', { index: 0, content_block: block });
    const delta = { type: 'input_json_delta', partial_json: JSON.stringify(content.input) };
    event('content_block_delta', { index: 0, delta });
  }
  event('content_block_stop', { index: 0 });
  const stop_reason = typeof content === 'string' ? 'end_turn' : 'tool_use';
  event('message_delta', { delta: { stop_reason, stop_sequence: null }, usage: { output_tokens: USED.output } });
  event('message_stop', {});
  response.end();
}

function limit(response: ServerResponse, until: number): void {
  const unified = {
    status: 'rejected',
    reset: String(until),
    'representative-claim': 'five_hour',
    '5h-status': 'rejected',
    '5h-reset': String(until),
    '5h-utilization': '1.0',
    fallback: 'unavailable',
    'overage-status': 'rejected',
    'overage-disabled-reason': 'org_level_disabled',
  };
  const headers = Object.entries(unified).map(([name, value]) => [`anthropic-ratelimit-unified-${name}`, value]);
  refuse(response, 429, error('rate_limit_error', "This request would exceed your account's rate limit."), {
    'retry-after': String(secondsUntil(until)),
    'x-should-retry': 'false',
    ...Object.fromEntries(headers),
  });
}

function error(type: string, message: string): object {
  return { type: 'error', error: { type, message } };
}
