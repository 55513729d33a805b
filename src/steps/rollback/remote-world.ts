import { join } from 'node:path';
import { BRANCH_ROOT, integrationBranch, taskBranch } from '../../core/names.ts';
import type { RemoteInWorld } from '../../core/reset-world.ts';
import type { RunState, TaskState } from '../../core/run-state.ts';
import { readUnlinked } from '../tools/atomic-file.ts';
import type { Git } from '../tools/git.ts';
import type { RemoteSide } from './remote-side.ts';

export interface ReadRemote {
  readonly inWorld: RemoteInWorld;
  /** The commit of a branch that lanes are merged into; null when it is not there. */
  target(branch: string): string | null;
  /** Pull requests of lanes that are merged, with the commits that did it; null where GitHub names none. */
  readonly merged: ReadonlyMap<string, string | null>;
}

/** What of a run is on GitHub, with all of its commits brought here; changes nothing there. Throws `UserError`. */
export async function readRemote(remote: RemoteSide, git: Git, state: RunState): Promise<ReadRemote> {
  const prefix = `refs/heads/${BRANCH_ROOT}/${state.graph}/`;
  const lanes = [...state.workstreams.values()];
  const targets = new Set(lanes.map(({ outline }) => outline.target));
  const found = await remote.branches([`${BRANCH_ROOT}/${state.graph}/*`, ...targets]);
  const refs = new Map([...found].filter(([ref]) => ref.startsWith(prefix)));
  const branches = [...refs.keys()].map((ref) => ref.slice('refs/heads/'.length));
  const urls = lanes.flatMap(({ pr }) => (pr === null ? [] : [pr]));
  const { open, merged } = await remote.pullRequests({ branches, urls });
  const foreign = await foreignAmong(git, state, refs);
  return {
    inWorld: { name: remote.name, refs, foreign, open },
    target: (branch) => found.get(`refs/heads/${branch}`) ?? null,
    merged,
  };
}

async function foreignAmong(git: Git, state: RunState, refs: ReadonlyMap<string, string>): Promise<Set<string>> {
  const foreign = new Set<string>();
  for (const task of state.tasks.values()) {
    const ref = `refs/heads/${taskBranch(state.graph, task.outline.id)}`;
    const commit = refs.get(ref);
    if (commit === undefined || commitsOf(task).has(commit) || (await isHeld(git, state, task, commit))) continue;
    foreign.add(ref);
  }
  return foreign;
}

/** What its attempts have signalled or pushed. */
function commitsOf({ attempts }: TaskState): Set<string> {
  const commits = attempts.flatMap(({ signalled, commit, signalDir }) => [
    ...(signalled === null ? [] : [signalled]),
    ...(commit === null ? [] : [commit]),
    ...(signalDir === null ? [] : pushesIn(signalDir)),
  ]);
  return new Set(commits);
}

/** As `agentrelay-complete` notes them: what an agent has amended since is in no ref. */
function pushesIn(signalDir: string): string[] {
  const lines = ['.pushing', '.pushed'].flatMap((name) => (readUnlinked(join(signalDir, name)) ?? '').split('\n'));
  return lines.filter((line) => /^[0-9a-f]{40,64}$/.test(line));
}

/** Whether a branch of the task or of its lane has it here, or a ref that keeps work of ours. */
async function isHeld(git: Git, { graph }: RunState, { outline }: TaskState, commit: string): Promise<boolean> {
  const branches = [taskBranch(graph, outline.id), integrationBranch(graph, outline.workstream)];
  const refs = [...branches.map((branch) => `refs/heads/${branch}`), 'refs/agentrelay/'];
  return (await git.run(['for-each-ref', '--count=1', `--contains=${commit}`, ...refs])).stdout !== '';
}
