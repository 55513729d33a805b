import { createHash, randomBytes } from 'node:crypto';
import { mkdirSync } from 'node:fs';
import { hostname } from 'node:os';
import { UserError } from '../core/errors.ts';
import { EventLog } from '../core/event-log.ts';
import type { RunEvent } from '../core/events.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { isActive } from '../core/lifecycle.ts';
import { Orchestrator } from '../core/orchestrator.ts';
import { replay } from '../core/reduce.ts';
import { runStarted } from '../core/run-started.ts';
import { emptyRunState, type RunState } from '../core/run-state.ts';
import { StandardTaskRunner } from '../core/task-runner.ts';
import { createTmuxEnvironment, type TmuxEnvironment } from '../steps/environments/tmux.ts';
import { excludeOurFolders } from '../steps/exclude.ts';
import type { Extensions } from '../steps/extensions.ts';
import { keysWithoutEffect, requireNoSandbox } from '../steps/not-yet.ts';
import { preflight, type Repository } from '../steps/preflight.ts';
import { RunStore } from '../steps/run-store.ts';
import { createStandardSteps, requireStandardSteps } from '../steps/standard-steps.ts';
import type { Git } from '../steps/tools/git.ts';
import { type Journal, openJournal } from '../steps/tools/journal.ts';
import { tryLock } from '../steps/tools/lock-file.ts';
import { TmuxControl } from '../steps/tools/tmux-control.ts';
import { archiveRun, runBranches } from './archive-run.ts';

export interface OwnerOptions {
  readonly repository: Repository;
  readonly git: Git;
  readonly graph: Graph;
  readonly graphText: string;
  readonly digest: string;
  readonly settings: Settings;
  readonly extensions: Extensions;
  /** Name of a private tmux server; null for the one we are in. */
  readonly tmuxSocket: string | null;
  readonly newRun: boolean;
  readonly agentCommands: { readonly node: string; readonly agentScript: string };
  readonly waitForPerson: ((signal: AbortSignal) => Promise<void>) | null;
}

export interface OwnedRun {
  readonly log: EventLog;
  /** What was told before anybody could listen: how the run began, or for a run that is over its end. */
  readonly opening: readonly RunEvent[];
  readonly directory: string;
  /** Null for a run that is over: there is nothing to do. */
  readonly orchestrator: Orchestrator | null;
  /** What was found and mended of an earlier owner's leavings, for people. */
  readonly notes: readonly string[];
  close(): Promise<void>;
}

/** Becomes the owner of the graph's run: a new one, or the last one where it is not over. Throws `UserError`. */
export async function ownRun(options: OwnerOptions): Promise<OwnedRun> {
  const { graph, repository } = options;
  const store = new RunStore(repository.root, graph.name);
  requireStandardSteps(graph, options.extensions);
  requireNoSandbox(graph);
  // Both at once; what stops every run is said first.
  const noBranches = !options.newRun && store.runs().length === 0 ? requireNoBranches(options) : null;
  noBranches?.catch(() => {});
  const { baseCommits } = await preflight(options);
  await noBranches;
  mkdirSync(store.directory, { recursive: true });
  const attempt = tryLock(store.lockFile);
  if (attempt.kind === 'taken') {
    throw new UserError(`graph ${graph.name} is being run by process ${attempt.by.pid} on ${attempt.by.host}`, {
      hint:
        attempt.by.host === hostname()
          ? `agentrelay events ${graph.name} --follow shows it`
          : `if nothing runs there any more, or this machine was renamed: rm ${store.lockFile}`,
    });
  }
  const closers: (() => void | Promise<void>)[] = [() => attempt.lock.release()];
  const close = async () => {
    for (const closer of closers.toReversed()) await closer();
  };
  try {
    excludeOurFolders(repository.commonDir);
    const opened = await openRun(options, store, baseCommits);
    closers.push(() => opened.journal.close());
    const { log, opening, directory } = opened;
    if (opened.over) return { log, opening, directory, orchestrator: null, notes: [], close };
    const tmux = await connectTmux(options);
    if (tmux !== null) closers.push(() => tmux.disconnect());
    const notes = [...opened.notes, ...laterNotes(graph), ...(await clearLeavings(opened.log, tmux))];
    const steps = createStandardSteps({
      ...options.extensions,
      graph,
      settings: options.settings,
      git: options.git,
      commonDir: repository.commonDir,
      runDirectory: opened.directory,
      tmux,
      agentCommands: options.agentCommands,
    });
    closers.push(() => steps.close());
    const orchestrator = new Orchestrator({
      graph,
      settings: options.settings,
      taskRunner: new StandardTaskRunner(steps.tables),
      workstreamSteps: steps.workstreams,
      log: opened.log,
      newToken,
      waitForPerson: options.waitForPerson,
    });
    opened.stopListening();
    return { log, opening, directory, orchestrator, notes, close };
  } catch (error) {
    await close();
    throw error;
  }
}

