import { constants, openSync } from 'node:fs';

/** Opens what is there for reading; null where nothing is, or a link. Without waiting: it may be a pipe that nobody writes to. */
export function openUnlinked(path: string): number | null {
  try {
    return openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    if (['ENOENT', 'ELOOP'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
