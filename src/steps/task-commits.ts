import type { CommitRange } from './attempt-commits.ts';
import type { Git } from './tools/git.ts';

/** What a commit says of itself. */
export interface CommitWords {
  readonly id: string;
  readonly subject: string;
  readonly author: string;
  /** ISO 8601, when it was written. */
  readonly at: string;
}

const FIELDS = ['%H', '%s', '%an', '%aI'];
const LOG = ['-c', 'log.showSignature=false', 'log', '-z', '--no-color', `--format=${FIELDS.join('%x00')}`];
const TIMEOUT = 20_000;

/** The last commits of a range, the newest first. Throws `ToolError`. */
export async function commitWords(
  git: Git,
  { base, tip }: CommitRange,
  { limit, signal }: { readonly limit: number; readonly signal?: AbortSignal },
): Promise<CommitWords[]> {
  const args = [...LOG, `--max-count=${limit}`, `${base}..${tip}`, '--'];
  const { stdout } = await git.run(args, { timeout: TIMEOUT, signal });
  const words = stdout.split('\0');
  const commits: CommitWords[] = [];
  for (let at = 0; at + FIELDS.length <= words.length; at += FIELDS.length) {
    const [id = '', subject = '', author = '', time = ''] = words.slice(at, at + FIELDS.length);
    commits.push({ id, subject, author, at: time });
  }
  return commits;
}
