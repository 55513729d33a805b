import { UserError, WorkspaceError } from '../../core/errors.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import { keepUnder } from '../kept-ref.ts';
import { REAL_CLOCK } from '../tools/clock.ts';
import type { Git, RefUpdate } from '../tools/git.ts';
import { RemoteGit } from './remote-git.ts';

const MAX_RACES = 5;

export interface ArchiveBranchesOptions {
  readonly git: Git;
  /** Such as `origin`. */
  readonly remote: string;
  readonly graph: string;
  /** 0 for a run that has no records here. */
  readonly run: number;
}

/** How many branches of the remote went, and how many of them are kept here because nothing else had them. */
export interface ArchivedBranches {
  readonly deleted: number;
  readonly kept: number;
}

/**
 * Deletes the graph's branches of the remote, with what was only there kept here; GitHub closes their pull requests with
 * that. Cut short, it is done again. Throws `UserError`.
 */
export async function archiveBranches(options: ArchiveBranchesOptions): Promise<ArchivedBranches> {
  const { git, remote, graph } = options;
  const side = new RemoteGit({ git, remote, clock: REAL_CLOCK });
  try {
    for (let race = 0; race < MAX_RACES; race++) {
      const found = await side.bring([`${BRANCH_ROOT}/${graph}/*`]);
      if (found.size === 0) return { deleted: 0, kept: 0 };
      const kept = await keep(options, found);
      const moves = [...found].map(([ref, from]) => ({ ref, from, to: null }));
      if (await side.moveAll(moves)) return { deleted: moves.length, kept };
    }
  } catch (error) {
    if (!(error instanceof WorkspaceError)) throw error;
    const hint = 'no run was begun; the same command tries again';
    throw new UserError(`the branches of the last run cannot be put away: ${error.message}`, { hint, cause: error });
  }
  throw new UserError(`branches of graph ${graph} on ${remote} move while they are put away`, {
    hint: 'stop whoever works on them, and start again',
  });
}

/** How many there were that no ref of ours had. */
async function keep({ git, remote, graph, run }: ArchiveBranchesOptions, found: ReadonlyMap<string, string>) {
  const prefix = `refs/heads/${BRANCH_ROOT}/${graph}/`;
  const ours = [prefix, 'refs/agentrelay/'];
  const updates: RefUpdate[] = [];
  for (const [ref, commit] of found) {
    const { stdout } = await git.run(['for-each-ref', '--count=1', `--contains=${commit}`, ...ours]);
    if (stdout !== '') continue;
    // No task can have a name with an @, so that its branch is not in the way.
    updates.push(await keepUnder(git, `refs/agentrelay/archive/${run}/@${remote}/${ref.slice(prefix.length)}`, commit));
  }
  if (await git.updateRefs(updates)) return updates.length;
  throw new UserError('the refs under refs/agentrelay/archive/ were changed just now', { hint: 'start again' });
}
