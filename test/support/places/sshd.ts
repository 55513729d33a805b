import { type ChildProcess, execFileSync, spawn } from 'node:child_process';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readdirSync,
  readFileSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';

/** Another machine, as far as ssh can tell: a private sshd on this one, with a home directory and a tmux of its own. */
export interface Sshd {
  /** Holds all of it. */
  readonly folder: string;
  /** The home directory there. */
  readonly home: string;
  /** Of `environment` in a graph. */
  readonly environment: Readonly<Record<string, unknown>>;
  /** How many connections were let in since its start. */
  connections(): number;
  /** Ends those that are open, at once. */
  dropConnections(): void;
  /** Nothing comes or goes any more, and nothing says so. */
  freeze(): void;
  unfreeze(): void;
  /** Nobody is let in any more, and who is in goes. */
  shutDown(): Promise<void>;
  start(): Promise<void>;
  /** What `tmux` says there; null when there is no server. */
  tmux(...args: string[]): string | null;
  /** Processes of agents, and of what is done for them; of one clone alone where that is named. */
  processes(clone?: string): number[];
  /** Folders and refs of attempts that are there, relative to the clones. */
  left(): string[];
  end(): Promise<void>;
}

const SEPARATION = '/run/sshd';
/** There while the folder is one that a test has made. */
const MADE_SEPARATION = join(tmpdir(), 'relay-sshd-separation');

export async function startSshd(): Promise<Sshd> {
  const folder = mkdtempSync(join(tmpdir(), 'relay-sshd-'));
  const home = join(folder, 'home');
  for (const name of ['home', 'tmux', 'tmp']) mkdirSync(join(folder, name));
  // Its own folder for the separation of privileges cannot be named.
  if (!existsSync(SEPARATION)) {
    mkdirSync(SEPARATION, { mode: 0o755 });
    writeFileSync(MADE_SEPARATION, '');
  }
  for (const name of ['host', 'client']) {
    execFileSync('ssh-keygen', ['-q', '-t', 'ed25519', '-N', '', '-C', name, '-f', join(folder, name)]);
  }
  const port = await freePort();
  writeFiles(folder, port);
  const env = { PATH: process.env.PATH, HOME: home, TMUX_TMPDIR: join(folder, 'tmux'), LANG: 'C.UTF-8' };
  let listener: ChildProcess | null = null;
  const start = async () => {
    const log = join(folder, 'sshd.log');
    const from = existsSync(log) ? readFileSync(log, 'utf8').length : 0;
    listener = spawn('/usr/sbin/sshd', ['-D', '-f', join(folder, 'sshd_config'), '-E', log], { stdio: 'ignore' });
    while (!readFileSync(log, { encoding: 'utf8', flag: 'a+' }).slice(from).includes('Server listening')) {
      if (listener.exitCode !== null) throw new Error(`sshd ended: ${readFileSync(log, 'utf8')}`);
      await delay(5);
    }
  };
  const sessions = () => childrenOf(listener?.pid ?? 0).flatMap((pid) => [...childrenOf(pid).filter(isSshd), pid]);
  const signal = (name: NodeJS.Signals, pids: readonly number[]) => {
    for (const pid of pids) killIfThere(pid, name);
  };
  const tmux = (...args: string[]) => {
    try {
      const stdio = ['ignore', 'pipe', 'ignore'] as const;
      return execFileSync('tmux', ['-L', 'agentrelay', ...args], { env, encoding: 'utf8', stdio: [...stdio] }).trim();
    } catch {
      return null;
    }
  };
  const shutDown = async () => {
    const ended = listener === null || listener.exitCode !== null || listener.signalCode !== null;
    const gone = ended ? null : new Promise((resolve) => listener?.once('exit', resolve));
    signal('SIGKILL', [...sessions(), listener?.pid ?? 0]);
    await gone;
  };
  await start();
  return {
    folder,
    home,
    environment: {
      type: 'ssh',
      host: '127.0.0.1',
      port,
      identity: join(folder, 'client'),
      config: join(folder, 'ssh_config'),
      node: process.execPath,
    },
    connections: () => readFileSync(join(folder, 'sshd.log'), 'utf8').split('Accepted publickey').length - 1,
    dropConnections: () => signal('SIGKILL', sessions()),
    freeze: () => signal('SIGSTOP', [listener?.pid ?? 0, ...sessions()]),
    unfreeze: () => signal('SIGCONT', [...sessions(), listener?.pid ?? 0]),
    shutDown,
    start,
    tmux,
    processes: (clone) => {
      const found = processesWith(`TMUX_TMPDIR=${join(folder, 'tmux')}`);
      const isOf = (pid: number) => textOf(`/proc/${pid}/environ`).includes(`/${clone}/`);
      return clone === undefined ? found : found.filter(isOf);
    },
    left() {
      const clones = join(home, '.agentrelay');
      const found = existsSync(clones) ? readdirSync(clones, { recursive: true, encoding: 'utf8' }) : [];
      return found.filter((path) => /\/(trees|signals|refs\/agentrelay)\/.*\w/.test(path));
    },
    async end() {
      await shutDown();
      tmux('kill-server');
      signal('SIGKILL', processesWith(`TMUX_TMPDIR=${join(folder, 'tmux')}`));
      rmSync(folder, { recursive: true, force: true, maxRetries: 5 });
      leaveSeparation();
    },
  };
}

