import { existsSync } from 'node:fs';
import type { Reset } from '../../core/reset.ts';
import type { RunState } from '../../core/run-state.ts';
import type { Git } from '../tools/git.ts';
import { Worktrees } from '../worktree.ts';
import type { RollbackPlace } from './apply.ts';
import type { RemoteSide } from './remote-side.ts';

/** Why a reset cannot be taken back any more, and what to do about it. */
export interface UndoProblem {
  readonly message: string;
  readonly hint: string;
}

/** Everything that has changed since the reset, and that taking it back would lose or mix up. */
export async function undoProblems(
  { git, commonDir, remote }: RollbackPlace,
  state: RunState,
  reset: Reset,
): Promise<UndoProblem[]> {
  const started = startedSince(state, reset);
  // Their branches have moved, too, and go back with them.
  if (started.length > 0) return started;
  return [
    ...(await movedSince(git, reset)),
    ...(remote === null ? [] : await movedThere(remote, reset)),
    ...(await inTheWay({ git, worktrees: new Worktrees(git, commonDir) }, reset)),
    ...(await lost(git, reset)),
  ];
}

function startedSince(state: RunState, reset: Reset): UndoProblem[] {
  const before = state.resets.find((known) => known.reset.reset === reset.reset)?.before.tasks ?? [];
  const started = before
    .filter(({ outline, attempts }) => (state.tasks.get(outline.id)?.attempts.length ?? 0) > attempts.length)
    .map(({ outline }) => outline.id);
  if (started.length === 0) return [];
  const [verb, hint] = [started.length === 1 ? 'was' : 'were', `agentrelay reset-task ${started[0]} takes that back`];
  return [{ message: `${started.join(', ')} ${verb} started again since reset ${reset.reset}`, hint }];
}

async function movedSince(git: Git, { reset, refs }: Reset): Promise<UndoProblem[]> {
  const problems: UndoProblem[] = [];
  for (const { ref, to } of refs) {
    const now = await git.resolve(ref);
    if (now === to) continue;
    const message = `${ref} has moved since reset ${reset}: it is at ${now ?? 'no commit'}, and not at ${to ?? 'none'}`;
    const back = to === null ? `git update-ref -d ${ref}` : `git update-ref ${ref} ${to}`;
    const keep = now === null ? '' : `git branch keep-${now.slice(0, 8)} ${now} keeps that; `;
    problems.push({ message, hint: `${keep}then ${back}` });
  }
  return problems;
}

async function movedThere(side: RemoteSide, { reset, remote }: Reset): Promise<UndoProblem[]> {
  if (remote === undefined || remote.refs.length === 0) return [];
  const now = await side.branches(remote.refs.map(({ ref }) => ref.slice('refs/heads/'.length)));
  return remote.refs.flatMap(({ ref, to }) => {
    const at = now.get(ref) ?? null;
    if (at === to) return [];
    const branch = ref.slice('refs/heads/'.length);
    const message = `${branch} of ${side.name} has moved since reset ${reset}: it is at ${at ?? 'no commit'}, and not at ${to ?? 'none'}`;
    const keep = at === null ? '' : `git branch keep-${at.slice(0, 8)} ${at} keeps that; `;
    const lease = `--force-with-lease=${branch}:${at ?? ''}`;
    return [{ message, hint: `${keep}then git push ${lease} ${side.name} ${to ?? ''}:${ref}` }];
  });
}

/** What stands where a worktree or its branch comes back. */
async function inTheWay({ git, worktrees }: { git: Git; worktrees: Worktrees }, reset: Reset): Promise<UndoProblem[]> {
  const problems: UndoProblem[] = [];
  const moved = new Set(reset.refs.map(({ ref }) => ref));
  for (const { path, to, head, branch } of reset.worktrees) {
    if (head !== null && to === null && existsSync(path)) {
      problems.push({ message: `there is something at ${path} again`, hint: 'move it away' });
    }
    if (branch === null) continue;
    const elsewhere = await worktrees.whereIs(branch);
    if (elsewhere !== null && elsewhere !== path) {
      const hint = `git -C ${elsewhere} checkout --detach`;
      problems.push({ message: `branch ${branch} is checked out in ${elsewhere}`, hint });
    }
    const now = await git.branch(branch);
    if (moved.has(`refs/heads/${branch}`) || now === head) continue;
    const message = `branch ${branch}, which ${path} was on, has moved since reset ${reset.reset}`;
    problems.push({ message, hint: `git branch -f ${branch} ${head}` });
  }
  return problems;
}

/** Backup refs that somebody has deleted, and git has cleared away after. */
async function lost(git: Git, { refs, worktrees, remote }: Reset): Promise<UndoProblem[]> {
  const commits = [
    ...refs.map(({ from }) => from),
    ...(remote?.refs ?? []).map(({ from }) => from),
    ...worktrees.flatMap(({ head, index, files }) => [head, index, files]),
  ];
  const problems: UndoProblem[] = [];
  for (const commit of new Set(commits)) {
    if (commit === null || (await git.resolve(commit)) !== null) continue;
    problems.push({ message: `commit ${commit} is gone`, hint: 'it cannot be brought back' });
  }
  return problems;
}
