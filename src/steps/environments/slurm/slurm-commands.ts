import { randomBytes } from 'node:crypto';
import { rmSync, writeSync } from 'node:fs';
import { basename, join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import type { PlaceFailure } from '../../../core/agent-handle.ts';
import { SignalError } from '../../../core/errors.ts';
import { isPlaceFailure } from '../../../core/place-failure.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { readExitCode } from '../../agent-wrapper.ts';
import { type SandboxPlace, sandboxFor, type UsedSandbox } from '../../isolation/sandboxes.ts';
import type { CommandRunner, PlacedCommand } from '../../places/command-runner.ts';
import { readIfThere } from '../../tools/atomic-file.ts';
import { type CommandEnd, execToFile } from '../../tools/exec.ts';
import { watchFolder } from '../../tools/folder-watch.ts';
import type { JobBoard } from './job-board.ts';
import { jobFailure } from './job-end.ts';
import { jobName, ownerOf } from './job-names.ts';
import { cancelJobs, cancelStep, isUnreachable, listJobs } from './jobs.ts';
import { slurmOptions } from './options.ts';
import { parseJobPlace, type SrunOptions, srunArgv } from './srun.ts';

export interface SlurmCommandsOptions extends SandboxPlace {
  readonly board: JobBoard;
  /** Names of variables that no command gets from our own environment. */
  readonly withheld: readonly string[];
}

/** Beside the command, like the wrapper beside an agent: the code is there as a whole, or not at all. */
const KEEP_CODE = `file=$1
shift
"$@"
code=$?
echo "$code" >"$file.new" && mv -f "$file.new" "$file"
exit "$code"
`;

/** How often a command is run that was lost with its node. */
const MAX_RUNS = 3;
/** Milliseconds, as all below: what a node has written last may be seen here later than the end of its job. */
const FILE_GRACE = 3_000;
/** Of one that no node seems to have begun, such as in a job that ended just then. */
const SHORT_GRACE = 300;
const STARTED_EVERY = 1_000;
/** No timer of the platform is longer; the limit of a command begins with it and not in the queue. */
const NO_LIMIT = 2 ** 31 - 1;

interface Run {
  readonly runtime: TaskRuntime;
  readonly command: PlacedCommand;
  readonly used: UsedSandbox | null;
  readonly name: string;
  readonly job: SrunOptions['job'];
  readonly queueTimeout: number | null;
  /** Written by the node. */
  readonly jobFile: string;
  readonly codeFile: string;
}

/** Runs the commands of the graph file on the cluster: within the job of their agent while it runs, else as jobs. */
export class SlurmCommands implements CommandRunner {
  readonly #options: SlurmCommandsOptions;

  constructor(options: SlurmCommandsOptions) {
    this.#options = options;
  }

  async run(runtime: TaskRuntime, command: PlacedCommand): Promise<CommandEnd> {
    const { purpose, cwd, env } = command;
    const used = sandboxFor(runtime, this.#options, { purpose, cwd, env, tty: false });
    if (used?.sandbox.around !== undefined) {
      throw new SignalError(
        'no_sandbox_on_slurm',
        `jobs of Slurm cannot run in sandbox ${used.sandbox.name}; bwrap can`,
      );
    }
    await used?.sandbox.requireReady?.(used.use);
    for (let times = 1; ; times++) {
      const end = await this.#once(await this.#prepare(runtime, command, used));
      if ('exitCode' in end) return end;
      if (!isPlaceFailure(end.code) || times >= MAX_RUNS)
        throw new SignalError(end.code, `the ${purpose}: ${end.message}`);
      writeSync(command.file, `agentrelay: ${end.message}; again\n`);
    }
  }

  async #prepare(runtime: TaskRuntime, command: PlacedCommand, used: UsedSandbox | null): Promise<Run> {
    const { resources, queueTimeout } = slurmOptions(runtime.task.primaryAgent.environment);
    const owner = ownerOf(runtime, this.#options.graph);
    const name = jobName(owner, command.purpose);
    const agents = command.purpose === 'gate' ? await runningJob(jobName(owner)) : null;
    const file = join(runtime.require('signalDir'), `.${command.purpose}-${randomBytes(4).toString('hex')}`);
    return {
      ...{ runtime, command, used, name, queueTimeout },
      // An agent keeps its node while it waits for its gate: a gate that had to queue for another could wait for ever.
      job: agents === null ? { name, resources } : { stepOf: agents },
      jobFile: `${file}.job`,
      codeFile: `${file}.code`,
    };
  }

  async #once(run: Run): Promise<CommandEnd | PlaceFailure> {
    const { command, used, jobFile, codeFile } = run;
    const limit = limitOf(run);
    try {
      const inside = used?.sandbox.enter?.(command.argv, used.use) ?? command.argv;
      const argv = srunArgv(['/bin/sh', '-c', KEEP_CODE, 'agent-command', codeFile, ...inside], {
        ...{ job: run.job, cwd: command.cwd, jobFile, tty: false },
      });
      const without = Object.fromEntries(this.#options.withheld.map((name) => [name, undefined]));
      const client = await execToFile(argv, {
        ...{ cwd: command.cwd, file: command.file, timeout: NO_LIMIT, signal: limit.signal },
        env: { ...without, ...command.env, ...used?.sandbox.env?.(used.use) },
      });
      if (limit.signal.aborted) {
        await cancelRun(run);
        if (limit.reached() === 'queue') return queuedTooLong(run);
        return { exitCode: null, timedOut: limit.reached() === 'time' };
      }
      return await this.#endOf(run, client);
    } finally {
      limit.end();
      for (const path of [jobFile, codeFile]) rmSync(path, { force: true });
    }
  }

  /** The code that the node has kept; without one, what became of the job. */
  async #endOf(run: Run, client: CommandEnd): Promise<CommandEnd | PlaceFailure> {
    const { command, name, jobFile, codeFile } = run;
    const grace = graceOf(client, jobFile);
    for (const until = Date.now() + grace; ; await delay(50)) {
      const exitCode = readExitCode(codeFile);
      if (exitCode !== null) return { exitCode, timedOut: false };
      if (command.signal.aborted || Date.now() > until) break;
    }
    const place = parseJobPlace(readIfThere(jobFile));
    const of = 'stepOf' in run.job ? jobName(ownerOf(run.runtime, this.#options.graph)) : name;
    const job = await this.#options.board.look(of).catch((error: unknown) => {
      if (!isUnreachable(error)) throw error;
      return null;
    });
    const failure = jobFailure({
      name: of,
      job,
      node: place?.node ?? null,
      exitCode: null,
      clientCode: client.exitCode,
    });
    if (failure?.code === 'job_out_of_memory') {
      writeSync(command.file, `agentrelay: ${failure.message}\n`);
      return { exitCode: null, timedOut: false };
    }
    return failure ?? { code: 'job_lost', message: `its step in job ${job?.id} has left no exit code` };
  }
}

/** Of a command that was killed with the job that it was in there is hardly a code to come. */
function graceOf({ exitCode }: CommandEnd, jobFile: string): number {
  const wasKilled = exitCode !== null && exitCode > 128;
  return exitCode === 0 || (readIfThere(jobFile) !== null && !wasKilled) ? FILE_GRACE : SHORT_GRACE;
}

/** The id of an agent's job that has its node; null where there is none, or nobody says. */
async function runningJob(name: string): Promise<string | null> {
  const jobs = await listJobs({ names: [name] }).catch((error: unknown) => {
    if (!isUnreachable(error)) throw error;
    return [];
  });
  return jobs.find(({ state }) => state === 'RUNNING')?.id ?? null;
}

/** The client is gone: what it had started may not be. */
async function cancelRun({ job, jobFile, name }: Run): Promise<void> {
  const place = parseJobPlace(readIfThere(jobFile));
  if ('name' in job) await cancelJobs([name]);
  else if (place !== null) await cancelStep(`${place.id}.${place.step}`);
}

/** Aborted by the command's own signal, at its time limit, which begins when it runs, or when it was queued for too long. */
function limitOf({ command, jobFile, queueTimeout, runtime }: Run) {
  const stop = new AbortController();
  let reached: 'time' | 'queue' | null = null;
  const at = (what: 'time' | 'queue', milliseconds: number) =>
    setTimeout(() => {
      reached = what;
      stop.abort();
    }, milliseconds);
  const queue = queueTimeout === null ? null : at('queue', queueTimeout);
  let time: NodeJS.Timeout | null = null;
  const look = () => {
    if (time !== null || readIfThere(jobFile) === null) return;
    if (queue !== null) clearTimeout(queue);
    time = at('time', command.timeout);
  };
  const watcher = watchFolder(runtime.require('signalDir'), (name) => name === basename(jobFile), look, STARTED_EVERY);
  return {
    signal: AbortSignal.any([command.signal, stop.signal]),
    reached: () => reached,
    end() {
      watcher.close();
      for (const timer of [queue, time]) if (timer !== null) clearTimeout(timer);
    },
  };
}

function queuedTooLong({ name, queueTimeout }: Run): PlaceFailure {
  return { code: 'queue_timeout', message: `job ${name} was not started within ${(queueTimeout ?? 0) / 1000} s` };
}
