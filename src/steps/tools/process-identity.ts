import { readFileSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process, told apart from a later one with the same pid, and from one on another machine. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (Linux); null where the system does not tell cheaply. */
  readonly start: string | null;
  readonly host: string;
}

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid)?.start ?? null, host: hostname() };
}

/** `unknown` for another machine's process: nobody here can tell. */
export function livenessOf(identity: ProcessIdentity): 'alive' | 'dead' | 'unknown' {
  if (identity.host !== hostname()) return 'unknown';
  try {
    process.kill(identity.pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  const now = startOf(identity.pid);
  if (now === null) return identity.start === null ? 'alive' : 'dead';
  if (now.zombie) return 'dead';
  return identity.start === null || identity.start === now.start ? 'alive' : 'dead';
}

/** From `/proc/PID/stat`: the fields after the parenthesised name, which may itself hold blanks and brackets. */
function startOf(pid: number): { start: string; zombie: boolean } | null {
  try {
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    const [state = ''] = fields;
    return { start: fields[19] ?? '', zombie: state === 'Z' || state === 'X' };
  } catch {
    return null;
  }
}
