import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Shares of one core. */
export interface Load {
  /** Of the process itself, with all its threads, user and system. */
  readonly own: number;
  /** Of its children that have ended meanwhile. */
  readonly children: number;
}

/** What a process takes while `work` goes on. */
export async function loadDuring(pid: number, work: () => Promise<unknown>): Promise<Load> {
  const [before, begin] = [cpuOf(pid), performance.now()];
  await work();
  const [after, taken] = [cpuOf(pid), performance.now() - begin];
  return { own: (after.own - before.own) / taken, children: (after.children - before.children) / taken };
}

export async function loadFor(pid: number, milliseconds: number): Promise<Load> {
  return await loadDuring(pid, () => delay(milliseconds));
}

/** Milliseconds. */
function cpuOf(pid: number): Load {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before may hold anything.
  const fields = text
    .slice(text.lastIndexOf(')') + 2)
    .split(' ')
    .map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  const ms = (ticks: number) => (ticks * 1000) / TICKS;
  return { own: ms(user + system), children: ms(childUser + childSystem) };
}

/** Kilobytes that it has in memory. */
export function residentOf(pid: number): { readonly now: number; readonly peak: number } {
  const text = readFileSync(`/proc/${pid}/status`, 'utf8');
  const kilobytes = (name: string) => Number(new RegExp(`${name}:\\s+(\\d+)`).exec(text)?.[1]);
  return { now: kilobytes('VmRSS'), peak: kilobytes('VmHWM') };
}

export function percent(share: number): string {
  return `${(share * 100).toFixed(share < 0.02 ? 2 : 1)} %`;
}
