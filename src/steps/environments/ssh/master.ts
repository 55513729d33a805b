import { rmSync } from 'node:fs';
import { type PipedProcess, startPiped } from '../../tools/exec.ts';
import { controlSocket } from './control-folder.ts';
import { type Machine, nameOf } from './machine.ts';
import { CONNECTED, masterArgv } from './ssh-argv.ts';

/** A connection that is there. */
export interface Master {
  readonly socket: string;
  /** Resolves, with the reason, when it is lost. */
  readonly ended: Promise<string>;
  close(): Promise<void>;
}

/** Milliseconds, with all that ssh waits for by itself. */
const LIMIT = 30_000;
const LEAVE = 2_000;

/** Throws an `Error` that says why nobody is let in. */
export async function connect(machine: Machine, signal: AbortSignal): Promise<Master> {
  const socket = controlSocket();
  rmSync(socket, { force: true });
  const child = startPiped('ssh', masterArgv(machine, socket));
  const said = { stdout: '', stderr: '' };
  const connected = Promise.withResolvers<void>();
  child.stdout.setEncoding('utf8').on('data', (chunk: string) => {
    said.stdout = (said.stdout + chunk).slice(-2_000);
    if (said.stdout.includes(CONNECTED)) connected.resolve();
  });
  child.stderr.setEncoding('utf8').on('data', (chunk: string) => {
    said.stderr = (said.stderr + chunk).slice(-2_000);
  });
  child.stdin.on('error', () => {});
  const ended = endOf(child, () => said.stderr);
  const kill = () => child.kill('SIGKILL');
  const deadline = setTimeout(kill, LIMIT);
  signal.addEventListener('abort', kill, { once: true });
  const failure = await Promise.race([connected.promise.then(() => null), ended]);
  clearTimeout(deadline);
  signal.removeEventListener('abort', kill);
  if (failure !== null) throw new Error(`${nameOf(machine)} cannot be reached: ${failure}`);
  return {
    socket,
    ended,
    async close() {
      child.stdin.end();
      const killer = setTimeout(() => child.kill('SIGKILL'), LEAVE);
      await ended;
      clearTimeout(killer);
      rmSync(socket, { force: true });
    },
  };
}

function endOf(child: PipedProcess, stderr: () => string): Promise<string> {
  return new Promise((resolve) => {
    child.on('error', (error) => resolve(error.message));
    child.on('close', () => resolve(lastLine(stderr()) || 'the connection was closed'));
  });
}

function lastLine(text: string): string {
  return text.trim().split('\n').at(-1)?.trim() ?? '';
}
