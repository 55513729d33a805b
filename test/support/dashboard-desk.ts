import { execFile, execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { promisify } from 'node:util';
import { PROGRAM, type Project } from './run-fixture.ts';

export interface DeskOptions {
  readonly columns?: number;
  readonly rows?: number;
  /** Added to the project's. */
  readonly env?: Readonly<Record<string, string>>;
  /** The terminal is a window of a tmux, and the program knows it. */
  readonly nested?: boolean;
  /** Another command than our program with the arguments: program and arguments. */
  readonly command?: readonly string[];
}

/** A person's terminal: the one pane of a tmux server of its own, in which the program runs. */
export interface DashboardDesk {
  /** Sends keys as tmux names them, each by itself: `j`, `Enter`, `Escape`, `C-c`. */
  press(...keys: string[]): void;
  /** Types letters, whatever they are. */
  type(text: string): void;
  /** What it shows, once that fits; rejects with what it shows else, when the time is up. */
  see(fits: RegExp | ((shown: string) => boolean)): Promise<string>;
  /** The same for what is to go away. */
  gone(fits: RegExp): Promise<string>;
  screen(): string;
  /** The window gets another size, and the program is told. */
  resize(columns: number, rows: number): void;
  /** The process that was started in it. */
  pid(): number;
  /** With what the program ended, once it has. */
  exitCode(): Promise<number>;
  /** The lines that the program has left on the terminal, once it has ended. */
  left(): Promise<readonly string[]>;
  /** What is not as it was before the program, once that has ended; empty for a terminal that was given back whole. */
  deviations(): Promise<readonly string[]>;
  /** Modes of the terminal as tmux sees them. */
  modes(): Modes;
  /** What its tmux says to a command. */
  tmux(...words: string[]): string;
  /** The window is closed, with all that runs in it. */
  close(): void;
}

export interface Modes {
  readonly alternate: boolean;
  readonly cursor: boolean;
  readonly mouse: boolean;
  readonly keypad: boolean;
}

/** Milliseconds; the machine may be busy with other tests. */
const LIMIT = 30_000;
const POLL = 30;

const BEFORE = 'before the dashboard';
const LEFT = /^left with (\d+)$/m;

/** Runs its arguments as a shell would, and then shows everything that is typed as it arrives. */
const SHELL = `
folder=$1; shift
echo '${BEFORE}'
stty -g >"$folder/before"
sh -c 'echo $$ >"$0"; exec "$@"' "$folder/pid" "$@"
code=$?
stty -g >"$folder/after"
echo "left with $code"
exec cat -v`;

const run = promisify(execFile);
let desks = 0;

/** Opens a terminal and runs `agentrelay ARGS` in it, from the project's folder. */
export function openDesk(project: Project, args: readonly string[], options: DeskOptions = {}): DashboardDesk {
  const { columns = 120, rows = 40, nested = false } = options;
  const server = `desk-${++desks}`;
  const tmuxArgs = (...words: string[]) => ['-L', server, '-f', '/dev/null', ...words];
  const env = { ...project.env, ...options.env };
  const tmux = (...words: string[]) =>
    execFileSync('tmux', tmuxArgs(...words), { env, encoding: 'utf8', stdio: 'pipe' }).replace(/\n+$/, '');
  const folder = join(project.folder, server);
  project.write(`${server}/shell.sh`, SHELL);
  const program = options.command ?? [process.execPath, PROGRAM, ...args];
  const plain = nested ? [] : ['env', '-u', 'TMUX', '-u', 'TMUX_PANE'];
  const shell = [...plain, 'sh', join(folder, 'shell.sh'), folder, ...program];
  tmux('new-session', '-d', '-s', 'desk', '-x', `${columns}`, '-y', `${rows}`, '-c', project.folder, ...shell);

  const capture = ['capture-pane', '-p', '-t', 'desk'];
  const screen = () => tmux(...capture);
  const history = (...how: string[]) =>
    tmux(...capture, '-J', '-S', '-', ...how)
      .split('\n')
      .map((line) => line.trimEnd());
  const until = async (what: string, holds: (shown: string) => boolean): Promise<string> => {
    const end = Date.now() + LIMIT;
    for (;;) {
      const { stdout } = await run('tmux', tmuxArgs(...capture), { env });
      if (holds(stdout)) return stdout;
      if (Date.now() > end) throw new Error(`${what} after ${LIMIT / 1000} s; the screen:\n${stdout}`);
      await delay(POLL);
    }
  };
  const see = (fits: RegExp | ((shown: string) => boolean)) =>
    until(`not seen: ${fits}`, typeof fits === 'function' ? fits : (shown) => fits.test(shown));
  const modes = () => modesOf(tmux('display-message', '-p', '-t', 'desk', MODES));
  return {
    press: (...keys) => {
      for (const key of keys) tmux('send-keys', '-t', 'desk', key);
    },
    type: (text) => void tmux('send-keys', '-t', 'desk', '-l', '--', text),
    see,
    gone: (fits) => until(`still there: ${fits}`, (shown) => !fits.test(shown)),
    screen,
    tmux,
    resize: (width, height) => void tmux('resize-window', '-t', 'desk', '-x', `${width}`, '-y', `${height}`),
    modes,
    pid: () => Number(readFileSync(join(folder, 'pid'), 'utf8')),
    exitCode: async () => Number(LEFT.exec(await see(LEFT))?.[1]),
    async left() {
      await see(LEFT);
      const lines = history();
      return lines.slice(
        lines.indexOf(BEFORE) + 1,
        lines.findIndex((line) => LEFT.test(line)),
      );
    },
    async deviations() {
      await see(LEFT);
      const found = deviationsOfModes(modes());
      if (readSettings(folder, 'after') !== readSettings(folder, 'before')) found.push('stty has other settings');
      tmux('set-buffer', '-b', 'pasted', 'pasted\n');
      // Between marks, where the program has left them on.
      tmux('paste-buffer', '-p', '-d', '-b', 'pasted', '-t', 'desk');
      await see(/^.*pasted.*\n(.*\n)*.*pasted/m);
      if (!history().includes(BEFORE)) found.push('what was there before is gone');
      const at = history().findIndex((line) => LEFT.test(line));
      const typed = history('-e').slice(at + 1);
      // Once as it is typed, and once from `cat`, which gets whole lines.
      if (typed.join('\n') !== 'pasted\npasted') found.push(`typed into the shell: ${JSON.stringify(typed)}`);
      return found;
    },
    close() {
      try {
        tmux('kill-server');
      } catch {
        // Closed by the test already.
      }
    },
  };
}

const MODES = '#{alternate_on} #{cursor_flag} #{mouse_any_flag} #{keypad_flag}#{keypad_cursor_flag}#{insert_flag}';

function modesOf(shown: string): Modes {
  const [alternate, cursor, mouse, keypad] = shown.split(' ');
  return { alternate: alternate === '1', cursor: cursor === '1', mouse: mouse === '1', keypad: keypad !== '000' };
}

function deviationsOfModes({ alternate, cursor, mouse, keypad }: Modes): string[] {
  const found: string[] = [];
  if (alternate) found.push('the alternate screen is on');
  if (!cursor) found.push('the cursor is hidden');
  if (mouse) found.push('the mouse is reported');
  if (keypad) found.push('keys are sent in another mode');
  return found;
}

function readSettings(folder: string, name: string): string {
  return readFileSync(join(folder, name), 'utf8');
}
