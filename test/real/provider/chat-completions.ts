import type { ServerResponse } from 'node:http';
import { eventStream, newId, refuse, secondsUntil, USED } from './answers.ts';
import { type Conversation, type Move, offered, type ToolCall, type Turn } from './conversation.ts';
import type { Dialect } from './server.ts';

interface Message {
  readonly role: string;
  readonly content?: string | readonly { readonly text?: string }[] | null;
  readonly tool_calls?: readonly { readonly function: { readonly arguments: string } }[];
}

interface Body {
  readonly messages: readonly Message[];
  readonly tools?: readonly { readonly function?: { readonly name: string } }[];
}

/** OpenAI's Chat Completions API, which many others have, too; always streamed. */
export const chatCompletions: Dialect = {
  path: /\/chat\/completions$/,
  read({ messages, tools = [] }: Body): Conversation {
    const known = messages.filter(({ role }) => role !== 'system' && role !== 'developer');
    return { turns: known.flatMap(turnsOf), tools: tools.flatMap((tool) => tool.function?.name ?? []) };
  },
  answer(response, move, { tools }) {
    if (move.kind === 'limit') return limit(response, move.until);
    if (move.kind === 'login') return refuse(response, 401, { error: LOGIN });
    say(response, move.kind === 'say' ? move.text : callOf(move, tools));
  },
};

function turnsOf({ role, content, tool_calls = [] }: Message): Turn[] {
  const text = typeof content === 'string' ? content : (content ?? []).map((part) => part.text ?? '').join('\n');
  if (role === 'tool') return [{ from: 'tool', text }];
  if (role === 'user') return [{ from: 'person', text }];
  const calls = tool_calls.map((call) => wordsOf(JSON.parse(call.function.arguments)));
  return [text, ...calls].filter((words) => words !== '').map((words) => ({ from: 'model', text: words }));
}

/** What a tool was given, without the quotes that JSON puts around it. */
function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : Object.values(Object(value)).map(wordsOf).join('\n');
}

function callOf(move: Exclude<Move, { kind: 'say' | 'limit' | 'login' }>, tools: readonly string[]): ToolCall {
  const read = move.kind === 'read' ? offered(tools, ['read', 'view']) : null;
  if (move.kind === 'read' && read !== null) {
    return { name: read, input: read === 'read' ? { filePath: move.path } : { path: move.path } };
  }
  if (move.kind === 'ask') return askCall(move, tools);
  const command = move.kind === 'read' ? `cat ${move.path}` : move.command;
  const name = offered(tools, ['bash', 'shell']) ?? 'bash';
  return { name, input: { command, description: 'Go on with the task' } };
}

function askCall({ question, choices }: Extract<Move, { kind: 'ask' }>, tools: readonly string[]): ToolCall {
  if (offered(tools, ['ask_user'])) {
    const word = { type: 'string', title: 'Word', enum: choices };
    const requestedSchema = { type: 'object', properties: { word }, required: ['word'] };
    return { name: 'ask_user', input: { message: question, requestedSchema } };
  }
  const options = choices.map((label) => ({ label, description: `The word ${label}` }));
  return { name: 'question', input: { questions: [{ question, header: 'Word', options }] } };
}

function say(response: ServerResponse, content: string | ToolCall): void {
  const send = eventStream(response);
  const base = { id: newId('chatcmpl'), object: 'chat.completion.chunk', created: 0, model: 'a-model' };
  const chunk = (delta: object, finish_reason: string | null = null) =>
    send({ ...base, choices: [{ index: 0, delta, finish_reason }] });
  if (typeof content === 'string') {
    chunk({ role: 'assistant', content });
  } else {
    const called = { name: content.name, arguments: JSON.stringify(content.input) };
    const call = { index: 0, id: newId('call'), type: 'function', function: called };
    chunk({ role: 'assistant', content: '', tool_calls: [call] });
  }
  chunk({}, typeof content === 'string' ? 'stop' : 'tool_calls');
  const usage = {
    prompt_tokens: USED.input + USED.cached,
    completion_tokens: USED.output,
    total_tokens: USED.input + USED.cached + USED.output,
    prompt_tokens_details: { cached_tokens: USED.cached },
  };
  send({ ...base, choices: [], usage });
  send('[DONE]');
  response.end();
}

function limit(response: ServerResponse, until: number): void {
  const seconds = secondsUntil(until);
  const message = `Rate limit reached for a-model on requests per day (RPD): Limit 100, Used 100, Requested 1. Please try again in ${seconds}s.`;
  const error = { message, type: 'requests', param: null, code: 'rate_limit_exceeded' };
  refuse(response, 429, { error }, { 'retry-after': String(seconds) });
}

const LOGIN = {
  message: 'Incorrect API key provided: dummy.',
  type: 'invalid_request_error',
  param: null,
  code: 'invalid_api_key',
};
