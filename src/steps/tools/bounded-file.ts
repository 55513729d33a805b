import { closeSync, constants, fstatSync, openSync, readSync } from 'node:fs';

/**
 * Up to one byte more than `limit`, so that the caller sees that there is more. Null when there is no such file, and
 * why when what is there cannot be read: an agent may make anything of that name, and a link to what it may not read.
 */
export function readAtMost(path: string, limit: number): Buffer | string | null {
  let file: number;
  try {
    // Without waiting: a pipe that nobody writes to would stop everything here.
    file = openSync(path, constants.O_RDONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'ELOOP') return 'it is not a file';
    return code === 'ENOENT' ? null : `it cannot be opened (${code})`;
  }
  try {
    const stats = fstatSync(file);
    if (!stats.isFile()) return 'it is not a file';
    const bytes = Buffer.alloc(Math.min(stats.size, limit + 1));
    const length = readSync(file, bytes, 0, bytes.length, 0);
    return bytes.subarray(0, length);
  } finally {
    closeSync(file);
  }
}
