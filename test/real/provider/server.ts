import { once } from 'node:events';
import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { setTimeout as delay } from 'node:timers/promises';
import { anthropic } from './anthropic.ts';
import { chatCompletions } from './chat-completions.ts';
import type { Conversation, Move } from './conversation.ts';
import { gemini } from './gemini.ts';
import { nextMove } from './model.ts';
import { responses } from './responses.ts';

/** One API. */
export interface Dialect {
  /** Of the path of what asks a model for its next move. */
  readonly path: RegExp;
  read(body: never): Conversation;
  answer(response: ServerResponse, move: Move, asked: Asked): void;
}

export interface Asked {
  readonly path: string;
  readonly tools: readonly string[];
}

/** The APIs of the makers of models, played on this machine; no account, no network. */
export interface Provider {
  /** Without a slash at its end. */
  readonly url: string;
  /** What was asked and what the model did, in order; for whoever looks why a test fails. */
  readonly log: readonly string[];
  /** From now on tasks with `LOGIN` are logged in. */
  logIn(): void;
  /** Milliseconds since 1970: when the limit of this task with `LIMIT` ends; null while it was not reached. */
  limitEnd(task: string): number | null;
  close(): Promise<void>;
}

const DIALECTS: readonly Dialect[] = [anthropic, responses, chatCompletions, gemini];

/** `limit`: milliseconds for which a limit lasts, from when it was reached. */
export async function startProvider({ limit }: { limit: number }): Promise<Provider> {
  const log: string[] = [];
  const ends = new Map<string, number>();
  let loggedIn = false;
  const limitEnd = (task: string) => {
    const end = ends.get(task) ?? Date.now() + limit;
    ends.set(task, end);
    return end;
  };
  const server = createServer((request, response) => {
    handle(request, response).catch((error: unknown) => {
      log.push(`${request.url}: ${error instanceof Error ? error.stack : error}`);
      response.destroy();
    });
  });
  async function handle(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const path = new URL(request.url ?? '/', 'http://local').pathname;
    const text = await bodyOf(request);
    const dialect = request.method === 'POST' ? DIALECTS.find((known) => known.path.test(path)) : undefined;
    if (dialect === undefined) return aside(request, response, path, log);
    const conversation = dialect.read(JSON.parse(text) as never);
    const move = nextMove(conversation, { limitEnd, isLoggedIn: () => loggedIn });
    log.push(
      `${path}: ${conversation.turns.length} turns, ${conversation.tools.length} tools: ${JSON.stringify(move)}`,
    );
    if (move.kind === 'shell' && move.thinks !== undefined) await delay(move.thinks);
    dialect.answer(response, move, { path, tools: conversation.tools });
  }
  server.listen(0, '127.0.0.1');
  await once(server, 'listening');
  return {
    url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`,
    log,
    logIn() {
      loggedIn = true;
    },
    limitEnd: (task) => ends.get(task) ?? null,
    async close() {
      server.closeAllConnections();
      await new Promise((closed) => server.close(closed));
    },
  };
}

/** What programs ask beside: how long a text is, which models there are. */
function aside({ method }: IncomingMessage, response: ServerResponse, path: string, log: string[]): void {
  log.push(`${method} ${path}`);
  if (/count_?tokens$/i.test(path)) return sendJson(response, 200, { input_tokens: 100, totalTokens: 100 });
  if (/\/models$/.test(path)) return sendJson(response, 200, { object: 'list', data: [], models: [] });
  sendJson(response, 404, { error: { code: 404, message: 'not here' } });
}

async function bodyOf(request: IncomingMessage): Promise<string> {
  let body = '';
  request.setEncoding('utf8');
  for await (const chunk of request) body += chunk;
  return body;
}

function sendJson(response: ServerResponse, status: number, body: object): void {
  response.writeHead(status, { 'content-type': 'application/json' });
  response.end(JSON.stringify(body));
}
