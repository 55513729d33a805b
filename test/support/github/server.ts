import { createServer, type IncomingMessage, type Server, type ServerResponse } from 'node:http';
import type { Answer } from './answer.ts';
import { type Call, type FaultAction, wait } from './faults.ts';
import type { ApiRequest, GitHubApi } from './github-api.ts';

/** Serves the API over a unix socket, in plain HTTP; what it returns ends it and every request that hangs. */
export async function serve(api: GitHubApi, socket: string): Promise<() => Promise<void>> {
  const closing = new AbortController();
  const server = createServer((request, response) => void handle(api, request, response, closing.signal));
  await listen(server, socket);
  return async () => {
    closing.abort();
    server.closeAllConnections();
    await new Promise<void>((closed) => server.close(() => closed()));
  };
}

function listen(server: Server, socket: string): Promise<void> {
  return new Promise((resolve, reject) => {
    server.once('error', reject);
    server.listen(socket, resolve);
  });
}

async function handle(api: GitHubApi, incoming: IncomingMessage, response: ServerResponse, closing: AbortSignal) {
  let request: ApiRequest;
  try {
    request = await read(incoming);
  } catch {
    // The caller has gone before all was said: there is nobody to answer.
    return;
  }
  const call = api.enter(request);
  const before = api.fault('before', call);
  if (before !== null && (await act(before, { call, response, closing, done: null }))) return;
  const answer = await api.answer(request, call);
  const after = api.fault('after', call);
  if (after !== null && (await act(after, { call, response, closing, done: answer }))) return;
  send(response, call, answer);
}

async function read(incoming: IncomingMessage): Promise<ApiRequest> {
  let body = '';
  incoming.setEncoding('utf8');
  for await (const chunk of incoming) body += chunk;
  const url = new URL(incoming.url ?? '/', 'http://local');
  const token = /^(?:token|bearer) +(\S+)$/i.exec(incoming.headers.authorization ?? '')?.[1] ?? null;
  // An Enterprise server has the API below its own name.
  const path = url.pathname.replace(/^\/api(?:\/v3(?=\/|$)|(?=\/graphql$))/, '') || '/';
  return { method: incoming.method ?? 'GET', path, query: url.searchParams, body, token };
}

interface Meeting {
  readonly call: Call;
  readonly response: ServerResponse;
  readonly closing: AbortSignal;
  /** What was answered but for the fault; null when nothing was done. */
  readonly done: Answer | null;
}

/** True when that was the answer. */
async function act(action: FaultAction, { call, response, closing, done }: Meeting): Promise<boolean> {
  call.fault = action.kind;
  switch (action.kind) {
    case 'delay':
    case 'held':
      await wait(action, closing);
      return false;
    case 'respond':
      send(response, call, action.answer);
      return true;
    case 'hang':
      return true;
    case 'eof':
      response.socket?.destroy();
      return true;
    case 'truncate': {
      const text = textOf(done?.body ?? { data: null });
      call.status = done?.status ?? 200;
      response.writeHead(call.status, {
        'Content-Type': 'application/json',
        'Content-Length': Buffer.byteLength(text),
      });
      response.write(text.slice(0, text.length / 2), () => response.socket?.destroy());
      return true;
    }
  }
}

function send(response: ServerResponse, call: Call, answer: Answer): void {
  call.status = answer.status;
  const headers = { 'Content-Type': 'application/json; charset=utf-8', ...answer.headers };
  response.writeHead(answer.status, headers);
  response.end(answer.body === null ? undefined : textOf(answer.body));
}

function textOf(body: string | object): string {
  return typeof body === 'string' ? body : JSON.stringify(body);
}
