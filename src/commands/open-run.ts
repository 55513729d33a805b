import { isDeepStrictEqual } from 'node:util';
import { UserError } from '../core/errors.ts';
import { EventLog } from '../core/event-log.ts';
import type { GraphChange, RunEvent } from '../core/events.ts';
import { isGivenUp } from '../core/give-up.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import type { ReadGraphOptions } from '../core/graph/read-graph.ts';
import { runStarted } from '../core/run-started.ts';
import { emptyRunState, type RunState } from '../core/run-state.ts';
import { hasFailedByItself } from '../core/settle-blocks.ts';
import type { ChosenForge } from '../steps/forges/forge.ts';
import { repositoryPath } from '../steps/github/repository.ts';
import type { Repository } from '../steps/preflight.ts';
import type { TmuxServer } from '../steps/recorded-server.ts';
import { readRequests } from '../steps/request-files.ts';
import { stopAgents } from '../steps/rollback/stop-agents.ts';
import type { RunRecord, RunStore } from '../steps/run-store.ts';
import type { Git } from '../steps/tools/git.ts';
import { type Journal, openJournal } from '../steps/tools/journal.ts';
import { archiveRun, archiveThere } from './archive-run.ts';
import { requireNoAgents, requireTheirPlaces, requireTheirServer, withAgents } from './left-at-work.ts';
import { changedBounds, requireBudgetLeft } from './run-budget.ts';
import { takeUpGraph } from './take-up-graph.ts';

export interface OpenRunOptions {
  readonly repository: Repository;
  readonly git: Git;
  readonly graph: Graph;
  readonly graphText: string;
  readonly digest: string;
  readonly settings: Settings;
  readonly forge: ChosenForge;
  /** With which the graph was read. */
  readonly readOptions: ReadGraphOptions;
  /** What `-L` says. */
  readonly tmuxSocket: string | null;
  /** Where the windows of this owner are. */
  readonly tmuxServer: TmuxServer;
  readonly newRun: boolean;
}

export interface OpenedRun {
  readonly log: EventLog;
  readonly journal: Journal;
  readonly run: number;
  readonly directory: string;
  /** There is nothing to do in it. */
  readonly over: boolean;
  /** What was told before anybody could listen. */
  readonly opening: readonly RunEvent[];
  readonly stopListening: () => void;
  readonly notes: readonly string[];
}

/** The run to go on with: the last one where something is left to do, else a new one. The lock must be held. */
export async function openRun(
  options: OpenRunOptions,
  store: RunStore,
  baseCommits: Readonly<Record<string, string>>,
): Promise<OpenedRun> {
  const last = store.runs().at(-1);
  if (options.newRun || last === undefined) {
    if (options.newRun && last !== undefined) await requireNoAgents(options, store, last);
    const place = { ...options, run: last ?? 0 };
    const notes = options.newRun ? await archiveThere(place) : [];
    if (options.newRun) await archiveRun(place);
    return { ...startRun(options, store, (last ?? 0) + 1, baseCommits), notes };
  }
  return await resumeRun(options, store, last);
}

function startRun(
  options: OpenRunOptions,
  store: RunStore,
  run: number,
  baseCommits: Readonly<Record<string, string>>,
): Omit<OpenedRun, 'notes'> {
  const { graphText, digest, settings, forge, tmuxServer } = options;
  const record: RunRecord = {
    graph_digest: digest,
    base_commits: baseCommits,
    settings,
    forge,
    tmux_socket: tmuxServer.socket,
  };
  store.create(run, { ...record, graphText });
  const opened = openLog(store, run, emptyRunState(), 0);
  const { maxTaskAttempts, budget } = settings;
  opened.log.append(runStarted(options.graph, { number: run, digest, maxTaskAttempts, budget }));
  return { ...opened, over: false };
}

