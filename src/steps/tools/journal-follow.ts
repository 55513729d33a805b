import { open } from 'node:fs/promises';
import { watch } from 'chokidar';
import type { RunEvent } from '../../core/events.ts';
import { parseLines } from './journal.ts';

/** Behind the watcher, for file systems that give no events. */
const POLL = 2_000;

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
    let rest = Buffer.alloc(0);
    while (!signal.aborted) {
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const { size } = await file.stat();
      if (size === at) {
        await changed;
        continue;
      }
      // A torn line that its owner's successor cut off is not waited for any more.
      if (size < at) {
        at -= rest.length;
        rest = Buffer.alloc(0);
        continue;
      }
      const chunk = Buffer.alloc(Math.min(size - at, 1024 * 1024));
      const { bytesRead } = await file.read(chunk, 0, chunk.length, at);
      at += bytesRead;
      const bytes = Buffer.concat([rest, chunk.subarray(0, bytesRead)]);
      const end = bytes.lastIndexOf(0x0a) + 1;
      rest = bytes.subarray(end);
      const events = parseLines(bytes.toString('utf8', 0, end), path, line);
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
