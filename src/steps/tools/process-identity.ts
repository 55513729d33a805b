import { readFileSync, readlinkSync } from 'node:fs';
import { hostname } from 'node:os';

/** Which process, told apart from a later one with the same pid, and from one that we cannot see. */
export interface ProcessIdentity {
  readonly pid: number;
  /** Clock ticks since boot (Linux); null where the system does not tell cheaply. */
  readonly start: string | null;
  readonly host: string;
  /** Which boot of the machine; null where the system does not tell. */
  readonly boot: string | null;
  /** Of process ids, such as a container has; null where the system knows none. */
  readonly namespace: string | null;
}

/** `unknown` for a process that cannot be seen from here: it may be alive. */
export type Liveness = 'alive' | 'dead' | 'unknown';

export function ownIdentity(): ProcessIdentity {
  return { pid: process.pid, start: startOf(process.pid)?.start ?? null, ...ownPlace() };
}

export function livenessOf(identity: ProcessIdentity): Liveness {
  const own = ownPlace();
  if (identity.host !== own.host) return 'unknown';
  if (differ(identity.boot, own.boot)) return 'dead';
  if (differ(identity.namespace, own.namespace)) return 'unknown';
  const now = startOf(identity.pid);
  if (now === null) return livenessUnseen(identity);
  if (now.zombie) return 'dead';
  return differ(identity.start, now.start) ? 'dead' : 'alive';
}

/** Where `/proc` is not there, or hides the processes of others. */
function livenessUnseen({ pid, start }: ProcessIdentity): Liveness {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return 'dead';
  }
  return start === null ? 'alive' : 'unknown';
}

function ownPlace(): Pick<ProcessIdentity, 'host' | 'boot' | 'namespace'> {
  return {
    host: hostname(),
    boot: orNull(() => readFileSync('/proc/sys/kernel/random/boot_id', 'utf8').trim()),
    namespace: orNull(() => readlinkSync('/proc/self/ns/pid')),
  };
}

/** What one side does not know is no difference: a file of an older version holds less. */
function differ(one: string | null, other: string | null): boolean {
  return one !== null && other !== null && one !== other;
}

/** From `/proc/PID/stat`: the fields after the parenthesised name, which may itself hold blanks and brackets. */
function startOf(pid: number): { start: string; zombie: boolean } | null {
  const stat = orNull(() => readFileSync(`/proc/${pid}/stat`, 'utf8'));
  if (stat === null) return null;
  const fields = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  const [state = ''] = fields;
  return { start: fields[19] ?? '', zombie: state === 'Z' || state === 'X' };
}

function orNull(read: () => string): string | null {
  try {
    return read();
  } catch {
    return null;
  }
}
