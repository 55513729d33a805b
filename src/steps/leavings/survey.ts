import { describeError } from '../../core/errors.ts';
import type { GraphUse, Leaving } from '../../core/gc-plan.ts';
import type { Repository } from '../preflight.ts';
import { distinctServers, serversOf } from '../recorded-server.ts';
import { type TaggedPane, taggedPanes } from '../tagged-panes.ts';
import { ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import { listWorktrees } from '../tools/worktree-list.ts';
import { Worktrees } from '../worktree.ts';
import { findKeptFolders, findRunFolders } from './folders.ts';
import { type GraphRecords, graphsWithLeavings, readRecords, useOf } from './graph-records.ts';
import { deadPanes, liveAgents, panesOf } from './panes.ts';
import { findBranches, findKeptRefs } from './refs.ts';
import { findWorktrees } from './worktrees.ts';

export interface SurveyOptions {
  readonly repository: Repository;
  readonly git: Git;
  /** `-L`; null for the servers that the runs used. */
  readonly tmuxSocket: string | null;
  /** Whether sizes are wanted: they take most of the time. */
  readonly sizes: boolean;
}

export interface Survey {
  readonly records: readonly GraphRecords[];
  readonly uses: readonly GraphUse[];
  readonly leavings: readonly Leaving[];
  /** Dead panes of ours, for their removal. */
  readonly panes: readonly TaggedPane[];
  /** What could not be looked at. */
  readonly faults: readonly string[];
}

/** All that runs have left in a repository, of every graph. A fault in one place keeps nothing else from being told. */
export async function surveyLeavings(options: SurveyOptions): Promise<Survey> {
  const { repository, git, sizes } = options;
  const faults: string[] = [];
  const orNone = async <T>(what: string, work: Promise<T[]>): Promise<T[]> => {
    try {
      return await work;
    } catch (error) {
      faults.push(`${what}: ${describeError(error)}`);
      return [];
    }
  };
  const records: GraphRecords[] = [];
  for (const graph of await graphsWithLeavings(repository, git)) {
    records.push(
      ...(await orNone(
        `graph ${graph}`,
        readRecords(repository, git, graph).then((found) => [found]),
      )),
    );
  }
  const [panes, listed, keptRefs, keptFolders] = await Promise.all([
    findPanes(records, options.tmuxSocket).catch((error: unknown) => {
      faults.push(`tmux: ${describeError(error)}`);
      return null;
    }),
    listWorktrees(git),
    orNone('kept refs', findKeptRefs({ git, records, sizes })),
    orNone('kept folders', findKeptFolders(repository.commonDir, { sizes })),
  ]);
  const uses: GraphUse[] = [];
  const leavings: Leaving[] = [];
  for (const record of records) {
    const own = panesOf(panes ?? [], record);
    // Somebody may be at work in a tmux that gives no answer.
    uses.push(useOf(record, panes === null ? ['nobody knows'] : liveAgents(own)));
    const search = { ...options, root: repository.root, listed, records: record };
    const worktrees = new Worktrees(git, repository.commonDir);
    leavings.push(
      ...deadPanes(own, record.graph),
      ...(await orNone(`worktrees of ${record.graph}`, findWorktrees({ ...search, worktrees }))),
      ...(await orNone(`branches of ${record.graph}`, findBranches(search))),
      ...(await orNone(`runs of ${record.graph}`, findRunFolders({ ...search, keptRefs }))),
    );
  }
  return { records, uses, leavings: [...leavings, ...keptRefs, ...keptFolders], panes: panes ?? [], faults };
}

async function findPanes(records: readonly GraphRecords[], socket: string | null): Promise<TaggedPane[]> {
  const servers = distinctServers(records.flatMap(({ store, runs }) => serversOf(store, runs, socket)));
  try {
    return (await Promise.all(servers.map((server) => taggedPanes(server)))).flat();
  } catch (error) {
    // Without a tmux there are no panes.
    if (error instanceof ToolError && (error.cause as NodeJS.ErrnoException | undefined)?.code === 'ENOENT') return [];
    throw error;
  }
}
