import { setTimeout as delay } from 'node:timers/promises';
import { DEFAULT_SETTINGS, type Settings } from '../core/graph/graph.ts';
import { sameValue } from '../core/same-value.ts';
import type { NotifyConfig } from '../core/user-config/user-config.ts';
import type { Extensions } from '../steps/extensions.ts';
import { findRepository } from '../steps/preflight.ts';
import { Git } from '../steps/tools/git.ts';
import { loadGraph } from '../steps/tools/graph-file.ts';
import { chooseForge } from './choose-forge.ts';
import { loadOwnSettings } from './own-settings.ts';
import type { OwnerOptions } from './owner.ts';
import { readOptionsOf, saidBefore } from './read-options.ts';

export interface RunOptions {
  readonly graphFile: string;
  readonly targetRepo: string;
  /** What the command line says; it comes before the graph file. */
  readonly settings: Partial<Settings>;
  readonly tmuxSocket: string | null;
  readonly configModule: string | null;
  readonly newRun: boolean;
  readonly json: boolean;
  /** The script behind the agent-side commands; absolute. */
  readonly agentScript: string;
  /** Milliseconds; null ends a run that only waits for a person at once. */
  readonly wait: number | null;
}

export interface PreparedRun {
  readonly owner: OwnerOptions;
  /** How a person is called. */
  readonly notify: NotifyConfig;
  /** Ends the processes of its git. */
  close(): void;
}

/** All that is known before anybody owns the run. Throws `UserError`. */
export async function prepareRun(options: RunOptions): Promise<PreparedRun> {
  const repository = await findRepository(options.targetRepo);
  const { extensions, config } = await loadOwnSettings(repository.root, options.configModule);
  const { given, loaded, readOptions } = await loadFor(options, repository.root, extensions);
  const asked = { ...DEFAULT_SETTINGS, ...loaded.graph.settings, ...given };
  const git = new Git(repository.root);
  const forge = await chooseForge(git, asked.forge).catch((error: unknown) => {
    git.close();
    throw error;
  });
  const settings = { ...asked, forge: forge.name };
  const owner: OwnerOptions = {
    repository,
    git,
    graph: loaded.graph,
    graphText: loaded.text,
    digest: loaded.digest,
    readOptions,
    settings,
    forge,
    extensions,
    tmuxSocket: options.tmuxSocket,
    newRun: options.newRun,
    agentCommands: { node: process.execPath, agentScript: options.agentScript },
    waitForPerson: options.wait === null ? null : patience(options.wait),
  };
  return { owner, notify: config.notify, close: () => git.close() };
}

/** Only the file says which graph it is, and only then what its last run was told can be known. */
async function loadFor({ graphFile, settings, newRun }: RunOptions, root: string, extensions: Extensions) {
  const readOptions = readOptionsOf(extensions, settings);
  const loaded = await loadGraph(graphFile, readOptions);
  const given = { ...(newRun ? {} : saidBefore(root, loaded.graph.name)), ...settings };
  const again = readOptionsOf(extensions, given);
  if (sameValue(again, readOptions)) return { given, loaded, readOptions };
  return { given, loaded: await loadGraph(graphFile, again), readOptions: again };
}

function patience(milliseconds: number): (signal: AbortSignal) => Promise<void> {
  return (signal) => delay(milliseconds, undefined, { signal });
}
