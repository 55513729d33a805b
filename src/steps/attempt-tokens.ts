import { createHash, createHmac, randomBytes } from 'node:crypto';
import { join } from 'node:path';
import { createFileAtomic, readIfThere } from './tools/atomic-file.ts';

/** In the run's folder; for the eyes of its owners. */
const KEY_FILE = 'token.key';

/**
 * The secret of each attempt, made from one of the run: a new owner knows the tokens of agents that live, and no agent
 * can make that of another attempt.
 */
export function attemptTokens(
  runDirectory: string,
): (task: string, attempt: number) => { token: string; hash: string } {
  const path = join(runDirectory, KEY_FILE);
  let key: string | null = null;
  const read = () => {
    key ??= readIfThere(path);
    if (key !== null) return key;
    createFileAtomic(path, randomBytes(32).toString('hex'), { mode: 0o600 });
    key = readIfThere(path) ?? '';
    return key;
  };
  return (task, attempt) => {
    const token = createHmac('sha256', read()).update(`${task}/${attempt}`).digest('hex').slice(0, 32);
    return { token, hash: hashOf(token) };
  };
}

/** The secret of this attempt, also where the key that it was made from is gone: the journal has its hash. */
export function isTokenOf(token: string, attempt: { readonly token: string; readonly tokenHash: string }): boolean {
  return token === attempt.token || hashOf(token) === attempt.tokenHash;
}

/** What the journal holds of a token. */
export function hashOf(token: string): string {
  return createHash('sha256').update(token).digest('hex');
}
