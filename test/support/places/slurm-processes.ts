import { readdirSync, readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

/** Processes in whose environment all of these are (`NAME=value`), but for this one. */
export function processesWith(...variables: readonly string[]): number[] {
  return allProcesses().filter((pid) => {
    const environment = environmentOf(pid);
    return pid !== process.pid && variables.every((variable) => environment.includes(variable));
  });
}

/** With all that they have started; parents first. */
export function withDescendants(pids: readonly number[]): number[] {
  const found = new Set(pids);
  const parents = new Map(allProcesses().map((pid) => [pid, parentOf(pid)]));
  for (let size = -1; size !== found.size; ) {
    size = found.size;
    for (const [pid, parent] of parents) if (parent !== null && found.has(parent)) found.add(pid);
  }
  return [...found];
}

/** Sends SIGKILL, and waits until none runs; the machine's first process may be slow to take up who has ended. */
export async function killAll(pids: readonly number[]): Promise<void> {
  for (const pid of pids) send(pid, 'SIGKILL');
  for (let left = [...pids]; left.length > 0; left = left.filter(isRunning)) await delay(5);
}

/** Not a zombie. */
function isRunning(pid: number): boolean {
  const state = statOf(pid)?.[0];
  return state !== undefined && state !== 'Z' && state !== 'X';
}

export function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function allProcesses(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function environmentOf(pid: number): string[] {
  return reading(() => readFileSync(`/proc/${pid}/environ`, 'latin1').split('\0')) ?? [];
}

function parentOf(pid: number): number | null {
  const parent = statOf(pid)?.[1];
  return parent === undefined ? null : Number(parent);
}

/** From the state on. */
function statOf(pid: number): string[] | null {
  const stat = reading(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  return stat === null ? null : stat.slice(stat.lastIndexOf(')') + 2).split(' ');
}

/** Null for a process that has gone meanwhile. */
function reading<T>(read: () => T): T | null {
  try {
    return read();
  } catch {
    return null;
  }
}
