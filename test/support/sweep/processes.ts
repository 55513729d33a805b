import { readdirSync, readFileSync, readlinkSync } from 'node:fs';

export interface FoundProcess {
  readonly pid: number;
  readonly parent: number;
  readonly command: string;
}

/** Living processes that were started for the place: by where they are, or by what they have in their environment. */
export function processesOf(directory: string): FoundProcess[] {
  return all().filter(({ pid }) => pid !== process.pid && (isIn(pid, directory) || knows(pid, directory)));
}

/** A process and all that descends from it. */
export function family(root: number): number[] {
  const every = all();
  const found = [root];
  for (const pid of found) found.push(...every.filter(({ parent }) => parent === pid).map((child) => child.pid));
  return found;
}

/** It belongs to an agent, which outlives its owner. */
export function isAgents(pid: number): boolean {
  return /(?:^|\0)AGENTRELAY_TOKEN=/.test(look(() => readFileSync(`/proc/${pid}/environ`, 'utf8')) ?? '');
}

function all(): FoundProcess[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .flatMap((name) => describe(Number(name)) ?? []);
}

/** Null for one that is gone, and for a zombie. */
function describe(pid: number): FoundProcess | null {
  const stat = look(() => readFileSync(`/proc/${pid}/stat`, 'latin1'));
  if (stat === null) return null;
  const [state, parent] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
  if (state === 'Z' || state === 'X') return null;
  const command = look(() => readFileSync(`/proc/${pid}/cmdline`, 'utf8')) ?? '';
  return { pid, parent: Number(parent), command: command.replaceAll('\0', ' ').trim() };
}

function isIn(pid: number, directory: string): boolean {
  const cwd = look(() => readlinkSync(`/proc/${pid}/cwd`));
  return cwd !== null && (cwd === directory || cwd.startsWith(`${directory}/`));
}

/** Every owner has the place as its HOME, and hands it on. */
function knows(pid: number, directory: string): boolean {
  const environment = look(() => readFileSync(`/proc/${pid}/environ`, 'utf8'));
  return environment?.split('\0').includes(`HOME=${directory}`) ?? false;
}

/** Null when the process went away meanwhile, or is somebody else's. */
function look<T>(read: () => T): T | null {
  try {
    return read();
  } catch (error) {
    if (['ENOENT', 'ESRCH', 'EACCES', 'EPERM'].includes((error as NodeJS.ErrnoException).code ?? '')) return null;
    throw error;
  }
}
