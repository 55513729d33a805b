import { type ChildProcessWithoutNullStreams, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, rmSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { ControlParser, commandLine, quoteForShell } from '../../../src/steps/tools/tmux-parse.ts';
import { createScreen, type Screen } from '../../support/screen.ts';
import { ENVIRONMENT } from '../workplace.ts';

export interface TerminalOptions {
  /** Name of a private tmux server, which is started and ended. */
  readonly socket: string;
  readonly argv: readonly string[];
  readonly cwd: string;
  readonly env?: NodeJS.ProcessEnv;
}

interface Awaited {
  readonly isThere: (lines: readonly string[]) => boolean;
  readonly resolve: (at: number) => void;
}

export const SIZE = { columns: 120, rows: 40 } as const;
/** Milliseconds for anything that is waited for. */
const PATIENCE = 60_000;
/** Milliseconds for a program whose terminal is gone. */
const LEAVING = 10_000;
const SESSION = 'terminal';
// biome-ignore lint/suspicious/noControlCharactersInRegex: it is what is looked for.
const SYNC = /\x1b\[\?2026([hl])/g;
/** Characters. */
const SYNC_MARK = 8;

/**
 * A program in a real pseudo-terminal, which is a pane of tmux: keys go in, and what the program prints comes out through
 * a client in control mode. An in-memory terminal beside it knows what a person would see.
 */
export class BenchTerminal implements AsyncDisposable {
  readonly #socket: string;
  readonly #client: ChildProcessWithoutNullStreams;
  readonly #screen: Screen = createScreen(SIZE.columns, SIZE.rows);
  readonly #parser = new ControlParser();
  readonly #replies: ((lines: readonly string[]) => void)[] = [];
  #awaited: Awaited | null = null;
  #rest = '';
  #drawing = false;
  #tail = '';
  #shown = Promise.resolve();
  /** All that the program has printed, in bytes. */
  printed = 0;
  /** `performance.now()` of the start of the program. */
  started = 0;
  pid = 0;

  private constructor({ socket, cwd }: TerminalOptions) {
    this.#socket = socket;
    const argv = [
      '-u',
      '-L',
      socket,
      '-f',
      '/dev/null',
      '-C',
      'new-session',
      '-s',
      SESSION,
      '-c',
      cwd,
      'exec sleep 1000',
    ];
    // What the server hands on to its panes is what it was started with.
    const { CI: _ci, NO_COLOR: _colour, ...env } = ENVIRONMENT;
    this.#client = spawn('tmux', argv, { cwd: '/', env });
    this.#client.stderr.resume();
    this.#client.stdin.on('error', () => {});
    this.#client.stdout.setEncoding('latin1').on('data', (chunk: string) => this.#read(chunk));
  }

  static async start(options: TerminalOptions): Promise<BenchTerminal> {
    const terminal = new BenchTerminal(options);
    await terminal.#command('refresh-client', '-C', `${SIZE.columns}x${SIZE.rows}`);
    await terminal.#command('set-option', '-g', 'window-size', 'manual');
    await terminal.#command('set-option', '-g', 'remain-on-exit', 'on');
    await terminal.#command('resize-window', '-x', String(SIZE.columns), '-y', String(SIZE.rows));
    const env = Object.entries(options.env ?? {}).map(([name, value]) => `${name}=${value ?? ''}`);
    const argv = ['env', '-u', 'TMUX', '-u', 'TMUX_PANE', ...env, ...options.argv];
    terminal.printed = 0;
    terminal.started = performance.now();
    await terminal.#command('respawn-pane', '-k', '-c', options.cwd, `exec ${argv.map(quoteForShell).join(' ')}`);
    const [pid] = await terminal.#command('display-message', '-p', '#{pane_pid}');
    terminal.pid = Number(pid);
    return terminal;
  }

  lines(): string[] {
    return this.#screen.lines();
  }

  /** Milliseconds from the key to the frame, whole, in which `isThere`. */
  async press(key: string, isThere: (lines: readonly string[]) => boolean): Promise<number> {
    const seen = this.seen(isThere);
    const at = performance.now();
    this.#write(['send-keys', '-H', ...[...Buffer.from(key)].map((byte) => byte.toString(16))]);
    return (await seen) - at;
  }

  /** `performance.now()` when that was there which makes it so. */
  async seen(isThere: (lines: readonly string[]) => boolean): Promise<number> {
    if (this.#awaited !== null) throw new Error('somebody waits for this terminal already');
    const { promise, resolve, reject } = Promise.withResolvers<number>();
    const giveUp = setTimeout(() => {
      const screen = this.lines().filter((line) => line !== '');
      reject(new Error(`nothing of the kind in ${PATIENCE} ms:\n${isThere}\n${screen.join('\n')}`));
    }, PATIENCE);
    this.#awaited = { isThere, resolve };
    return await promise.finally(() => clearTimeout(giveUp));
  }

  async [Symbol.asyncDispose](): Promise<void> {
    const ended = once(this.#client, 'close');
    this.#write(['kill-server']);
    await ended;
    await leftBy(this.pid);
    rmSync(join(process.env.TMUX_TMPDIR ?? '/tmp', `tmux-${process.getuid?.()}`, this.#socket), { force: true });
    this.#screen.dispose();
  }

  async #command(...argv: string[]): Promise<readonly string[]> {
    const { promise, resolve } = Promise.withResolvers<readonly string[]>();
    this.#write(argv, resolve);
    return await promise;
  }

  #write(argv: readonly string[], onReply: (lines: readonly string[]) => void = () => {}): void {
    this.#replies.push(onReply);
    this.#client.stdin.write(commandLine([argv]));
  }

  #read(chunk: string): void {
    const at = performance.now();
    const lines = (this.#rest + chunk).split('\n');
    this.#rest = lines.pop() ?? '';
    for (const line of lines) {
      const message = this.#parser.line(line);
      if (message === null) continue;
      if (message.kind === 'reply') {
        if (message.ours) this.#replies.shift()?.(message.lines);
      } else if (message.name === 'output') {
        this.#show(message.rest.slice(message.rest.indexOf(' ') + 1), at);
      }
    }
  }

  /** Octal for what is no plain character, bytes for the rest. */
  #show(escaped: string, at: number): void {
    const bytes = escaped.replace(/\\([0-7]{3})/g, (_, octal: string) =>
      String.fromCharCode(Number.parseInt(octal, 8)),
    );
    this.printed += bytes.length;
    for (const [, how] of (this.#tail + bytes).matchAll(SYNC)) this.#drawing = how === 'h';
    // Of a mark that is cut in two.
    this.#tail = bytes.slice(1 - SYNC_MARK);
    const whole = !this.#drawing;
    this.#shown = this.#shown.then(async () => {
      await this.#screen.write(Buffer.from(bytes, 'latin1'));
      if (!whole || this.#awaited?.isThere(this.lines()) !== true) return;
      const { resolve } = this.#awaited;
      this.#awaited = null;
      resolve(at);
    });
  }
}

/** Whose terminal is gone leaves; what it worked in may go only after it. */
async function leftBy(pid: number): Promise<void> {
  const deadline = performance.now() + LEAVING;
  while (isThere(pid)) {
    if (performance.now() > deadline) process.kill(pid, 'SIGKILL');
    await delay(10);
  }
}

function isThere(pid: number): boolean {
  return pid !== 0 && existsSync(`/proc/${pid}`);
}
