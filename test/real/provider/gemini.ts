import type { ServerResponse } from 'node:http';
import { eventStream, refuse, USED } from './answers.ts';
import { type Conversation, type Move, offered, type ToolCall, type Turn } from './conversation.ts';
import type { Dialect } from './server.ts';

interface Part {
  readonly text?: string;
  readonly functionCall?: { readonly args?: unknown };
  readonly functionResponse?: { readonly response?: unknown };
}

interface Body {
  readonly contents: readonly { readonly role?: string; readonly parts?: readonly Part[] }[];
  readonly tools?: readonly { readonly functionDeclarations?: readonly { readonly name: string }[] }[];
  readonly generationConfig?: { readonly responseMimeType?: string };
}

/** Google's Gemini API. */
export const gemini: Dialect = {
  path: /:(?:streamG|g)enerateContent$/,
  read({ contents, tools = [], generationConfig }: Body): Conversation {
    const turns = contents.flatMap(({ role, parts = [] }) => parts.map((part) => turnOf(role, part)));
    const names = tools.flatMap(({ functionDeclarations = [] }) => functionDeclarations.map(({ name }) => name));
    // What asks for JSON is a question of the program's own.
    return { turns, tools: generationConfig?.responseMimeType === 'application/json' ? [] : names };
  },
  answer(response, move, { path, tools }) {
    if (move.kind === 'limit') return refuse(response, 429, { error: LIMIT });
    if (move.kind === 'login') return refuse(response, 401, { error: LOGIN });
    if (tools.length === 0) return say(response, { text: NEXT_SPEAKER }, path);
    say(response, move.kind === 'say' ? { text: move.text } : { functionCall: callOf(move, tools) }, path);
  },
};

/** It is the person's turn. */
const NEXT_SPEAKER = JSON.stringify({ reasoning: 'it is done', next_speaker: 'user', complexity_score: 10 });

function turnOf(role: string | undefined, { text, functionCall, functionResponse }: Part): Turn {
  if (functionResponse !== undefined) return { from: 'tool', text: wordsOf(functionResponse.response) };
  if (functionCall !== undefined) return { from: 'model', text: wordsOf(functionCall.args) };
  return { from: role === 'model' ? 'model' : 'person', text: text ?? '' };
}

function wordsOf(value: unknown): string {
  return typeof value === 'string' ? value : Object.values(Object(value)).map(wordsOf).join('\n');
}

function callOf(
  move: Exclude<Move, { kind: 'say' | 'limit' | 'login' }>,
  tools: readonly string[],
): { name: string; args: ToolCall['input'] } {
  if (move.kind === 'read' && offered(tools, ['read_file'])) {
    return { name: 'read_file', args: { file_path: move.path } };
  }
  if (move.kind === 'ask') {
    const options = move.choices.map((label) => ({ label, description: `The word ${label}` }));
    const question = { question: move.question, header: 'Word', type: 'choice', options };
    return { name: 'ask_user', args: { questions: [question] } };
  }
  const command = move.kind === 'read' ? `cat ${move.path}` : move.command;
  return { name: 'run_shell_command', args: { command, description: 'Go on with the task' } };
}

function say(response: ServerResponse, part: object, path: string): void {
  const usageMetadata = {
    promptTokenCount: USED.input + USED.cached,
    cachedContentTokenCount: USED.cached,
    candidatesTokenCount: USED.output,
    totalTokenCount: USED.input + USED.cached + USED.output,
  };
  const candidate = { content: { role: 'model', parts: [part] }, index: 0, finishReason: 'STOP' };
  const answer = { candidates: [candidate], usageMetadata, modelVersion: 'a-model', responseId: 'a-response' };
  if (!path.includes(':stream')) {
    response.writeHead(200, { 'content-type': 'application/json' });
    response.end(JSON.stringify(answer));
    return;
  }
  eventStream(response)(answer);
  response.end();
}

/** Of the day: the program waits for one of the minute without a word. */
const LIMIT = {
  code: 429,
  message: 'You exceeded your current quota, please check your plan and billing details.',
  status: 'RESOURCE_EXHAUSTED',
  details: [
    {
      '@type': 'type.googleapis.com/google.rpc.QuotaFailure',
      violations: [
        {
          quotaMetric: 'generativelanguage.googleapis.com/generate_content_free_tier_requests',
          quotaId: 'GenerateRequestsPerDayPerProjectPerModel-FreeTier',
          quotaValue: '250',
        },
      ],
    },
  ],
};

const LOGIN = {
  code: 401,
  message: 'Request had invalid authentication credentials.',
  status: 'UNAUTHENTICATED',
};