interface OpenedRun {
  readonly log: EventLog;
  readonly opening: RunEvent[];
  readonly stopListening: () => void;
  readonly journal: Journal;
  readonly directory: string;
  readonly over: boolean;
  readonly notes: readonly string[];
}

async function openRun(
  options: OwnerOptions,
  store: RunStore,
  baseCommits: Record<string, string>,
): Promise<OpenedRun> {
  const last = store.runs().at(-1);
  if (last === undefined) {
    if (options.newRun) await archiveRun({ ...options, run: 0 });
    return startRun(options, store, 1, baseCommits);
  }
  const { events, length, torn } = store.journal(last);
  const state = replay(events);
  if (options.newRun) {
    await archiveRun({ ...options, run: last });
    return startRun(options, store, last + 1, baseCommits);
  }
  const over = isOver(state);
  if (!over && state.startedAt !== null && state.digest !== options.digest) {
    throw new UserError(`the graph file has changed since run ${last} began, and that run is not over`, {
      hint: `--new-run starts over and keeps the old branches; ${store.runDirectory(last)}/graph.yaml is the old file`,
    });
  }
  const opened = openLog(store, last, state, length);
  if (!over && state.startedAt === null)
    opened.log.append(runStarted(options.graph, { number: last, digest: options.digest }));
  else if (!over) opened.log.append({ kind: 'run_resumed', pid: process.pid });
  else opened.opening.push(...events.slice(-1));
  const notes = torn === '' ? [] : [`the journal's last line was cut short by a crash and was left out`];
  return { ...opened, over, notes };
}

/** Work of a run whose records are gone must not be taken for this one's. */
async function requireNoBranches({ git, graph }: OwnerOptions): Promise<void> {
  const [branch] = await runBranches(git, graph.name);
  if (branch === undefined) return;
  throw new UserError(`branch ${branch.ref.replace('refs/heads/', '')} is left from a run that has no records here`, {
    hint: '--new-run keeps such branches under refs/agentrelay/archive/0/ and starts over',
  });
}

/** A run that ended for good is not begun again; one that was stopped, cancelled or waits for a person goes on. */
function isOver(state: RunState): boolean {
  return state.outcome === 'succeeded' || state.outcome === 'completed_with_failures';
}

function startRun(options: OwnerOptions, store: RunStore, run: number, baseCommits: Record<string, string>): OpenedRun {
  const { digest, graphText, settings } = options;
  store.create(run, { graph_digest: digest, base_commits: baseCommits, settings, graphText });
  const opened = openLog(store, run, emptyRunState(), 0);
  opened.log.append(runStarted(options.graph, { number: run, digest: options.digest }));
  return { ...opened, over: false, notes: [] };
}

function openLog(store: RunStore, run: number, state: RunState, length: number) {
  const journal = openJournal(store.journalFile(run), length);
  const log = new EventLog({ state, now: Date.now, write: (line) => journal.write(line) });
  const opening: RunEvent[] = [];
  const stopListening = log.subscribe((event) => opening.push(event));
  return { log, opening, stopListening, journal, directory: store.runDirectory(run) };
}

function laterNotes(graph: Graph): string[] {
  const keys = keysWithoutEffect(graph);
  return keys.length === 0 ? [] : [`without effect in this version: ${keys.join(', ')}`];
}

async function connectTmux({ graph, settings, tmuxSocket }: OwnerOptions): Promise<TmuxEnvironment | null> {
  if (!graph.tasks.some((task) => task.primaryAgent.environment.type === 'tmux')) return null;
  const control = await TmuxControl.connect({ socket: tmuxSocket, session: settings.tmuxSession });
  return createTmuxEnvironment({ control });
}

/** Attempts that an owner left running when it was killed end here, with their panes; their tasks start anew. */
async function clearLeavings(log: EventLog, tmux: TmuxEnvironment | null): Promise<string[]> {
  const left = [...log.state.tasks.values()].filter((task) => isActive(task.status));
  if (left.length === 0) return [];
  const panes = (await tmux?.leftovers(log.state.graph, log.state.run)) ?? [];
  for (const { outline, attempts } of left) {
    const attempt = attempts.length;
    const signalDir = attempts.at(-1)?.signalDir;
    for (const pane of panes.filter(({ tag }) => tag.task === outline.id)) {
      await tmux?.close(pane, { logFile: `${signalDir}/agent.log`, keepPane: false });
    }
    log.append({ kind: 'task_cancelled', task: outline.id, attempt });
  }
  return [`${left.map((task) => task.outline.id).join(', ')}: left running by an owner that is gone; started anew`];
}

function newToken(): { token: string; hash: string } {
  const token = randomBytes(16).toString('hex');
  return { token, hash: createHash('sha256').update(token).digest('hex') };
}
