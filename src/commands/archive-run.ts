import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Graph } from '../core/graph/graph.ts';
import { BRANCH_ROOT } from '../core/names.ts';
import type { ChosenForge } from '../steps/forges/forge.ts';
import { keepUnder } from '../steps/kept-ref.ts';
import type { Repository } from '../steps/preflight.ts';
import { type Git, NO_COMMIT } from '../steps/tools/git.ts';
import { Worktrees } from '../steps/worktree.ts';

/**
 * The same on GitHub, where the new run is to be: a note for people. First of all, for it is what may fail. Throws
 * `UserError`.
 */
export async function archiveThere(options: {
  readonly git: Git;
  readonly graph: Graph;
  readonly run: number;
  readonly forge: ChosenForge;
}): Promise<string[]> {
  const { git, graph, run, forge } = options;
  if (forge.name === 'local') return [];
  const { archiveBranches } = await import('../steps/github/archive-branches.ts');
  const { remote } = forge;
  const { deleted, kept } = await archiveBranches({ git, remote, graph: graph.name, run });
  if (deleted === 0) return [];
  const place = `refs/agentrelay/archive/${run}/@${remote}/`;
  const note = kept === 0 ? '' : `; ${kept} of the branches ${kept === 1 ? 'is' : 'are'} kept under ${place}`;
  const branches = deleted === 1 ? '1 branch was' : `${deleted} branches were`;
  return [`${branches} deleted on ${remote}, with which their open pull requests are closed${note}`];
}

/** Makes room for a new run: the old one's branches move below `refs/agentrelay/archive/<run>/`, its worktrees go. */
export async function archiveRun(options: {
  readonly repository: Repository;
  readonly git: Git;
  readonly graph: Graph;
  readonly run: number;
}): Promise<void> {
  const { git, graph, repository, run } = options;
  const worktrees = new Worktrees(git, repository.commonDir);
  const ours = join(repository.root, '.worktrees', graph.name);
  const { stdout } = await git.run(['worktree', 'list', '--porcelain', '-z']);
  for (const field of stdout.split('\0')) {
    const path = field.startsWith(`worktree ${ours}/`) ? field.slice('worktree '.length) : null;
    if (path !== null && existsSync(path)) await worktrees.remove(path, run);
  }
  for (const { ref, commit } of await runBranches(git, graph.name)) {
    const name = `refs/agentrelay/archive/${run}/${ref.slice(branchPrefix(graph.name).length)}`;
    const kept = await keepUnder(git, name, commit);
    if (!(await git.updateRefs([kept, { ref, to: NO_COMMIT, from: commit }]))) {
      throw new UserError(`branch ${ref.replace('refs/heads/', '')} moved while it was put away`, {
        hint: 'stop whoever works on it, and start again',
      });
    }
  }
}

function branchPrefix(graph: string): string {
  return `refs/heads/${BRANCH_ROOT}/${graph}/`;
}

/** Every branch that runs of this graph have made and left. */
export async function runBranches(git: Git, graph: string): Promise<{ ref: string; commit: string }[]> {
  const { stdout } = await git.run(['for-each-ref', '--format=%(refname) %(objectname)', branchPrefix(graph)]);
  const lines = stdout.split('\n').filter((line) => line !== '');
  return lines.map((line) => {
    const [ref = '', commit = ''] = line.split(' ');
    return { ref, commit };
  });
}
