import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { Masker } from '../core/credentials/mask.ts';
import { UserError } from '../core/errors.ts';
import { requireTask } from '../core/known-task.ts';
import { isTerminal } from '../core/lifecycle.ts';
import { attemptDirectory } from '../core/names.ts';
import { replay } from '../core/reduce.ts';
import type { AttemptState, TaskState } from '../core/run-state.ts';
import { findLog, findSetupLog, LOG, RAW_LOG, readLogTail } from '../steps/agent-log.ts';
import { secretsOfRun } from '../steps/credentials/load-secrets.ts';
import { MaskedBytes } from '../steps/credentials/masked-bytes.ts';
import { linesOf } from '../steps/environments/process/stream-text.ts';
import { followFile } from '../steps/tools/file-follow.ts';
import { attemptOver } from './attempt-over.ts';
import type { Io } from './io.ts';
import { findRun, type RecordedRunOptions } from './recorded-run.ts';
import { runOwner } from './run-owner.ts';

export interface LogsOptions extends RecordedRunOptions {
  readonly task: string;
  /** Null for the last one. */
  readonly attempt: number | null;
  readonly follow: boolean;
  /** From the end; null for the usual number. */
  readonly lines: number | null;
  /** Takes the bytes as the agent wrote them; null for lines of text. */
  readonly raw: ((bytes: Uint8Array) => void) | null;
}

const USUAL_LINES = 200;
/** Milliseconds. */
const LOOK = 300;

/** What an agent has written to its terminal. Throws `UserError` where there is nothing. Resolves to the exit code. */
export async function logs(options: LogsOptions, io: Io): Promise<number> {
  const { store, run } = await findRun(options);
  const { events } = store.journal(run);
  const { masker } = await secretsOfRun(store, run, (why) => io.err(`agentrelay: ${why}`));
  const task = requireTask(replay(events), options.task);
  const attempt = attemptOf(task, options.attempt);
  const owned = runOwner(store, run) !== null;
  const number = attempt?.number ?? 1;
  const folder = attempt?.signalDir ?? join(store.runDirectory(run), attemptDirectory(options.task, number));
  const ended = attempt !== null && isTerminal(attempt.status);
  const file = findLog(folder, { ended, raw: options.raw !== null });
  const follow = options.follow && !ended && (attempt !== null || (owned && task.status === 'pending'));
  if (!follow) {
    const found = file ?? setupLog(attempt, folder, io);
    if (found === null) throw noLog(task, attempt, folder);
    await show({ ...options, masker, file: found, follow: false }, io, AbortSignal.abort());
    return 0;
  }
  if (file === null) io.err(`agentrelay: ${noLog(task, attempt, folder).message}; waiting for it`);
  if (!owned) io.err('agentrelay: nobody runs this run now; Ctrl-C ends the wait for more');
  const leave = new AbortController();
  const stop = () => leave.abort();
  process.on('SIGINT', stop).on('SIGTERM', stop);
  try {
    const over = attemptOver(
      { journal: store.journalFile(run), known: events.length, task: options.task, number },
      leave.signal,
    );
    const log = file ?? (await firstLog(folder, options.raw !== null, over.signal));
    await show({ ...options, masker, file: log, follow: true }, io, over.signal);
    await over.done;
    return 0;
  } finally {
    leave.abort();
    process.off('SIGINT', stop).off('SIGTERM', stop);
  }
}

/** Resolves when its agent has begun to print, or `over` is aborted: what it is depends on where the agent lives. */
async function firstLog(folder: string, raw: boolean, over: AbortSignal): Promise<string> {
  for (;;) {
    const found = findLog(folder, { ended: false, raw });
    if (found !== null || over.aborted) return found ?? join(folder, RAW_LOG);
    // Ended early by `over`, which is asked for next.
    await delay(LOOK, undefined, { signal: over }).catch(() => {});
  }
}

/** Of an attempt whose agent was not started: what was run before it. */
function setupLog(attempt: AttemptState | null, folder: string, io: Io): string | null {
  const path = attempt === null || attempt.agent !== null ? null : findSetupLog(folder);
  if (path !== null) io.err(`agentrelay: its agent was not started; this is ${path}`);
  return path;
}

function attemptOf(task: TaskState, wanted: number | null): AttemptState | null {
  if (wanted === null) return task.attempts.at(-1) ?? null;
  const found = task.attempts[wanted - 1];
  if (found !== undefined) return found;
  const { id } = task.outline;
  const last = task.attempts.length;
  throw new UserError(`task ${id} has no attempt ${wanted}`, {
    hint: last === 0 ? `agentrelay why ${id} tells what it waits for` : `the last one is attempt ${last}`,
  });
}

function noLog(task: TaskState, attempt: AttemptState | null, folder: string): UserError {
  const { id } = task.outline;
  const hint = `agentrelay why ${id} tells more`;
  if (attempt === null) return new UserError(`task ${id} has no log: it has not started (${task.status})`, { hint });
  const of = `attempt ${attempt.number} of ${id} has no log`;
  if (attempt.agent === null && attempt.failure !== null) {
    return new UserError(`${of}: it failed before its agent was started: ${attempt.failure.error}`, { hint });
  }
  if (attempt.agent === null) {
    const why = isTerminal(attempt.status) ? 'its agent was never started' : 'its agent is not started yet';
    return new UserError(`${of}: ${why} (step ${attempt.step})`, { hint });
  }
  return new UserError(`${of}: there is no ${LOG} and no ${RAW_LOG} in ${folder}`, { hint });
}

type Shown = Pick<LogsOptions, 'lines' | 'raw'> & {
  readonly file: string;
  readonly follow: boolean;
  readonly masker: Masker;
};

/** The end of a log, and what is added to it until `over`. */
async function show({ file, follow, lines, raw, masker }: Shown, io: Io, over: AbortSignal): Promise<void> {
  if (raw !== null) {
    const shown = new MaskedBytes(masker);
    for await (const bytes of followFile(file, 0, over)) raw(shown.push(bytes));
    raw(shown.end());
    return;
  }
  const toLines = linesOf(file);
  const tail = readLogTail(file, lines ?? USUAL_LINES, follow ? 'whole_lines' : 'to_the_end', toLines);
  if (tail?.cut && tail.lines.length !== lines) io.err(`agentrelay: only the end is shown; all of it is in ${file}`);
  const print = (printed: readonly string[]) => {
    if (printed.length > 0) for (const line of masker.mask(printed.join('\n')).split('\n')) io.out(line);
  };
  print(tail?.lines ?? []);
  if (!follow) return;
  let pending = Buffer.alloc(0);
  for await (const bytes of followFile(file, tail?.end ?? 0, over)) {
    pending = Buffer.concat([pending, bytes]);
    const whole = pending.lastIndexOf(0x0a) + 1;
    print(toLines(pending.subarray(0, whole)));
    pending = pending.subarray(whole);
  }
  print(toLines(pending));
}
