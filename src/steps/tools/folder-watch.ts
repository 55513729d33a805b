import { type FSWatcher, readdirSync, watch } from 'node:fs';

/**
 * Calls `onChange` when a file of `folder` changes whose name `isWanted`, and every `pollInterval` milliseconds for file
 * systems that give no events. Node's own watcher and not chokidar: an agent's log grows beside its signals, and
 * chokidar reads the folder again at each of its writes.
 */
export function watchFolder(
  folder: string,
  isWanted: (name: string) => boolean,
  onChange: () => void,
  pollInterval = 5_000,
): { close(): void } {
  const watcher: FSWatcher | null = open(folder, (name) => {
    if (name === null || isWanted(name)) onChange();
  });
  const timer = setInterval(() => {
    lookAgain(folder);
    onChange();
  }, pollInterval);
  return {
    close() {
      watcher?.close();
      clearInterval(timer);
    },
  };
}

/** File systems of a network remember for long that a file was not there, until its folder is read. */
function lookAgain(folder: string): void {
  try {
    readdirSync(folder);
  } catch {
    // Gone: whoever looks for files in it finds out what that means.
  }
}

/** Null where the system cannot watch; the poll goes on alone. */
function open(folder: string, listener: (name: string | null) => void): FSWatcher | null {
  try {
    const watcher = watch(folder, (_event, name) => listener(name));
    // The folder itself may go; the poll then finds out what that means.
    watcher.on('error', () => watcher.close());
    return watcher;
  } catch {
    return null;
  }
}
