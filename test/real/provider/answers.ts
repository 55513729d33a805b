import type { ServerResponse } from 'node:http';

/** What a turn has used, the same for each. */
export const USED = { input: 1_200, cached: 300, output: 42 };

let last = 0;

/** Another one for each answer. */
export function newId(kind: string): string {
  last += 1;
  return `${kind}_${last.toString().padStart(8, '0')}`;
}

export function refuse(
  response: ServerResponse,
  status: number,
  body: object,
  headers: Readonly<Record<string, string>> = {},
): void {
  response.writeHead(status, { 'content-type': 'application/json', ...headers });
  response.end(JSON.stringify(body));
}

/** Server-sent events; `name` is left out where an API has no names. */
export function eventStream(response: ServerResponse): (data: object | string, name?: string) => void {
  response.writeHead(200, { 'content-type': 'text/event-stream', 'cache-control': 'no-cache' });
  return (data, name) => {
    const text = typeof data === 'string' ? data : JSON.stringify(data);
    response.write(`${name === undefined ? '' : `event: ${name}\n`}data: ${text}\n\n`);
  };
}

export function secondsUntil(seconds: number): number {
  return Math.max(1, seconds - Math.floor(Date.now() / 1000));
}
