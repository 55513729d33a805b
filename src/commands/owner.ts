import type { Clock } from '../core/clock.ts';
import { UserError } from '../core/errors.ts';
import type { EventLog } from '../core/event-log.ts';
import type { RunEvent } from '../core/events.ts';
import type { Graph } from '../core/graph/graph.ts';
import type { Orchestrator } from '../core/orchestrator.ts';
import { loadSecrets } from '../steps/credentials/load-secrets.ts';
import { excludeOurFolders } from '../steps/exclude.ts';
import type { Extensions } from '../steps/extensions.ts';
import { freeLeftLocks } from '../steps/left-locks.ts';
import { keysWithoutEffect } from '../steps/not-yet.ts';
import { type PreflightResult, preflight } from '../steps/preflight.ts';
import { serverOfRun } from '../steps/recorded-server.ts';
import { followRequests } from '../steps/request-files.ts';
import { resumeResets } from '../steps/rollback/rollback.ts';
import { RunStore } from '../steps/run-store.ts';
import { requireStandardSteps } from '../steps/standard-steps.ts';
import { makeFolder } from '../steps/tools/atomic-file.ts';
import { lockHolder, tryLock } from '../steps/tools/lock-file.ts';
import { endLeftSession } from '../steps/tools/tmux-session.ts';
import { requireWritable } from '../steps/writable.ts';
import { runBranches } from './archive-run.ts';
import { type AgentCommands, assemble } from './assemble.ts';
import { type OpenRunOptions, openRun } from './open-run.ts';
import { rollbackPlaceOf } from './rollback-remote.ts';
import { runTaken } from './run-taken.ts';

export interface OwnerOptions extends Omit<OpenRunOptions, 'tmuxServer'> {
  readonly extensions: Extensions;
  readonly agentCommands: AgentCommands;
  readonly waitForPerson: ((signal: AbortSignal) => Promise<void>) | null;
  /** The real one unless told. */
  readonly clock?: Clock;
}

export interface OwnedRun {
  readonly log: EventLog;
  /** What was told before anybody could listen: how the run began, or for a run that is over its end. */
  readonly opening: readonly RunEvent[];
  readonly directory: string;
  /** Null for a run that is over: there is nothing to do. */
  readonly orchestrator: Orchestrator | null;
  /** For people. */
  readonly notes: readonly string[];
  /** Hands the requests of other terminals to the orchestrator, from its start on. */
  followRequests(): { close(): void };
  close(): Promise<void>;
}

/** Becomes the owner of the graph's run: a new one, or the last one where it is not over. Throws `UserError`. */
export async function ownRun(options: OwnerOptions): Promise<OwnedRun> {
  const { graph, repository } = options;
  const store = new RunStore(repository.root, graph.name);
  requireStandardSteps(graph, options.extensions);
  const credentials = await loadSecrets(graph, options.settings.credentials);
  requireWritable(repository, graph.name);
  const { lockFile } = store;
  const baseCommits = await requireRunnable(options, store).catch((error: unknown) => {
    // What another owner makes at this moment stands in our way only because it owns the run.
    const by = lockHolder(lockFile);
    throw by === null ? error : runTaken(graph.name, { lockFile, by });
  });
  makeFolder(store.directory);
  const attempt = tryLock(lockFile);
  if (attempt.kind === 'taken') throw runTaken(graph.name, { lockFile, by: attempt.by });
  const closers: (() => void | Promise<void>)[] = [() => attempt.lock.release()];
  const close = () => closeAll(closers.toReversed());
  try {
    excludeOurFolders(repository.commonDir);
    const last = options.newRun ? null : (store.runs().at(-1) ?? null);
    const tmuxServer = serverOfRun(store, last, options.tmuxSocket);
    if (last !== null) {
      const targets = graph.workstreams.map((lane) => lane.mergeTargetBranch);
      await freeLeftLocks(options.git, { commonDir: repository.commonDir, graph: graph.name, targets });
    }
    const opened = await openRun({ ...options, tmuxServer }, store, baseCommits);
    closers.push(() => opened.journal.close());
    const { log, opening, directory, run } = opened;
    if (opened.over) {
      // Its last owner may have been killed before it could.
      await endLeftSession(tmuxServer.args, options.settings.tmuxSession);
      const nothing = () => ({ close: () => {} });
      return { log, opening, directory, orchestrator: null, notes: opened.notes, followRequests: nothing, close };
    }
    // Begun, and cut short.
    const ofResets: string[] = [];
    const place = await rollbackPlaceOf({ ...options, store, run }, (note) => void ofResets.push(note));
    await resumeResets(log, place);
    const { orchestrator, release } = await assemble({
      ...options,
      credentials,
      log,
      runDirectory: directory,
      tmuxServer: tmuxServer.args,
    });
    closers.push(release);
    opened.stopListening();
    return {
      log,
      opening,
      directory,
      orchestrator,
      notes: [...opened.notes, ...ofResets, ...laterNotes(graph)],
      followRequests: () =>
        followRequests(store.commands(run), log.state.request, (wish) => void orchestrator.request(wish)),
      close,
    };
  } catch (error) {
    await close();
    throw error;
  }
}

/** Each of them, also after one that throws, and then throws what the first threw. */
async function closeAll(closers: readonly (() => void | Promise<void>)[]): Promise<void> {
  const errors: unknown[] = [];
  for (const closer of closers) {
    try {
      await closer();
    } catch (error) {
      errors.push(error);
    }
  }
  if (errors.length > 0) throw errors[0];
}

/** Both at once; what stops every run is said first. The commits of the base branches. */
async function requireRunnable(options: OwnerOptions, store: RunStore): Promise<Readonly<Record<string, string>>> {
  const noBranches = !options.newRun && store.runs().length === 0 ? requireNoBranches(options, store) : null;
  noBranches?.catch(() => {});
  const { baseCommits, leftovers } = await preflight(options);
  await noBranches;
  if (noBranches !== null && leftovers.length > 0 && store.runs().length === 0)
    throw await leftOnRemote(options, leftovers);
  return baseCommits;
}

/** Work of a run whose records are gone must not be taken for this one's. */
async function requireNoBranches({ git, graph }: OwnerOptions, store: RunStore): Promise<void> {
  const [branch] = await runBranches(git, graph.name);
  // Another owner may have begun meanwhile: then there are records.
  if (branch === undefined || store.runs().length > 0) return;
  throw new UserError(`branch ${branch.ref.replace('refs/heads/', '')} is left from a run that has no records here`, {
    hint: '--new-run keeps such branches under refs/agentrelay/archive/0/ and starts over',
  });
}

/** The same on the forge, where somebody else may run a graph of this name. */
async function leftOnRemote({ forge }: OwnerOptions, leftovers: PreflightResult['leftovers']): Promise<unknown> {
  const { leftoverProblem } = await import('../steps/github/remote-branches.ts');
  return leftoverProblem(leftovers, forge.name === 'gh' ? forge.remote : '');
}

function laterNotes(graph: Graph): string[] {
  const keys = keysWithoutEffect(graph);
  return keys.length === 0 ? [] : [`without effect in this version: ${keys.join(', ')}`];
}
