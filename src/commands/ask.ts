import { hostname } from 'node:os';
import type { RunEvent } from '../core/events.ts';
import { requireTask } from '../core/known-task.ts';
import type { Request } from '../core/requests.ts';
import type { RunState } from '../core/run-state.ts';
import { knownSecrets } from '../steps/credentials/load-secrets.ts';
import { endLeft } from '../steps/places/end-left.ts';
import { serversOf } from '../steps/recorded-server.ts';
import { readRequests, withdrawRequest, writeRequest } from '../steps/request-files.ts';
import type { RunStore } from '../steps/run-store.ts';
import { followJournal } from '../steps/tools/journal-follow.ts';
import { type AgentCommands, assemble } from './assemble.ts';
import { type HeldRun, holdRun, requireLast } from './held-run.ts';
import type { Io } from './io.ts';
import { recordedGraph } from './recorded-graph.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { runOwner } from './run-owner.ts';
import { RunTaken } from './run-taken.ts';
import { aboutSameRun } from './same-run.ts';
import { undoneLines } from './undone-lines.ts';

export interface AskOptions extends RecordedRunOptions {
  readonly tmuxSocket: string | null;
  readonly configModule: string | null;
  readonly json: boolean;
  readonly agentCommands: AgentCommands;
}

type Answer = Extract<RunEvent, { kind: 'request_applied' | 'request_refused' }>;

/** After them nothing of an attempt that is over is to be left. */
const ENDING: ReadonlySet<Request['action']> = new Set(['cancel', 'teardown']);
/** Milliseconds; an owner answers at once, but for what has to be stopped first. */
const PATIENCE = 120_000;
const REFUSED = 2;
const NO_ANSWER = 1;

/** The run that is asked of, and its state now. Throws `UserError`. */
export async function askedRun(
  options: RecordedRunOptions,
): Promise<{ store: RunStore; run: number; state: RunState }> {
  const { store, graph } = await findRun(options);
  const run = requireLast(store, graph, options.run);
  return { store, run, state: store.replay(run).state };
}

/** Asks the owner of a run for something; where nobody runs it, does it here and now. Resolves to the exit code. */
export async function ask(wish: (by: Request['by']) => Request, options: AskOptions, io: Io): Promise<number> {
  const { store, run, state } = await askedRun(options);
  const request = wish({ pid: process.pid, host: hostname() });
  if ('task' in request && request.task !== null) requireTask(state, request.task);
  const number = writeRequest(store.commands(run), request, state.request);
  const answered = await answerTo(number, { store, run }, options, AbortSignal.timeout(PATIENCE));
  if (answered !== null) return report(answered.answer, request, { store, run, here: answered.here }, options, io);
  io.err(`agentrelay: the owner of the run has not answered; the request stays, as ${store.commands(run)}`);
  return NO_ANSWER;
}

/**
 * What the owner says to a request that is written; where nobody runs the run it is done `here` and now. Null where there
 * was no answer before `deadline`: the request stays. Throws `UserError`, and takes it back.
 */
export async function answerTo(
  number: number,
  { store, run }: { readonly store: RunStore; readonly run: number },
  options: AskOptions,
  deadline: AbortSignal,
): Promise<{ readonly answer: Answer; readonly here: boolean } | null> {
  try {
    while (!deadline.aborted) {
      const here = runOwner(store, run) === null;
      const answer = here ? await doHere(options, number) : await awaitAnswer(store, run, number, deadline);
      if (answer !== null) return { answer, here };
    }
    return null;
  } catch (error) {
    // Whoever is told that it failed does not count on it any more.
    withdrawRequest(store.commands(run), number);
    throw error;
  }
}

/** Null where the owner went before it came to the request. */
async function awaitAnswer(
  store: RunStore,
  run: number,
  number: number,
  deadline: AbortSignal,
): Promise<Answer | null> {
  const owner = { lockFile: store.lockFile, isThere: () => runOwner(store, run) !== null };
  for await (const event of followJournal(store.journalFile(run), deadline, owner)) {
    if (isAnswer(event, number)) return event;
  }
  return null;
}

function isAnswer(event: RunEvent, number: number): event is Answer {
  return (event.kind === 'request_applied' || event.kind === 'request_refused') && event.request === number;
}

/** Does all that was asked for and not done yet, as the owner would; null where somebody else was faster. */
async function doHere(options: AskOptions, number: number): Promise<Answer | null> {
  const held = await holdRun(options).catch((error: unknown) => {
    if (error instanceof RunTaken) return null;
    throw error;
  });
  if (held === null) return null;
  try {
    const { log } = held;
    let answer: Answer | null = (held.events.find((event) => isAnswer(event, number)) as Answer | undefined) ?? null;
    log.subscribe((event) => {
      if (isAnswer(event, number)) answer = event;
    });
    await serve(held, options);
    return answer;
  } finally {
    held.close();
  }
}

async function serve(held: HeldRun, options: AskOptions): Promise<void> {
  const { store, run, log, repository, git } = held;
  const { root } = repository;
  const recorded = await recordedGraph(store, run, { root, configModule: options.configModule });
  // Whoever wants something torn down need not have the file any more.
  const credentials = await knownSecrets(recorded.settings.credentials, () => {});
  const [tmuxServer = []] = serversOf(store, [run], options.tmuxSocket);
  const { orchestrator, release } = await assemble({
    ...recorded,
    repository,
    git,
    log,
    credentials,
    tmuxServer,
    runDirectory: store.runDirectory(run),
    agentCommands: options.agentCommands,
    waitForPerson: null,
  });
  const requests = readRequests(store.commands(run), log.state.request);
  try {
    for (const one of requests) await orchestrator.request(one);
  } finally {
    await release();
  }
  if (!requests.some(({ request }) => 'action' in request && ENDING.has(request.action))) return;
  await endLeft({ graph: held.graph, store, commonDir: repository.commonDir }, log.state);
}

interface Place {
  readonly store: RunStore;
  readonly run: number;
  /** It was done by this very process. */
  readonly here: boolean;
}

function report(answer: Answer, request: Request, place: Place, options: AskOptions, io: Io): number {
  const refused = answer.kind === 'request_refused';
  if (options.json) io.out(JSON.stringify(answer));
  else if (refused) {
    io.err(`agentrelay: ${answer.message}`);
    if (answer.hint) io.err(`  → ${answer.hint}`);
  } else for (const line of doneLines(request, place, options)) io.out(line);
  return refused ? REFUSED : 0;
}

/** What has been done; where nobody runs it, what is left to do. */
function doneLines(request: Request, { store, run, here }: Place, options: AskOptions): string[] {
  const goesOn = here ? ['nobody runs it: agentrelay run GRAPH, as it was started before, goes on with it'] : [];
  switch (request.action) {
    case 'retry':
      return [`${request.task} is tried again`, ...goesOn];
    case 'teardown':
      return [`${request.task} is torn down`];
    case 'undo_teardown':
      return undoneLines(requireTask(store.replay(run).state, request.task));
    case 'cancel':
      return [request.task === null ? 'the run is cancelled' : `${request.task} is called off`];
    case 'send':
      return [`sent to ${request.task}`];
    case 'answer':
      return [`answered ${request.task}`];
    case 'pause':
      return [`paused: nothing more is started; ${aboutSameRun(['unpause'], options)} ends that`, ...goesOn];
    case 'unpause':
      return ['unpaused', ...goesOn];
  }
}