function writeFiles(folder: string, port: number): void {
  const write = (name: string, lines: readonly string[]) => writeFileSync(join(folder, name), `${lines.join('\n')}\n`);
  const shell = join(folder, 'shell');
  write('sshd_config', [
    `Port ${port}`,
    'ListenAddress 127.0.0.1',
    `HostKey ${join(folder, 'host')}`,
    `PidFile ${join(folder, 'sshd.pid')}`,
    `AuthorizedKeysFile ${join(folder, 'client.pub')}`,
    'UsePAM no',
    'StrictModes no',
    'PasswordAuthentication no',
    'PermitRootLogin prohibit-password',
    'MaxSessions 64',
    'MaxStartups 50',
    'UseDNS no',
    'PrintMotd no',
    'PrintLastLog no',
    // A login shell that was started by sshd reads what is in its home directory, which is not to be a person's.
    `SetEnv HOME=${join(folder, 'home')}`,
    `ForceCommand ${shell}`,
  ]);
  write('shell', [
    '#!/bin/sh',
    `export HOME='${join(folder, 'home')}' TMUX_TMPDIR='${join(folder, 'tmux')}' TMPDIR='${join(folder, 'tmp')}'`,
    'export SHELL=/bin/sh LANG=C.UTF-8 GIT_CONFIG_NOSYSTEM=1',
    'cd "$HOME"',
    'exec /bin/sh -c "$SSH_ORIGINAL_COMMAND"',
  ]);
  chmodSync(shell, 0o755);
  const hostKey = readFileSync(join(folder, 'host.pub'), 'utf8').trim();
  write('known_hosts', [`[127.0.0.1]:${port} ${hostKey}`]);
  write('ssh_config', [
    'Host *',
    `UserKnownHostsFile ${join(folder, 'known_hosts')}`,
    'GlobalKnownHostsFile /dev/null',
    'StrictHostKeyChecking yes',
    'IdentitiesOnly yes',
  ]);
}

async function freePort(): Promise<number> {
  const server = createServer();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  const { port } = server.address() as { port: number };
  await new Promise((resolve) => server.close(resolve));
  return port;
}

/** The last of the private ones takes it away. */
function leaveSeparation(): void {
  const isOurs = (pid: number) => /\/sshd\0.*relay-sshd-/.test(textOf(`/proc/${pid}/cmdline`));
  if (!existsSync(MADE_SEPARATION) || pids().some(isOurs)) return;
  rmSync(SEPARATION, { recursive: true, force: true });
  rmSync(MADE_SEPARATION, { force: true });
}

function killIfThere(pid: number, signal: NodeJS.Signals): void {
  if (pid <= 1) return;
  try {
    process.kill(pid, signal);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
  }
}

function textOf(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    return '';
  }
}

function pids(): number[] {
  return readdirSync('/proc')
    .filter((name) => /^\d+$/.test(name))
    .map(Number);
}

function childrenOf(parent: number): number[] {
  return parent <= 1 ? [] : pids().filter((pid) => textOf(`/proc/${pid}/status`).includes(`\nPPid:\t${parent}\n`));
}

function isSshd(pid: number): boolean {
  return textOf(`/proc/${pid}/comm`).startsWith('sshd');
}

function processesWith(mark: string): number[] {
  return pids().filter((pid) => textOf(`/proc/${pid}/environ`).split('\0').includes(mark));
}
