import type { Graph } from '../../core/graph/graph.ts';
import type { EnvironmentEntry } from './entry.ts';
import type { SshEntryOptions } from './ssh-entry.ts';
import type { TmuxEnvironment } from './tmux.ts';
import { createTmuxEntry } from './tmux-entry.ts';

type Options = SshEntryOptions & { readonly withheld: readonly string[] };

/** Null where its agents need windows and there is no tmux. */
type Maker = (
  options: Options,
  tmux: TmuxEnvironment | null,
) => Promise<EnvironmentEntry | null> | EnvironmentEntry | null;

/** By `environment.type`. What few runs need is loaded only for those. */
const MAKERS: Readonly<Record<string, Maker>> = {
  tmux: (options, environment) => environment && createTmuxEntry({ ...options, environment }),
  process: async (options) => (await import('./process-entry.ts')).createProcessEntry(options),
  slurm: async (options, environment) => {
    return environment && (await import('./slurm-entry.ts')).createSlurmEntry({ ...options, environment });
  },
  ssh: async (options) => (await import('./ssh-entry.ts')).createSshEntry(options),
};

export const ENVIRONMENT_TYPES: readonly string[] = Object.keys(MAKERS);

/** Those in which the graph has agents; nothing is reached before it is asked for. */
export async function environmentEntries(
  graph: Graph,
  tmux: TmuxEnvironment | null,
  options: Options,
): Promise<EnvironmentEntry[]> {
  const types = new Set(graph.tasks.map(({ primaryAgent }) => primaryAgent.environment.type));
  const entries = [...types].map(async (type) => (await MAKERS[type]?.(options, tmux)) ?? null);
  return (await Promise.all(entries)).filter((entry) => entry !== null);
}
