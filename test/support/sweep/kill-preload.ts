import { execFileSync } from 'node:child_process';
import fs from 'node:fs';
import { syncBuiltinESMExports } from 'node:module';
import { ACT_VARIABLE, type Act } from './act.ts';

// Loaded into an owner with `node --import`: does what the sweep wants at one event of the journal, to the instruction.

const act = JSON.parse(process.env[ACT_VARIABLE] ?? 'null') as Act | null;
// Agents and later owners inherit our environment.
delete process.env[ACT_VARIABLE];

if (act !== null) {
  const write = fs.writeSync;
  const mark = `"seq":${act.seq},`;
  let done = false;
  fs.writeSync = ((file: number, data: Uint8Array | string, ...rest: never[]) => {
    const text = done ? '' : Buffer.from(data as Uint8Array).toString('utf8');
    if (!text.startsWith('{"v":') || !text.slice(0, 40).includes(mark) || !isJournal(file)) {
      return write(file, data as Uint8Array, ...rest);
    }
    done = true;
    if (act.when === 'torn') write(file, Buffer.from(text).subarray(0, text.length / 2));
    if (act.when !== 'after') perform(act);
    const written = write(file, data as Uint8Array, ...rest);
    if (act.when === 'after') perform(act);
    return written;
  }) as typeof fs.writeSync;
  syncBuiltinESMExports();
}

function isJournal(file: number): boolean {
  return fs.readlinkSync(`/proc/self/fd/${file}`).endsWith('/events.jsonl');
}

function perform({ tmuxSocket, killOwner, mark }: Act): void {
  fs.closeSync(fs.openSync(mark, 'w'));
  // A server that is not there, or is gone already, is as dead as it is to be.
  if (tmuxSocket !== null) {
    try {
      execFileSync('tmux', ['-L', tmuxSocket, '-f', '/dev/null', 'kill-server'], { stdio: 'ignore' });
    } catch (error) {
      if ((error as { status?: number }).status !== 1) throw error;
    }
  }
  if (killOwner) process.kill(process.pid, 'SIGKILL');
}
