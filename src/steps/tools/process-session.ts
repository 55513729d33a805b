import { closeSync, openSync, readdirSync, readFileSync, readSync } from 'node:fs';
import { setTimeout as delay, setImmediate as nextTurn } from 'node:timers/promises';
import { exec } from './exec.ts';

/** Milliseconds that programs have to end by themselves after SIGHUP. */
const GRACE = 1_000;

/** The processes of a session (in the sense of setsid(2)), without zombies; a program that calls setsid leaves it. */
export async function sessionMembers(session: number): Promise<number[]> {
  if (!Number.isSafeInteger(session) || session <= 1) return [];
  const members = await (process.platform === 'linux' ? listedByProc(session) : listedByPs(session));
  return members.filter((pid) => pid > 1 && pid !== process.pid);
}

/**
 * Ends every process of the session: SIGHUP, as from a closing terminal, then SIGKILL for those that stay.
 * A session whose leader lives and does not carry `mark` (`NAME=value`) in its environment is somebody else's, which
 * got the number of one that is long gone: it is left alone.
 */
export async function stopSession(session: number, mark: string): Promise<void> {
  const members = await sessionMembers(session);
  if (members.length === 0 || (members.includes(session) && isForeign(session, mark))) return;
  const isThere = (pid: number) => isRunning(pid, session);
  for (const pid of members) hangUp(pid);
  await allGone(members, isThere);
  // Again until none is left, since a program may start another while it is being ended.
  for (let round = 0; round < 10; round++) {
    const left = await sessionMembers(session);
    if (left.length === 0) return;
    for (const pid of left) send(pid, 'SIGKILL');
    await allGone(left, isThere);
  }
}

/**
 * Ends every process that carries `mark` (`NAME=value`) in its environment, where the session of a terminal that is gone
 * is not known. Elsewhere than on Linux nobody tells: nothing is done.
 */
export async function stopMarked(mark: string): Promise<void> {
  if (process.platform !== 'linux') return;
  const isThere = (pid: number) => carries(pid, mark);
  const marked = () => processes().filter((pid) => pid !== process.pid && isThere(pid));
  const found = marked();
  for (const pid of found) hangUp(pid);
  await allGone(found, isThere);
  for (let round = 0; round < 10; round++) {
    const left = marked();
    if (left.length === 0) return;
    for (const pid of left) send(pid, 'SIGKILL');
    await allGone(left, isThere);
  }
}

function processes(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function hangUp(pid: number): void {
  send(pid, 'SIGHUP');
  // A stopped process would take no notice before it is continued.
  send(pid, 'SIGCONT');
}

/** Not of a zombie. */
function carries(pid: number, mark: string): boolean {
  try {
    return readFileSync(`/proc/${pid}/environ`, 'utf8').split('\0').includes(mark);
  } catch {
    // It is gone, or somebody else's.
    return false;
  }
}

/** Waits until all have ended, at most `GRACE`. They are not our children, so that nobody tells us. */
async function allGone(pids: readonly number[], isThere: (pid: number) => boolean): Promise<void> {
  const deadline = Date.now() + GRACE;
  let left = [...pids];
  for (let pause = 2; left.length > 0 && Date.now() < deadline; pause = Math.min(pause * 2, 50)) {
    await delay(pause);
    left = left.filter(isThere);
  }
}

function isRunning(pid: number, session: number): boolean {
  if (process.platform === 'linux') return sessionOf(pid) === session;
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
}

function send(pid: number, signal: NodeJS.Signals): void {
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

/** One look for all who have asked before it: it reads a file of every process. */
let look: Promise<ReadonlyMap<number | null, readonly number[]>> | null = null;

async function listedByProc(session: number): Promise<readonly number[]> {
  look ??= nextTurn().then(() => {
    look = null;
    return Map.groupBy(processes(), sessionOf);
  });
  return (await look).get(session) ?? [];
}

/** Null for a process that is gone, or is a zombie. */
function sessionOf(pid: number): number | null {
  try {
    const stat = statOf(pid);
    // The name before the last bracket may hold blanks and brackets; then come state, parent, group, session.
    const [state = '', , , session] = stat.slice(stat.lastIndexOf(')') + 2).split(' ');
    return state === 'Z' || state === 'X' ? null : Number(session);
  } catch {
    return null;
  }
}

const STAT = Buffer.alloc(1024);

/** Half of what `readFileSync` takes, which asks for a size that these files do not have. */
function statOf(pid: number): string {
  const file = openSync(`/proc/${pid}/stat`, 'r');
  try {
    return STAT.toString('latin1', 0, readSync(file, STAT, 0, STAT.length, 0));
  } finally {
    closeSync(file);
  }
}

/** Some systems print no session; a shell without job control leaves its children in its own group. */
async function listedByPs(session: number): Promise<number[]> {
  const { stdout } = await exec('ps', ['-A', '-o', 'pid=,pgid=,sess=,stat=']);
  return stdout.split('\n').flatMap((line) => {
    const [pid, group, id, state = ''] = line.trim().split(/\s+/);
    const member = Number(group) === session || Number(id) === session;
    return member && !state.startsWith('Z') ? [Number(pid)] : [];
  });
}

function isForeign(leader: number, mark: string): boolean {
  if (process.platform !== 'linux') return false;
  try {
    const environment = readFileSync(`/proc/${leader}/environ`, 'utf8');
    // Empty while the process is on its way out.
    return environment !== '' && !environment.split('\0').includes(mark);
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EACCES';
  }
}
