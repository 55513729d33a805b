/** The environment variable that holds a `FailingWrites` for the owner. */
export const FAILING_WRITES = 'FAILING_WRITES';

/** One of the writes of a run. */
export interface Write {
  /** The function of `node:fs`. */
  readonly call: string;
  /** The file's name, without what differs from run to run. */
  readonly file: string;
  /** Of those with the same call and file, from 1. */
  readonly nth: number;
}

export interface FailingWrites {
  /** Absolute; what is written outside of it never fails. */
  readonly folder: string;
  /** Null for none. */
  readonly fails: Write | null;
  readonly code: 'ENOSPC' | 'EIO' | 'EROFS';
  /** All that follow fail too. */
  readonly forGood: boolean;
  /** Gets each write as a line of JSON. */
  readonly log: string;
}
