import { realpathSync } from 'node:fs';
import { UserError } from '../core/errors.ts';
import { nearest } from '../core/graph/problem.ts';
import type { AttemptState } from '../core/run-state.ts';
import { isProcessLabel } from '../steps/environments/process/paths.ts';
import { SERVER } from '../steps/environments/ssh/host.ts';
import { machineOf } from '../steps/environments/ssh/machine.ts';
import { readPlaceRecord } from '../steps/environments/ssh/place-record.ts';
import { terminalArgv } from '../steps/environments/ssh/ssh-argv.ts';
import { recordedSession, serversOf } from '../steps/recorded-server.ts';
import type { RunStore } from '../steps/run-store.ts';
import { isAgentOf, panesOn, type TaggedPane } from '../steps/tagged-panes.ts';
import { exec, runInTerminal } from '../steps/tools/exec.ts';
import { CLIENT_ENV } from '../steps/tools/tmux-session.ts';
import { requireTool, TMUX } from '../steps/tools/versions.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { aboutSameRun } from './same-run.ts';
import { commandText } from './shell-text.ts';

export interface AttachOptions extends RecordedRunOptions {
  /** Null for the owner of the run. */
  readonly task: string | null;
  /** `-L`; null for the server that the run used. */
  readonly tmuxSocket: string | null;
}

/** Something in tmux to look at. */
interface Place {
  readonly server: readonly string[];
  /** As `-t` takes it: a session, with a window and a pane of it. */
  readonly target: string;
}

interface Wanted {
  readonly store: RunStore;
  readonly graph: string;
  readonly run: number;
  readonly servers: readonly string[][];
}

/** Puts this terminal into the window of a task's agent, or of the run's owner. Resolves to tmux's exit code. */
export async function attach(options: AttachOptions, io: Io): Promise<number> {
  const { argv, how } = await attachment(options);
  if (!process.stdin.isTTY || !process.stdout.isTTY) {
    throw new UserError('attach needs a terminal', { hint: `in one: ${commandText(['tmux', ...argv])}` });
  }
  if (how === 'nested') io.err(`agentrelay: ${NESTED_HINT}`);
  return await runInTerminal('tmux', argv, how === 'nested' ? { env: CLIENT_ENV } : {});
}

const NESTED_HINT = 'a tmux within a tmux: press the prefix key twice, then d, to come back';

/** How this terminal comes to see an agent. */
export interface Attachment {
  /** Arguments of `tmux`. */
  readonly argv: readonly string[];
  /** `switch`: the terminal's own tmux shows it. `attach` and `nested` take the terminal until they end. */
  readonly how: 'switch' | 'attach' | 'nested';
}

/** Throws `UserError` where there is nothing to look at. */
export async function attachment(options: AttachOptions): Promise<Attachment> {
  const { store, graph, run } = await findRun(options);
  const wanted = { store, graph, run, servers: serversOf(store, [run], options.tmuxSocket) };
  const attempt = options.task === null ? null : attemptOf(wanted, options.task, options);
  await requireTool(TMUX);
  const place = attempt === null ? await ownerPlace(wanted) : await agentPlace(wanted, attempt, options);
  const inside = /^(.+),\d+,\d+$/.exec(process.env.TMUX ?? '')?.[1];
  if (inside !== undefined && (await isServer(place.server, inside))) {
    // With TMUX set, so that tmux knows which of its clients is this one.
    return { argv: [...place.server, 'switch-client', '-t', place.target], how: 'switch' };
  }
  const argv = [...place.server, 'attach-session', '-t', place.target];
  return { argv, how: inside === undefined ? 'attach' : 'nested' };
}

/** The last attempt of a task. Throws `UserError` where there is none, or none to look at. */
function attemptOf({ store, graph, run }: Wanted, task: string, named: RecordedRunOptions): AttemptOfTask {
  const { state } = store.replay(run);
  const attempts = state.tasks.get(task)?.attempts;
  if (attempts === undefined) {
    const near = nearest(task, [...state.tasks.keys()]);
    const hint = near === null ? `there are: ${[...state.tasks.keys()].join(', ')}` : `did you mean ${near}?`;
    throw new UserError(`run ${run} of ${graph} has no task ${task}`, { hint });
  }
  const attempt = attempts.at(-1);
  if (attempt === undefined) throw new UserError(`task ${task} has not been started yet`);
  if (isProcessLabel(attempt.agent)) {
    throw new UserError(`the agent of ${task} is a process without a window (${attempt.agent})`, {
      hint: `${aboutSameRun(['logs', '-f', task], named)} follows what it prints`,
    });
  }
  const remote = remoteWindow(attempt, store.root);
  if (remote !== null) {
    throw new UserError(`the agent of ${task} is in a window on another machine`, {
      hint: `in a terminal: ${commandText(remote)}`,
    });
  }
  return { task, attempt };
}

/** The command that shows it; null where it was never away, or is home again. */
function remoteWindow({ signalDir, agent, tornDown }: AttemptState, root: string): readonly string[] | null {
  const record = signalDir === null || tornDown ? null : readPlaceRecord(signalDir);
  const pane = /:(%\d+)$/.exec(agent ?? '')?.[1];
  if (record === null || record.released || pane === undefined) return null;
  return ['ssh', ...terminalArgv(machineOf(record.environment, root)), 'tmux', ...SERVER, 'attach-session', '-t', pane];
}

interface AttemptOfTask {
  readonly task: string;
  readonly attempt: AttemptState;
}

async function agentPlace(
  { graph, run, servers }: Wanted,
  { task, attempt }: AttemptOfTask,
  named: RecordedRunOptions,
): Promise<Place> {
  const panes = await panesOn(servers);
  const found = panes.filter((pane) => isAgentOf(pane, { graph, run, task, attempt }));
  const live = found.find((pane) => !pane.dead);
  if (live !== undefined) return placeOf(live);
  const which = `task ${task}, attempt ${attempt.number}`;
  throw new UserError(found.length > 0 ? `the agent of ${which}, has ended` : `${which}, has no window`, {
    hint: `${aboutSameRun(['logs', task], named)} shows what it printed`,
  });
}

/** The window of a background owner, also when it has ended; else the session of the agents. */
async function ownerPlace({ store, graph, run, servers }: Wanted): Promise<Place> {
  const owners = (await panesOn(servers)).filter(({ of }) => of.kind === 'owner' && of.folder === store.directory);
  const owner = owners.find((pane) => !pane.dead) ?? owners.at(-1);
  if (owner !== undefined) return placeOf(owner);
  const session = recordedSession(store, run);
  for (const server of session === null ? [] : servers) {
    const has = await exec('tmux', [...server, 'has-session', '-t', `=${session}`], { env: CLIENT_ENV, accept: [1] });
    if (has.exitCode === 0) return { server, target: `=${session}:` };
  }
  throw new UserError(`nothing of run ${run} of ${graph} is in tmux now`, {
    hint: `agentrelay status ${graph} shows where it stands; a private tmux server is named with -L`,
  });
}

function placeOf({ server, session, window, pane }: TaggedPane): Place {
  return { server, target: `${session}:${window}.${pane}` };
}

async function isServer(server: readonly string[], socket: string): Promise<boolean> {
  const { stdout } = await exec('tmux', [...server, 'display-message', '-p', '#{socket_path}'], {
    env: CLIENT_ENV,
    accept: [1],
  });
  return stdout !== '' && realPath(stdout) === realPath(socket);
}

function realPath(path: string): string {
  try {
    return realpathSync(path);
  } catch {
    return path;
  }
}
