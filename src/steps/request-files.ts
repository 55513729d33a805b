import { existsSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { requestSchema } from '../core/request-schema.ts';
import type { Request } from '../core/requests.ts';
import { createFileAtomic, makeFolder } from './tools/atomic-file.ts';
import { watchFolder } from './tools/folder-watch.ts';

/** A file of `commands/`, by its number. */
export interface RequestFile {
  readonly number: number;
  readonly request: Request | { readonly unreadable: string };
}

const NAME = /^(\d{6,})\.json$/;

/** Files are numbered in the order of asking, from 1; of a folder that somebody has deleted there are none. */
function numbers(folder: string): number[] {
  if (!existsSync(folder)) return [];
  const found = readdirSync(folder).flatMap((name) => NAME.exec(name)?.[1] ?? []);
  return found.map(Number).sort((a, b) => a - b);
}

function fileOf(folder: string, number: number): string {
  return join(folder, `${String(number).padStart(6, '0')}.json`);
}

/** Writes a request for the owner of the run, now or next; its number. `handled` is that of the last one done. */
export function writeRequest(folder: string, request: Request, handled: number): number {
  makeFolder(folder);
  for (let number = Math.max(handled, numbers(folder).at(-1) ?? 0) + 1; ; number++) {
    if (createFileAtomic(fileOf(folder, number), `${JSON.stringify(request)}\n`, { mode: 0o600 })) return number;
  }
}

/** Takes a request back that nobody has answered. */
export function withdrawRequest(folder: string, number: number): void {
  rmSync(fileOf(folder, number), { force: true });
}

/** All requests behind number `after`, in order. */
export function readRequests(folder: string, after: number): RequestFile[] {
  return numbers(folder)
    .filter((number) => number > after)
    .map((number) => ({ number, request: readRequest(fileOf(folder, number)) }));
}

function readRequest(path: string): RequestFile['request'] {
  try {
    return requestSchema.parse(JSON.parse(readFileSync(path, 'utf8')));
  } catch (error) {
    return { unreadable: `${path} is no request: ${error instanceof Error ? error.message : String(error)}` };
  }
}

/** Hands out every request behind number `after`, those that are there first, until it is closed. */
export function followRequests(
  folder: string,
  after: number,
  onRequest: (request: RequestFile) => void,
): { close(): void } {
  makeFolder(folder);
  let last = after;
  const look = () => {
    for (const request of readRequests(folder, last)) {
      last = request.number;
      onRequest(request);
    }
  };
  const watcher = watchFolder(folder, (name) => NAME.test(name), look);
  look();
  return watcher;
}
