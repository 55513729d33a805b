import { existsSync, readdirSync, readFileSync, readlinkSync, statSync } from 'node:fs';
import { basename, sep } from 'node:path';

/** A git that is alive. */
export interface GitProcess {
  readonly pid: number;
  /** Tells it apart from a later one with the same number. */
  readonly start: string;
  /** Null where we may not look. */
  readonly cwd: string | null;
  readonly argv: readonly string[];
  /** Of the user that it runs as. */
  readonly uid: number;
}

/** Every git that is alive on this machine; null where the system does not show processes as files. */
export function liveGit(): GitProcess[] | null {
  if (!existsSync('/proc/self/comm')) return null;
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids.flatMap((pid) => gitProcess(Number(pid)) ?? []);
}

export function isAlive({ pid, start }: GitProcess): boolean {
  return startOf(pid) === start;
}

/** Null for a process that is no git, or is gone. */
function gitProcess(pid: number): GitProcess | null {
  if (!/^git(-|$)/.test(read(`/proc/${pid}/comm`)?.trimEnd() ?? '')) return null;
  const start = startOf(pid);
  const argv = read(`/proc/${pid}/cmdline`)?.split('\0').slice(0, -1);
  const uid = statSync(`/proc/${pid}`, { throwIfNoEntry: false })?.uid;
  if (start === null || argv === undefined || uid === undefined) return null;
  const cwd = cwdOf(pid);
  return cwd === 'gone' ? null : { pid, start, cwd, argv, uid };
}

/** The fields after the last bracket: the name before it may hold blanks and brackets. Null for who has ended. */
function startOf(pid: number): string | null {
  const stat = read(`/proc/${pid}/stat`);
  const fields = stat?.slice(stat.lastIndexOf(')') + 2).split(' ');
  return fields === undefined || fields[0] === 'Z' || fields[0] === 'X' ? null : (fields[19] ?? null);
}

function cwdOf(pid: number): string | null | 'gone' {
  try {
    return readlinkSync(`/proc/${pid}/cwd`);
  } catch (error) {
    return isRefusal(error) ? null : 'gone';
  }
}

/** Null for a process that has gone, or that another user keeps to himself. */
function read(path: string): string | null {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return null;
  }
}

function isRefusal(error: unknown): boolean {
  return ['EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '');
}

/** The subcommand: the first word that is neither an option nor the value of one. */
export function subcommandOf(argv: readonly string[]): string {
  const own = basename(argv[0] ?? '');
  if (own.startsWith('git-')) return own.slice('git-'.length);
  for (let at = 1; at < argv.length; at++) {
    const word = argv[at] ?? '';
    if (WITH_VALUE.has(word)) at++;
    else if (!word.startsWith('-')) return word;
  }
  return '';
}

const WITH_VALUE = new Set(['-c', '-C', '--git-dir', '--work-tree', '--namespace', '--config-env', '--super-prefix']);

export function isInside(path: string, folder: string): boolean {
  return path === folder || path.startsWith(folder.endsWith(sep) ? folder : folder + sep);
}
