import type { Work } from '../../core/gc-plan.ts';
import type { Git } from '../tools/git.ts';

/** What of a commit's history the target branches lack, which may be full names. Those that are not there do not count. */
export async function workOf(git: Git, commit: string, targets: readonly string[]): Promise<Work> {
  const tips: { readonly name: string; readonly tip: string }[] = [];
  for (const name of new Set(targets)) {
    const isFull = name.startsWith('refs/');
    const tip = isFull ? await git.resolve(name) : await git.branch(name);
    if (tip !== null) tips.push({ name: isFull ? name.replace(/^refs\/[^/]+\//, '') : name, tip });
  }
  for (const { name, tip } of tips) {
    if (await isAncestor(git, commit, tip)) return merged(name, 'contained');
  }
  for (const { name, tip } of tips) {
    if (await hasSameChanges(git, commit, tip)) return merged(name, 'equivalent');
  }
  const { stdout } = await git.run(['rev-list', '--count', commit, '--not', ...tips.map(({ tip }) => tip)]);
  return { merged: null, unmerged: Number(stdout), uncommitted: 0 };
}

function merged(into: string, how: 'contained' | 'equivalent'): Work {
  return { merged: { into, how }, unmerged: 0, uncommitted: 0 };
}

async function isAncestor(git: Git, commit: string, tip: string): Promise<boolean> {
  return (await git.run(['merge-base', '--is-ancestor', commit, tip], { accept: [0, 1] })).exitCode === 0;
}

/** Whether the target has each of its changes as a commit of its own (a rebase), or all of them as one (a squash). */
async function hasSameChanges(git: Git, commit: string, tip: string): Promise<boolean> {
  const { exitCode, stdout: base } = await git.run(['merge-base', tip, commit], { accept: [0, 1] });
  if (exitCode === 1) return false;
  const merges = await git.run(['rev-list', '--count', '--merges', `${base}..${commit}`]);
  // What a merge itself changed is in no comparison of patches.
  if (merges.stdout === '0' && (await areAllIn(git, commit, tip))) return true;
  const squashed = await git.run(['commit-tree', `${commit}^{tree}`, '-p', base, '-m', 'all at once']);
  return areAllIn(git, squashed.stdout, tip);
}

async function areAllIn(git: Git, commit: string, tip: string): Promise<boolean> {
  const { stdout } = await git.run(['cherry', tip, commit]);
  return stdout !== '' && stdout.split('\n').every((line) => line.startsWith('- '));
}
