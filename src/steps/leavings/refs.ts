import { join, relative } from 'node:path';
import { type Leaving, NO_WORK } from '../../core/gc-plan.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import type { Git } from '../tools/git.ts';
import type { ListedWorktree } from '../tools/worktree-list.ts';
import { historySize } from './disk-usage.ts';
import { type GraphRecords, targetsOfLane, targetsOfTask } from './graph-records.ts';
import { workOf } from './merged.ts';

interface ListedRef {
  readonly ref: string;
  readonly commit: string;
  /** Milliseconds since 1970. */
  readonly at: number;
}

async function listRefs(git: Git, prefix: string): Promise<ListedRef[]> {
  const { stdout } = await git.run(['for-each-ref', '--format=%(refname) %(objectname) %(committerdate:unix)', prefix]);
  return stdout.split('\n').flatMap((line) => {
    const [ref, commit, at] = line.split(' ');
    return ref && commit ? [{ ref, commit, at: Number(at) * 1000 }] : [];
  });
}

export interface BranchSearch {
  readonly root: string;
  readonly git: Git;
  readonly listed: readonly ListedWorktree[];
  readonly records: GraphRecords;
  readonly sizes: boolean;
}

/** The branches that runs of a graph have made. */
export async function findBranches({ root, git, listed, records, sizes }: BranchSearch): Promise<Leaving[]> {
  const prefix = `refs/heads/${BRANCH_ROOT}/${records.graph}/`;
  const ours = join(root, '.worktrees', records.graph);
  const found: Leaving[] = [];
  for (const { ref, commit, at } of await listRefs(git, prefix)) {
    const name = ref.slice('refs/heads/'.length);
    const rest = ref.slice(prefix.length);
    const targets = rest.startsWith('ws/') ? targetsOfLane(records, rest.slice(3)) : targetsOfTask(records, rest);
    const work = await workOf(git, commit, targets);
    const bytes = !sizes ? null : work.merged?.how === 'contained' ? 0 : await historySize(git, commit, targets);
    const holder = listed.find((worktree) => worktree.branch === name)?.path ?? null;
    const isOurs = holder?.startsWith(`${ours}/`) ?? false;
    const obstacle = holder === null || isOurs ? null : `checked out in ${holder}`;
    const heldBy = holder !== null && isOurs ? relative(root, holder) : null;
    const run = records.runs.at(-1) ?? null;
    found.push({ kind: 'branch', name, graph: records.graph, run, bytes, changedAt: at, work, obstacle, heldBy });
  }
  return found;
}

const KEPT = /^refs\/agentrelay\/(?:attempts|backup|archive)\/(\d+)\/./;

export interface KeptRefSearch {
  readonly git: Git;
  readonly records: readonly GraphRecords[];
  readonly sizes: boolean;
}

/** The refs that keep work which no branch holds; they tell their run, and the journals which graph's it is. */
export async function findKeptRefs({ git, records, sizes }: KeptRefSearch): Promise<Leaving[]> {
  const all = [...new Set(records.flatMap(({ targets }) => targets))];
  const found: Leaving[] = [];
  for (const { ref, commit, at } of await listRefs(git, 'refs/agentrelay/')) {
    const run = Number(KEPT.exec(ref)?.[1] ?? Number.NaN);
    if (Number.isNaN(run)) continue;
    const owner = records.find(({ keptRefs }) => keptRefs.has(ref));
    const targets = owner?.targets ?? all;
    const work = await workOf(git, commit, targets).catch(() => ({ ...NO_WORK, unmerged: 1 }));
    const bytes = !sizes ? null : work.merged?.how === 'contained' ? 0 : await historySize(git, commit, targets);
    const graph = owner?.graph ?? null;
    found.push({ kind: 'kept_ref', name: ref, graph, run, bytes, changedAt: at, work, obstacle: null, heldBy: null });
  }
  return found;
}
