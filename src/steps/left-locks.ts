import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { BRANCH_ROOT } from '../core/names.ts';
import type { Git } from './tools/git.ts';

/**
 * Frees the locks of refs that a git of an earlier owner may have left as it was killed. What it did is done or not, and
 * will be found; but nobody need come across a lock of a branch that is gone. `targets` are the branches of others that
 * runs of the graph move.
 */
export async function freeLeftLocks(
  git: Git,
  { commonDir, graph, targets }: { commonDir: string; graph: string; targets: readonly string[] },
): Promise<void> {
  const ours = join('refs/heads', BRANCH_ROOT, graph);
  const names = [...locksIn(join(commonDir, ours)).map((name) => join(ours, name)), 'packed-refs.lock', 'HEAD.lock'];
  // Git says nothing when it finds the last one, and packs nothing any more.
  const all = [...names, 'objects/maintenance.lock', ...targets.map((branch) => `refs/heads/${branch}.lock`)];
  for (const lock of all.map((name) => join(commonDir, name)).filter(existsSync)) await git.freeLock(lock);
}

function locksIn(folder: string): string[] {
  if (!existsSync(folder)) return [];
  return readdirSync(folder, { recursive: true, encoding: 'utf8' }).filter((name) => name.endsWith('.lock'));
}
