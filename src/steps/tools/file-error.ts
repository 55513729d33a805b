import { WorkspaceError } from '../../core/errors.ts';
import { STORAGE_HINTS, type StorageFailure } from '../../core/storage-failure.ts';

interface Trouble {
  readonly code: StorageFailure;
  readonly what: string;
}

const TROUBLES: Readonly<Record<string, Trouble>> = {
  ENOSPC: { code: 'disk_full', what: 'the disk is full' },
  EDQUOT: { code: 'disk_full', what: 'the disk quota is used up' },
  EFBIG: { code: 'disk_full', what: 'no file may be that large here' },
  EIO: { code: 'io_error', what: 'the disk reports an error' },
  EROFS: { code: 'not_writable', what: 'the file system is read-only' },
  EACCES: { code: 'not_writable', what: 'permission is denied' },
  EPERM: { code: 'not_writable', what: 'the operation is not permitted' },
};

/** The disk did not take what was to be written: none of the task's doing, and gone when a person has seen to it. */
export class FileError extends WorkspaceError {
  declare readonly code: StorageFailure;
  readonly path: string;
  readonly hint: string;
  constructor(path: string, trouble: Trouble, cause: unknown) {
    super(trouble.code, `${path} cannot be written: ${trouble.what}`, { cause });
    this.path = path;
    this.hint = STORAGE_HINTS[trouble.code];
  }
}

/** Does what writes `path`. Throws `FileError` where the disk is at fault, and whatever else as it is. */
export function writing<T>(path: string, work: () => T): T {
  try {
    return work();
  } catch (error) {
    throw asFileError(path, error);
  }
}

/** A `FileError` for what a disk can say no with; any other error is given back. */
export function asFileError(path: string, error: unknown): unknown {
  const trouble = TROUBLES[(error as NodeJS.ErrnoException | null)?.code ?? ''];
  return trouble === undefined ? error : new FileError(path, trouble, error);
}
