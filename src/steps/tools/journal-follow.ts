import { open } from 'node:fs/promises';
import { watch } from 'chokidar';
import type { RunEvent } from '../../core/events.ts';
import { parseLines } from './journal.ts';

/** Behind the watcher, for file systems that give no events. */
const POLL = 2_000;
/** Bytes that are read at once; more where a single line is longer. */
const CHUNK = 256 * 1024;

/** Every event of a journal that another process writes, from the first on; ends when `signal` is aborted. */
export async function* followJournal(path: string, signal: AbortSignal): AsyncGenerator<RunEvent> {
  const file = await open(path, 'r');
  let wake = () => {};
  const onChange = () => wake();
  const watcher = watch(path, { ignoreInitial: true }).on('all', onChange);
  const timer = setInterval(onChange, POLL);
  signal.addEventListener('abort', onChange);
  try {
    let at = 0;
    let line = 1;
    let buffer = Buffer.alloc(CHUNK);
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      // From the end of the last whole line: a torn one may have been cut off, and others may stand there now.
      const { bytesRead } = await file.read(buffer, 0, buffer.length, at);
      const bytes = buffer.subarray(0, bytesRead);
      const length = bytes.lastIndexOf(0x0a) + 1;
      if (length === 0 && bytesRead === buffer.length) {
        buffer = Buffer.alloc(2 * buffer.length);
        continue;
      }
      if (length === 0) {
        await changed;
        continue;
      }
      const events = parseLines(bytes.toString('utf8', 0, length), path, line);
      at += length;
      line += events.length;
      yield* events;
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onChange);
    await watcher.close();
    await file.close();
  }
}
