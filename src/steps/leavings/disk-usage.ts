import { exec, ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';

/** Milliseconds for one folder; a larger one is not worth the wait. */
const LIMIT = 10_000;

/** Bytes on disk below a folder; null when that takes too long to find out. */
export async function folderSize(path: string): Promise<number | null> {
  try {
    // It exits 1 where it could not read something.
    const { stdout } = await exec('du', ['-sk', path], { timeout: LIMIT, accept: [1] });
    const blocks = /^(\d+)\s/.exec(stdout)?.[1];
    return blocks === undefined ? null : Number(blocks) * 1024;
  } catch (error) {
    if (error instanceof ToolError) return null;
    throw error;
  }
}

/** Bytes of the objects that a commit keeps and the targets do not; null when that takes too long to find out. */
export async function historySize(git: Git, commit: string, targets: readonly string[]): Promise<number | null> {
  const tips = await Promise.all(targets.map((name) => git.branch(name)));
  const known = tips.filter((tip) => tip !== null);
  try {
    const args = ['rev-list', '--disk-usage', '--objects', commit, '--not', ...known];
    return Number((await git.run(args, { timeout: LIMIT })).stdout);
  } catch (error) {
    if (error instanceof ToolError && error.timedOut) return null;
    throw error;
  }
}
