import type { LineCommit } from '../../core/reset-world.ts';
import { mergedTree } from '../local-merge.ts';
import type { Git } from '../tools/git.ts';

/** An integration branch, and the branch that it is merged into. */
export interface LaneBranch {
  readonly tip: string;
  readonly base: string;
  readonly target: string;
  /** Null for a branch that is not there. */
  readonly targetTip: string | null;
  /** Such as `origin`, where the target is there and not here. */
  readonly remote: string | null;
  readonly line: readonly LineCommit[];
}

/** Older commits of the target are not looked through for one that squashed the lane. */
const MAX_LOOKS = 200;

/**
 * The commands that take the lane out of its target branch; null where that does not contain it, and none where it
 * does and nobody can tell by which commit.
 */
export async function revertsOf(git: Git, lane: LaneBranch): Promise<string[] | null> {
  const target = lane.targetTip;
  if (target === null || lane.line.length === 0) return null;
  const merge = (await isAncestor(git, lane.tip, target))
    ? await mergeOf(git, lane, target)
    : await squashOf(git, lane, target);
  if (merge === null) return null;
  const reverts = merge === 'unknown' ? [] : await Promise.all(merge.map((commit) => revert(git, commit)));
  return reverts.map((command) => onTarget(lane, command));
}

/** The commands that take one commit out of the target branch. */
export async function revertOf(git: Git, lane: Pick<LaneBranch, 'target' | 'remote'>, commit: string): Promise<string> {
  return onTarget(lane, await revert(git, commit));
}

function onTarget({ target, remote }: Pick<LaneBranch, 'target' | 'remote'>, command: string): string {
  const there = (verb: string) => (remote === null ? [] : [`git ${verb} ${remote} ${target}`]);
  return [`git checkout ${target}`, ...there('pull --ff-only'), command, ...there('push')].join(' && ');
}

async function revert(git: Git, commit: string): Promise<string> {
  return (await git.resolve(`${commit}^2`)) === null ? `git revert ${commit}` : `git revert -m 1 ${commit}`;
}

async function isAncestor(git: Git, commit: string, of: string): Promise<boolean> {
  const { exitCode } = await git.run(['merge-base', '--is-ancestor', commit, of], { accept: [0, 1] });
  return exitCode === 0;
}

/** The first commit of the target that has the lane behind it; of a target that was moved forward, the lane's own. */
async function mergeOf(git: Git, { tip, base, line }: LaneBranch, target: string): Promise<string[]> {
  const first = await lines(git, ['rev-list', '--first-parent', target, `^${base}`]);
  if (first.includes(tip)) return line.map(({ commit }) => commit).toReversed();
  const after = new Set(await lines(git, ['rev-list', '--ancestry-path', `${tip}..${target}`]));
  return first.filter((commit) => after.has(commit)).slice(-1);
}

/** Where merging the lane once more would change nothing, it was merged as one commit. */
async function squashOf(git: Git, { tip, base }: LaneBranch, target: string): Promise<string[] | 'unknown' | null> {
  // It has nothing of its own, though it may have taken its base in.
  const fork = (await git.run(['merge-base', tip, target], { accept: [0, 1] })).stdout || base;
  const tree = await git.resolve(`${tip}^{tree}`);
  if (tree === (await git.resolve(`${base}^{tree}`)) || tree === (await git.resolve(`${fork}^{tree}`))) return null;
  if (!(await holds(git, target, tip))) return null;
  const since = await lines(git, ['rev-list', '--first-parent', '--reverse', target, `^${base}`]);
  for (const commit of since.slice(0, MAX_LOOKS)) if (await holds(git, commit, tip)) return [commit];
  return 'unknown';
}

async function holds(git: Git, commit: string, tip: string): Promise<boolean> {
  return (await mergedTree(git, commit, tip)) === (await git.resolve(`${commit}^{tree}`));
}

async function lines(git: Git, args: readonly string[]): Promise<string[]> {
  return (await git.run(args)).stdout.split('\n').filter((line) => line !== '');
}
