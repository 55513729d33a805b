import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';

const TICKS = Number(execFileSync('getconf', ['CLK_TCK'], { encoding: 'utf8' }));

/** Milliseconds of CPU, user and system. */
export interface Cpu {
  /** Of the process itself, with all its threads. */
  readonly own: number;
  /** Of its children that have ended. */
  readonly children: number;
}

export function cpuOf(pid: number): Cpu {
  const text = readFileSync(`/proc/${pid}/stat`, 'utf8');
  // The name before may hold anything.
  const fields = text.slice(text.lastIndexOf(')') + 2).split(' ').map(Number);
  const [user = 0, system = 0, childUser = 0, childSystem = 0] = fields.slice(11, 15);
  const ms = (ticks: number) => (ticks * 1000) / TICKS;
  return { own: ms(user + system), children: ms(childUser + childSystem) };
}

/** Kilobytes that it has in memory now. */
export function residentOf(pid: number): number {
  return Number(/VmRSS:\s+(\d+)/.exec(readFileSync(`/proc/${pid}/status`, 'utf8'))?.[1]);
}
