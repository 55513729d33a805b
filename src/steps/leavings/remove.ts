import { existsSync, readdirSync, renameSync, rmdirSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import type { GcGroup, Leaving } from '../../core/gc-plan.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import { keepUnder } from '../kept-ref.ts';
import type { LeftAgent } from '../places/left-agents.ts';
import type { Repository } from '../preflight.ts';
import { stillDead, type TaggedPane } from '../tagged-panes.ts';
import { exec } from '../tools/exec.ts';
import { type Git, NO_COMMIT } from '../tools/git.ts';
import { CLIENT_ENV, PLACEHOLDER_TAG, TAG_OPTION } from '../tools/tmux-session.ts';
import { Worktrees } from '../worktree.ts';
import { GOING } from './folders.ts';
import { leftName } from './left-places.ts';
import { paneName } from './panes.ts';

export interface RemovalPlace {
  readonly repository: Repository;
  readonly git: Git;
  readonly panes: readonly TaggedPane[];
  /** What has no pane. */
  readonly left: readonly LeftAgent[];
}

/** What goes first: a branch only after the worktree that it is checked out in. */
export const REMOVAL_ORDER: readonly Leaving['kind'][] = [
  ...(['pane', 'owner_window', 'container', 'job', 'remote', 'process'] as const),
  ...(['worktree', 'branch', 'run_folder', 'kept_ref', 'kept_folder'] as const),
];

/**
 * Removes one leaving as its group says, and returns the ref under which its work is kept, if any was. Throws where it
 * is not as it was found any more.
 */
export async function removeLeaving(leaving: Leaving, group: GcGroup, place: RemovalPlace): Promise<string | null> {
  const { repository, git } = place;
  const path = join(repository.root, leaving.name);
  switch (leaving.kind) {
    case 'pane':
    case 'owner_window':
      await closePane(leaving.name, place.panes);
      return null;
    case 'container':
    case 'job':
    case 'remote':
    case 'process':
      await endLeft(leaving, place.left);
      return null;
    case 'worktree': {
      const saved = await new Worktrees(git, repository.commonDir).remove(path, leaving.run ?? 0);
      // What was no worktree any more has been set aside by now.
      if (existsSync(path)) throw new Error(`${path} is still there`);
      return saved?.ref ?? null;
    }
    case 'branch':
      return await removeBranch(leaving, group, place);
    case 'run_folder':
      removeRunFolder(path);
      return null;
    case 'kept_ref':
      await removeRef(git, leaving.name);
      return null;
    case 'kept_folder':
      rmSync(leaving.name, { recursive: true, force: true });
      return null;
  }
}

async function removeBranch(
  leaving: Leaving,
  group: GcGroup,
  { repository, git }: RemovalPlace,
): Promise<string | null> {
  const ref = `refs/heads/${leaving.name}`;
  const commit = await git.resolve(ref);
  if (commit === null) return null;
  const at = await new Worktrees(git, repository.commonDir).whereIs(leaving.name);
  if (at !== null) throw new Error(`it is checked out in ${at}`);
  const rest = leaving.name.slice(`${BRANCH_ROOT}/${leaving.graph}/`.length);
  const archive = `refs/agentrelay/archive/${leaving.run ?? 0}/${rest}`;
  const kept = group === 'unmerged' ? await keepUnder(git, archive, commit) : null;
  const updates = [...(kept === null ? [] : [kept]), { ref, to: NO_COMMIT, from: commit }];
  if (!(await git.updateRefs(updates))) throw new Error('it has moved just now');
  return kept?.ref ?? null;
}

async function removeRef(git: Git, ref: string): Promise<void> {
  const commit = await git.resolve(ref);
  if (commit !== null && !(await git.updateRefs([{ ref, to: NO_COMMIT, from: commit }]))) {
    throw new Error('it has moved just now');
  }
}

function removeRunFolder(path: string): void {
  const going = path.endsWith(GOING) ? path : `${path}${GOING}`;
  if (going !== path) {
    rmSync(going, { recursive: true, force: true });
    renameSync(path, going);
  }
  rmSync(going, { recursive: true, force: true });
}

async function endLeft({ kind, name }: Leaving, left: readonly LeftAgent[]): Promise<void> {
  const found = left.find((one) => one.kind === kind && leftName(one) === name);
  if (found === undefined) throw new Error('it is gone');
  await found.stop();
}

async function closePane(name: string, panes: readonly TaggedPane[]): Promise<void> {
  const pane = panes.find((one) => paneName(one) === name);
  if (pane === undefined) throw new Error('it is gone');
  const close = `kill-pane -t ${pane.pane}`;
  const argv = [...pane.server, 'if-shell', '-F', '-t', pane.pane, stillDead(pane), close];
  await exec('tmux', argv, { env: CLIENT_ENV, timeout: 10_000, accept: [1] });
}

/** Ends the sessions that held these panes, where agentrelay made them, nothing is left in them and nobody looks on. */
export async function endEmptySessions(panes: readonly TaggedPane[]): Promise<void> {
  const sessions = new Map(panes.map((pane) => [`${pane.server.join(' ')} ${pane.session}`, pane]));
  const empty = ['session_windows', 'window_panes'].map((count) => `#{==:#{${count}},1}`);
  const ours = `#{==:#{${TAG_OPTION}},${PLACEHOLDER_TAG}}`;
  const condition = [...empty, '#{==:#{session_attached},0}', ours].reduce((all, one) => `#{&&:${all},${one}}`);
  for (const { server, session } of sessions.values()) {
    const argv = [...server, 'if-shell', '-F', '-t', `${session}:`, condition, `kill-session -t '${session}'`];
    await exec('tmux', argv, { env: CLIENT_ENV, timeout: 10_000, accept: [1] });
  }
}

/** Takes away the folders of worktrees that hold nothing any more. */
export function removeEmptyFolders({ root }: Repository, graph: string): void {
  for (const path of [join(root, '.worktrees', graph), join(root, '.worktrees')]) {
    if (existsSync(path) && readdirSync(path).length === 0) rmdirSync(path);
  }
}
