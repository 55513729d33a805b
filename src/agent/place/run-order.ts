import { spawn } from 'node:child_process';
import { constants } from 'node:os';
import { createInterface } from 'node:readline';
import { EXIT_MARK, type RunOrder } from './wire.ts';

/** What a shell exits with when there is no such program. */
const NOT_FOUND = 127;

/**
 * Runs the command that the first line of standard input names; what it prints goes to standard output. Its whole process
 * group is killed when standard input ends: its owner has had enough, or is gone.
 */
export async function runOrder(): Promise<void> {
  const lines = createInterface({ input: process.stdin });
  const ended = Promise.withResolvers<number>();
  let group: number | undefined;
  let isOver = false;
  const kill = () => {
    if (group === undefined) return;
    try {
      process.kill(-group, 'SIGKILL');
    } catch (error) {
      if ((error as NodeJS.ErrnoException).code !== 'ESRCH') throw error;
    }
  };
  lines.once('line', (line) => {
    const { argv, cwd, env } = JSON.parse(line) as RunOrder;
    const [file = '', ...args] = argv;
    const child = spawn(file, args, {
      cwd,
      env: { ...process.env, ...env },
      stdio: ['ignore', 1, 1],
      detached: true,
    });
    group = child.pid;
    child.on('error', (error) => {
      process.stdout.write(`${error.message}\n`);
      ended.resolve(NOT_FOUND);
    });
    child.on('exit', (code, signal) => ended.resolve(code ?? 128 + (signal === null ? 0 : constants.signals[signal])));
    if (isOver) kill();
  });
  lines.once('close', () => {
    isOver = true;
    kill();
    if (group === undefined) ended.resolve(NOT_FOUND);
  });
  const code = await ended.promise;
  // What it left behind in its group goes with it.
  kill();
  process.stderr.write(`${EXIT_MARK} ${code}\n`);
  process.exit(code);
}
