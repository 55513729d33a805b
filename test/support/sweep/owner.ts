import { spawn } from 'node:child_process';
import { closeSync, openSync } from 'node:fs';
import { join } from 'node:path';
import { ACT_VARIABLE, type Act } from './act.ts';
import { SOCKET, type SweepPlace } from './place.ts';
import { family, isAgents } from './processes.ts';

/** Milliseconds; an owner that is not at its end by then hangs. */
const LIMIT = 180_000;

export interface OwnerEnd {
  /** Null when a signal ended it. */
  readonly code: number | null;
  /** It was us who ended it, because it took too long. */
  readonly hung: boolean;
}

export interface Owner {
  readonly ended: Promise<OwnerEnd>;
  /** Ends it at once; with `children` also all that it has started, but for agents. */
  kill(options?: { readonly children: boolean }): void;
}

/** Where the output of the place's `number`th owner is. */
function ownerLog(place: SweepPlace, number: number): string {
  return join(place.directory, `owner-${number}.log`);
}

/** `agentrelay run` of the place's graph, the `number`th there. */
export function startOwner(place: SweepPlace, number: number, act?: Act): Owner {
  const log = openSync(ownerLog(place, number), 'w');
  const preload = new URL('./kill-preload.ts', import.meta.url);
  const args = ['run', place.graphFile, '-t', place.repository, '-L', SOCKET, ...place.flags];
  const child = spawn(
    process.execPath,
    [...(act === undefined ? [] : ['--import', preload.href]), place.program, ...args],
    {
      cwd: place.directory,
      env: { ...place.env, ...(act === undefined ? {} : { [ACT_VARIABLE]: JSON.stringify(act) }) },
      stdio: ['ignore', log, log],
    },
  );
  closeSync(log);
  let hung = false;
  const ended = new Promise<OwnerEnd>((resolve, reject) => {
    const timer = setTimeout(() => {
      hung = true;
      child.kill('SIGKILL');
    }, LIMIT);
    child.on('error', reject);
    child.on('exit', (code) => {
      clearTimeout(timer);
      resolve({ code, hung });
    });
  });
  return {
    ended,
    kill({ children } = { children: false }) {
      const pids = children && child.pid !== undefined ? family(child.pid) : [];
      child.kill('SIGKILL');
      for (const pid of pids.slice(1).filter((one) => !isAgents(one))) endChild(pid);
    },
  };
}

function endChild(pid: number): void {
  try {
    process.kill(pid, 'SIGKILL');
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}
