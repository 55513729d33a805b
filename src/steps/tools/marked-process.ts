import { readdirSync, readFileSync } from 'node:fs';

/**
 * A process that carries `mark` (`NAME=value`) in its environment still runs: another one that got its number does not.
 * Elsewhere than on Linux nobody tells whose it is.
 */
export function runsMarked(pid: number, mark: string): boolean {
  if (process.platform !== 'linux') return isThere(pid);
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'latin1');
    const state = stat[stat.lastIndexOf(')') + 2];
    if (state === 'Z' || state === 'X') return false;
    const environment = readFileSync(`/proc/${pid}/environ`, 'utf8');
    // Empty for a moment while the process becomes another program, or is on its way out.
    return environment === '' || environment.split('\0').includes(mark);
  } catch {
    // It is gone, or somebody else's.
    return false;
  }
}

function isThere(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

/** A process that carries a variable in its environment. */
export interface MarkedProcess {
  readonly pid: number;
  /** Of the variable. */
  readonly value: string;
}

/** All but this one that carry the variable, and are no zombies. Elsewhere than on Linux nobody tells: none. */
export function markedProcesses(variable: string): MarkedProcess[] {
  if (process.platform !== 'linux') return [];
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name) && Number(name) !== process.pid);
  return pids.flatMap((pid) => {
    const word = environmentOf(pid).find((one) => one.startsWith(`${variable}=`));
    return word === undefined ? [] : [{ pid: Number(pid), value: word.slice(variable.length + 1) }];
  });
}

/** None of a zombie, of one that is gone, or of somebody else's. */
function environmentOf(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0');
  } catch {
    return [];
  }
}
