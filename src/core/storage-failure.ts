/** The disk did not take what was to be written. None of a task's doing, and gone when a person has seen to it. */
export type StorageFailure = 'disk_full' | 'io_error' | 'not_writable';

/** What a person does about it. */
export const STORAGE_HINTS: Readonly<Record<StorageFailure, string>> = {
  disk_full: 'free some space and run the same command again',
  io_error: 'see that the disk is sound and run the same command again',
  not_writable: 'make it writable for you and run the same command again',
};

const BY_ERRNO: Readonly<Record<string, StorageFailure>> = {
  ENOSPC: 'disk_full',
  EDQUOT: 'disk_full',
  EFBIG: 'disk_full',
  EIO: 'io_error',
  EROFS: 'not_writable',
};

/** What git and others print, who exit with the same code for everything. */
const BY_WORDS: readonly (readonly [RegExp, StorageFailure])[] = [
  [/No space left on device|Disk quota exceeded|File too large/, 'disk_full'],
  [/Input\/output error/, 'io_error'],
  [/Read-only file system/, 'not_writable'],
];

/** Whether the code of a failed attempt says that it was the disk. */
export function isStorageFailure(code: string): code is StorageFailure {
  return Object.hasOwn(STORAGE_HINTS, code);
}

/** Whether it was the disk that made a step throw, directly or under a program that it ran; null for no. */
export function storageFailureOf(error: unknown): StorageFailure | null {
  if (!(error instanceof Error)) return null;
  const { code, stderr } = error as { code?: unknown; stderr?: unknown };
  if (typeof code === 'string' && isStorageFailure(code)) return code;
  const known = typeof code === 'string' ? BY_ERRNO[code] : undefined;
  const said = typeof stderr === 'string' ? BY_WORDS.find(([words]) => words.test(stderr))?.[1] : undefined;
  return known ?? said ?? storageFailureOf(error.cause);
}
