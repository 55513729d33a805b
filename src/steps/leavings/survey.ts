import { describeError } from '../../core/errors.ts';
import type { GraphUse, Leaving } from '../../core/gc-plan.ts';
import { besidePanes } from '../agents-at-work.ts';
import type { LeftAgent } from '../places/left-agents.ts';
import type { Repository } from '../preflight.ts';
import { distinctServers, serversOf } from '../recorded-server.ts';
import { panesOn, type TaggedPane } from '../tagged-panes.ts';
import type { Git } from '../tools/git.ts';
import { listWorktrees } from '../tools/worktree-list.ts';
import { Worktrees } from '../worktree.ts';
import { findKeptFolders, findRunFolders } from './folders.ts';
import { type GraphRecords, graphsWithLeavings, readRecords, useOf } from './graph-records.ts';
import { deadElsewhere, leftPlaces, liveElsewhere } from './left-places.ts';
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
  /** What has none. */
  readonly left: readonly LeftAgent[];
  /** What could not be looked at. */
  readonly faults: readonly string[];
}

/** All that runs have left in a repository, of every graph. A fault in one place keeps nothing else from being told. */
export async function surveyLeavings(options: SurveyOptions): Promise<Survey> {
  const { repository, git, sizes } = options;
  const faults: string[] = [];
  const orNull = async <T>(what: string, work: Promise<T>): Promise<T | null> => {
    try {
      return await work;
    } catch (error) {
      faults.push(`${what}: ${describeError(error)}`);
      return null;
    }
  };
  const orNone = async <T>(what: string, work: Promise<T[]>): Promise<T[]> => (await orNull(what, work)) ?? [];
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
    orNull('tmux', findPanes(records, options.tmuxSocket)),
    listWorktrees(git),
    orNone('kept refs', findKeptRefs({ git, records, sizes })),
    orNone('kept folders', findKeptFolders(repository.commonDir, { sizes })),
  ]);
  const uses: GraphUse[] = [];
  const leavings: Leaving[] = [];
  const left: LeftAgent[] = [];
  for (const record of records) {
    const own = panesOf(panes ?? [], record);
    const elsewhere = await orNull(`agents of ${record.graph}`, leftPlaces(repository, record));
    const beside = besidePanes(elsewhere ?? [], own);
    left.push(...beside);
    // Somebody may be at work in a tmux, or whatever else, that gives no answer.
    const isKnown = panes !== null && elsewhere !== null;
    uses.push(useOf(record, isKnown ? [...liveAgents(own), ...liveElsewhere(beside)] : ['nobody knows']));
    const search = { ...options, root: repository.root, listed, records: record };
    const worktrees = new Worktrees(git, repository.commonDir);
    leavings.push(
      ...deadPanes(own, record.graph),
      ...deadElsewhere(beside, record.graph),
      ...(await orNone(`worktrees of ${record.graph}`, findWorktrees({ ...search, worktrees }))),
      ...(await orNone(`branches of ${record.graph}`, findBranches(search))),
      ...(await orNone(`runs of ${record.graph}`, findRunFolders({ ...search, keptRefs }))),
    );
  }
  return { records, uses, leavings: [...leavings, ...keptRefs, ...keptFolders], panes: panes ?? [], left, faults };
}

async function findPanes(records: readonly GraphRecords[], socket: string | null): Promise<TaggedPane[]> {
  return await panesOn(distinctServers(records.flatMap(({ store, runs }) => serversOf(store, runs, socket))));
}
