import { open } from 'node:fs/promises';
import { watch } from 'chokidar';

/** Behind the watcher, for file systems that give no events. */
const POLL = 1_000;
const CHUNK = 256 * 1024;

/**
 * What is added to a file from byte `from` on, also to one that is not there yet. When `signal` is aborted it is read
 * to its end once more.
 */
export async function* followFile(path: string, from: number, signal: AbortSignal): AsyncGenerator<Buffer> {
  let wake = () => {};
  const onChange = () => wake();
  const watcher = watch(path, { ignoreInitial: true }).on('all', onChange);
  const timer = setInterval(onChange, POLL);
  signal.addEventListener('abort', onChange);
  try {
    for (let at = from; ; ) {
      // Asked before the read, so that nothing is missed that was written before the end.
      const over = signal.aborted;
      const changed = new Promise<void>((resolve) => {
        wake = resolve;
      });
      const bytes = await readAt(path, at);
      if (bytes.length > 0) {
        at += bytes.length;
        yield bytes;
      } else if (over) return;
      else await changed;
    }
  } finally {
    clearInterval(timer);
    signal.removeEventListener('abort', onChange);
    await watcher.close();
  }
}

/** Empty at the end of the file, and where there is none. */
async function readAt(path: string, at: number): Promise<Buffer> {
  const file = await openIfThere(path);
  if (file === null) return Buffer.alloc(0);
  try {
    const { bytesRead, buffer } = await file.read(Buffer.alloc(CHUNK), 0, CHUNK, at);
    return buffer.subarray(0, bytesRead);
  } finally {
    await file.close();
  }
}

async function openIfThere(path: string) {
  try {
    return await open(path, 'r');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ENOENT') return null;
    throw error;
  }
}
