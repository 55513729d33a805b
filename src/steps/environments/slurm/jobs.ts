import { setTimeout as delay } from 'node:timers/promises';
import { exec, ToolError } from '../../tools/exec.ts';
import { clientVariables } from './client-variables.ts';

/** A job as the queue shows it. */
export interface Job {
  readonly id: string;
  readonly name: string;
  /** Slurm's own word, such as `RUNNING`. */
  readonly state: string;
  /** Null while it has none. */
  readonly node: string | null;
  /** Slurm's own word for why it waits, or ended as it did; null for none. */
  readonly reason: string | null;
}

/** States of jobs that have ended; all others still have, or want, a node. */
const ENDED = new Set([
  ...['BOOT_FAIL', 'CANCELLED', 'COMPLETED', 'DEADLINE', 'FAILED', 'NODE_FAIL', 'OUT_OF_MEMORY', 'PREEMPTED'],
  ...['REVOKED', 'SPECIAL_EXIT', 'TIMEOUT'],
]);

/** Milliseconds: a controller that is busy, or restarted just now, may take its time. */
const ASK_TIMEOUT = 15_000;
/** What ends by itself after SIGTERM has this long; Slurm's own patience is often half a minute. */
const TERM_GRACE = 2_000;
/** A node that nobody reaches may keep its job in the queue for long. */
const END_LIMIT = 10_000;

export function hasEnded({ state }: Job): boolean {
  return ENDED.has(state);
}

/**
 * Jobs of this user: all that are queued or run, or those of these names. With `ended` also those that have ended, as long
 * as Slurm remembers them. Throws `ToolError` where the controller does not answer.
 */
export async function listJobs(
  of: { readonly names?: readonly string[]; readonly ended?: boolean } = {},
): Promise<Job[]> {
  const names = of.names === undefined ? [] : ['-n', of.names.join(',')];
  const states = of.ended === true ? ['-t', 'all'] : [];
  const args = ['-h', '-u', String(process.getuid?.()), '-o', '%i|%T|%N|%r|%j', ...states, ...names];
  return parseJobs((await ask('squeue', args)).stdout);
}

/** The lines of `squeue`; what a later version adds to the states is kept as it is. */
export function parseJobs(text: string): Job[] {
  return text.split('\n').flatMap((line) => {
    const [id = '', state = '', node = '', reason = '', ...name] = line.trim().split('|');
    if (id === '' || name.length === 0) return [];
    return [{ id, name: name.join('|'), state, node: wordOf(node), reason: wordOf(reason) }];
  });
}

/** Those of whatever name `isWanted` that are queued or run. */
export async function findJobs(isWanted: (name: string) => boolean): Promise<Job[]> {
  return (await listJobs()).filter(({ name }) => isWanted(name));
}

/**
 * Cancels what is queued or runs of these names, and sees to it that it is gone. True where some are left on a node that
 * does not answer: Slurm has taken the order, and carries it out when it can. Throws `ToolError`.
 */
export async function cancelJobs(names: readonly string[]): Promise<boolean> {
  const began = Date.now();
  let killed = false;
  for (let pause = 20; ; pause = Math.min(pause * 2, 500)) {
    const left = names.length === 0 ? [] : await listJobs({ names });
    if (left.length === 0) return false;
    const ids = left.map(({ id }) => id);
    const spent = Date.now() - began;
    if (pause === 20) await cancel(ids);
    if (spent > TERM_GRACE && !killed) {
      killed = true;
      await cancel(['--signal=KILL', ...ids]);
    }
    if (spent > END_LIMIT) return true;
    await delay(pause);
  }
}

/** Ends a step, such as `12.1`, of a job that goes on. */
export async function cancelStep(step: string): Promise<void> {
  await cancel(['--signal=KILL', step]);
}

/** One that has ended meanwhile is an answer. */
async function cancel(args: readonly string[]): Promise<void> {
  await ask('scancel', args, [0, 1]);
}

async function ask(file: string, args: readonly string[], accept: readonly number[] = [0]) {
  const env = Object.fromEntries(clientVariables(process.env).map((name) => [name, undefined]));
  return await exec(file, args, { env, timeout: ASK_TIMEOUT, accept });
}

/** The words for which Slurm has none. */
function wordOf(text: string): string | null {
  return ['', 'None', '(null)', 'n/a'].includes(text) ? null : text;
}

/** Nobody knows what has become of any job: nothing may be concluded. */
export function isUnreachable(error: unknown): error is ToolError {
  return error instanceof ToolError;
}
