import type { RunStore } from '../run-store.ts';
import type { KnownAttempt } from './known-attempts.ts';
import { leftContainers } from './left-containers.ts';
import { leftJobs } from './left-jobs.ts';
import { leftProcesses } from './left-processes.ts';
import { leftRemotes } from './left-remotes.ts';
import { type UsedPlaces, usedPlaces } from './used-places.ts';

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

/** Whose agents are looked for. */
export interface LeftAgentsOf {
  readonly graph: string;
  readonly store: RunStore;
  /** Absolute; of the repository. */
  readonly commonDir: string;
  readonly attempts: readonly KnownAttempt[];
}

export interface LeftAgentSearch extends LeftAgentsOf {
  readonly used: UsedPlaces;
}

/** Finds those of one kind of place; asks nobody where none of the run's agents can have been there. */
export type LeftAgentFinder = (search: LeftAgentSearch) => Promise<LeftAgent[]>;

const FINDERS: readonly LeftAgentFinder[] = [leftContainers, leftJobs, leftRemotes, leftProcesses];

/**
 * What lives, or lies about, of the agents of these attempts beside the panes of tmux. Throws `ToolError` where an engine
 * that has some gives no answer.
 */
export async function findLeftAgents(of: LeftAgentsOf): Promise<LeftAgent[]> {
  const runs = new Set(of.attempts.map(({ run }) => run));
  if (runs.size === 0) return [];
  const search = { ...of, used: usedPlaces(of.store, [...runs]) };
  return asOne((await Promise.all(FINDERS.map((find) => find(search)))).flat());
}

/** Processes here of what an engine has are a part of that, and end with it. */
export function asOne(found: readonly LeftAgent[]): LeftAgent[] {
  const engines = found.filter(({ kind }) => kind !== 'process');
  const partOf = ({ tokenHash }: LeftAgent) => engines.find((one) => one.tokenHash === tokenHash);
  const processes = found.filter(({ kind }) => kind === 'process');
  const whole = engines.map((engine): LeftAgent => {
    const parts = processes.filter((one) => partOf(one) === engine);
    const stop = async () => {
      await engine.stop();
      for (const part of parts) await part.stop();
    };
    return { ...engine, alive: [engine, ...parts].some(({ alive }) => alive), stop };
  });
  return [...whole, ...processes.filter((one) => partOf(one) === undefined)];
}

/** Such as `process 4711`. */
export function whereIs({ kind, name }: Pick<LeftAgent, 'kind' | 'name'>): string {
  return kind === 'remote' ? name : `${kind} ${name}`;
}