async function resumeRun(options: OpenRunOptions, store: RunStore, run: number): Promise<OpenedRun> {
  const { state, events, length, torn } = store.replay(run);
  await requireTheirServer(options, store, run);
  await requireTheirPlaces(options, store, run);
  requireSameForge(options, store.readRecord(run), run);
  const opened = openLog(store, run, state, length);
  try {
    const notes = torn === '' ? [] : [`the journal's last line was cut short by a crash and was left out`];
    const change =
      state.startedAt === null || state.outcome === 'succeeded' ? null : takeUpGraph(options, store, run, state);
    const requests = readRequests(store.commands(run), state.request);
    if (state.startedAt !== null && !hasWork(change) && isOver(state, options.settings, requests)) {
      if (state.digest !== options.digest)
        notes.push('the graph file has changed since; --new-run starts over with it');
      return { ...opened, over: true, opening: events.slice(-1), notes };
    }
    requireBudgetLeft(options.settings, state);
    store.record(run, { settings: options.settings, forge: options.forge, tmux_socket: options.tmuxServer.socket });
    const { maxTaskAttempts, budget } = options.settings;
    if (state.startedAt === null) {
      opened.log.append(runStarted(options.graph, { number: run, digest: options.digest, maxTaskAttempts, budget }));
    } else {
      // A teardown mode may have left them at work, and nobody looks after a task that is gone from the file.
      if (change !== null) await stopAgents(withAgents(options, store, run), state, change.removed);
      const settled = { max_task_attempts: maxTaskAttempts, ...changedBounds(budget, state) };
      opened.log.append({ kind: 'run_resumed', pid: process.pid, ...settled });
      if (change !== null) opened.log.append(change);
    }
    store.keepGraph(run, options.graphText);
    return { ...opened, over: false, notes };
  } catch (error) {
    opened.journal.close();
    throw error;
  }
}

/** Half a run on one forge and half on another would be neither. */
function requireSameForge({ graph, forge }: OpenRunOptions, { forge: theirs }: RunRecord, run: number): void {
  if (theirs === undefined || isDeepStrictEqual(theirs, forge)) return;
  const words = (one: ChosenForge) => (one.name === 'gh' ? repositoryPath(one.repository) : 'git alone');
  throw new UserError(
    `run ${run} of graph ${graph.name} merges on ${words(theirs)}, and now it would on ${words(forge)}`,
    {
      hint: `--forge ${theirs.name} goes on with it, where the remote is the same; --new-run starts over`,
    },
  );
}

/** A comment, or an edit of what is finished, is no reason to go on. */
function hasWork(change: GraphChange | null): boolean {
  return change !== null && change.added.length + change.changed.length + change.removed.length > 0;
}

/**
 * A run that succeeded is not begun again, and one with failures only where tasks have attempts left or a person has
 * asked for something, or where a lane failed by itself; one that was stopped, cancelled or waits for a person goes on.
 */
function isOver(state: RunState, settings: Settings, requests: readonly unknown[]): boolean {
  if (requests.length > 0) return false;
  if (state.outcome === 'succeeded') return true;
  if (state.outcome !== 'completed_with_failures') return false;
  if ([...state.workstreams.values()].some(hasFailedByItself)) return false;
  const tasks = [...state.tasks.values()];
  // It ended before they could be started.
  if (state.stopping === 'budget' && tasks.some((task) => task.status === 'pending')) return false;
  return tasks.every((task) => task.status !== 'failed' || isGivenUp(task, settings));
}

function openLog(store: RunStore, run: number, state: RunState, length: number) {
  const journal = openJournal(store.journalFile(run), length, { onLost: (error) => log.breakOff(error) });
  const log: EventLog = new EventLog({ state, now: Date.now, write: (line) => journal.write(line) });
  const opening: RunEvent[] = [];
  const stopListening = log.subscribe((event) => opening.push(event));
  return { log, opening, stopListening, journal, run, directory: store.runDirectory(run) };
}
