import { closeSync, constants, fstatSync, ftruncateSync, openSync, readSync, writeSync } from 'node:fs';
import { isAbsolute, join } from 'node:path';
import { isatty } from 'node:tty';
import { fitHook } from './hook-data.ts';
import { readInput } from './hook-input.ts';

/** In the signal directory: what the hooks of the agent's program have told, one JSON object a line. */
const HOOKS_FILE = 'hooks.jsonl';
/** The same of a status line, which is told all the time: only the first and the last count, and no hook goes for it. */
const STATUS_FILE = 'status_lines.jsonl';
const STATUS_EVENT = 'StatusLine';
const MAX_LINES = 20_000;
const MAX_BYTES = 32 * 1024 * 1024;
const MAX_STATUS_BYTES = 256 * 1024;
/** No line is shorter than this: in a file with fewer bytes nobody needs to count lines. */
const SHORTEST_LINE = 60;
const MAX_EVENT = 100;

/**
 * Keeps what a hook of the agent's program tells: `hook EVENT`, with JSON on standard input or as the last argument. It
 * never disturbs the program: whatever goes wrong, it says nothing and there is no hook.
 */
export async function keepHook(argv: readonly string[], env: NodeJS.ProcessEnv = process.env): Promise<void> {
  // The program may run hooks at once, and what came first must be told as the first: when this process began, not now.
  const at = new Date(performance.timeOrigin).toISOString();
  const [event = ''] = argv;
  const { AGENTRELAY_SIGNAL_DIR: folder = '', AGENTRELAY_TOKEN: token = '' } = env;
  if (event === '' || event.startsWith('{') || !isAbsolute(folder)) return;
  try {
    const last = argv.at(-1) ?? '';
    const text = last.startsWith('{') ? last : isatty(0) ? '' : await readInput();
    const said = { schema_version: '1', at, token, event: event.slice(0, MAX_EVENT) };
    const line = `${fitHook(said, text)}\n`;
    if (event === STATUS_EVENT) appending(join(folder, STATUS_FILE), (file) => appendStatus(file, line));
    else appending(join(folder, HOOKS_FILE), (file) => append(file, line));
  } catch {
    // Nobody but the program would hear of it, and it must not.
  }
}

function appending(path: string, work: (file: number) => void): void {
  const { O_RDWR, O_APPEND, O_CREAT, O_NOFOLLOW, O_NONBLOCK } = constants;
  const file = openSync(path, O_RDWR | O_APPEND | O_CREAT | O_NOFOLLOW | O_NONBLOCK, 0o600);
  try {
    if (fstatSync(file).isFile()) work(file);
  } finally {
    closeSync(file);
  }
}

/** In one write: others append at the same time. */
function append(file: number, line: string): void {
  const bytes = Buffer.from(line);
  const { size } = fstatSync(file);
  if (size + bytes.length > MAX_BYTES) return;
  if (size >= MAX_LINES * SHORTEST_LINE && countLines(file) >= MAX_LINES) return;
  writeSync(file, bytes);
}

function appendStatus(file: number, line: string): void {
  const { size } = fstatSync(file);
  if (size > MAX_STATUS_BYTES) {
    const head = Buffer.alloc(MAX_STATUS_BYTES);
    ftruncateSync(file, head.subarray(0, readSync(file, head, 0, head.length, 0)).indexOf(0x0a) + 1);
  }
  writeSync(file, Buffer.from(line));
}

function countLines(file: number): number {
  const buffer = Buffer.alloc(1024 * 1024);
  let lines = 0;
  for (let at = 0; ; ) {
    const length = readSync(file, buffer, 0, buffer.length, at);
    if (length === 0) return lines;
    at += length;
    for (let found = buffer.indexOf(0x0a); found !== -1 && found < length; found = buffer.indexOf(0x0a, found + 1))
      lines++;
  }
}
