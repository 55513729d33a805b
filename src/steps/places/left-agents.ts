import type { KnownAttempt } from './known-attempts.ts';
import { leftContainers } from './left-containers.ts';
import { leftJobs } from './left-jobs.ts';
import { leftProcesses } from './left-processes.ts';
import type { UsedPlaces } from './used-places.ts';

/** Something that was started for an attempt and is there without a window of ours around it, or beside one. */
export interface LeftAgent {
  readonly kind: LeftKind;
  /** Tells it apart among those of its kind; for people. Never a token. */
  readonly name: string;
  readonly run: number;
  readonly task: string;
  readonly attempt: number;
  readonly tokenHash: string;
  /** An agent is at work in it; else it is what is left of one that is over. */
  readonly alive: boolean;
  /** Ends all that is in it, and removes it. Any number of times. */
  stop(): Promise<void>;
}

export type LeftKind = 'container' | 'job' | 'remote' | 'process';

export interface LeftAgentSearch {
  readonly graph: string;
  /** Absolute; of the repository. */
  readonly commonDir: string;
  readonly attempts: readonly KnownAttempt[];
  readonly used: UsedPlaces;
}

/** Finds those of one kind of place; asks nobody where none of the run's agents can have been there. */
export type LeftAgentFinder = (search: LeftAgentSearch) => Promise<LeftAgent[]>;

const FINDERS: readonly LeftAgentFinder[] = [leftContainers, leftJobs, leftProcesses];

/**
 * What lives, or lies about, of the agents of these attempts beside the panes of tmux. Throws `ToolError` where an engine
 * that has some gives no answer.
 */
export async function findLeftAgents(search: LeftAgentSearch): Promise<LeftAgent[]> {
  if (search.attempts.length === 0) return [];
  return (await Promise.all(FINDERS.map((find) => find(search)))).flat();
}

/** Such as `process 4711`. */
export function whereIs({ kind, name }: Pick<LeftAgent, 'kind' | 'name'>): string {
  return `${kind} ${name}`;
}
