import { closeSync, constants, fstatSync, lstatSync, openSync, rmSync, writeSync } from 'node:fs';
import type { Clock } from '../../../core/clock.ts';
import { AgentLaunchError } from '../../../core/errors.ts';
import { exec, ToolError } from '../../tools/exec.ts';

/** Milliseconds between two tries to write into a pipe that is full. */
const AGAIN = 200;

/** Makes the named pipe, unless it is there. Throws `AgentLaunchError`. */
export async function makePipe(path: string): Promise<void> {
  if (lstatSync(path, { throwIfNoEntry: false })?.isFIFO()) return;
  rmSync(path, { force: true });
  await exec('mkfifo', ['-m', '600', path]).catch((cause: unknown) => {
    if (!(cause instanceof ToolError)) throw cause;
    throw new AgentLaunchError('no_stdin', `the agent's standard input cannot be made: ${cause.message}`, { cause });
  });
}

/** For the agent, which so holds both ends: its input never ends when an owner goes. The caller closes it. */
export function openBothEnds(path: string): number {
  return openSync(path, constants.O_RDWR | constants.O_NOFOLLOW);
}

/**
 * Writes a line for the agent to read. `gone`: nobody has the other end. `failed`: it has read nothing of what it was told
 * before, for `patience` milliseconds.
 */
export async function writePipe(
  path: string,
  line: string,
  { clock, patience, signal }: { readonly clock: Clock; readonly patience: number; readonly signal: AbortSignal },
): Promise<'written' | 'failed' | 'gone'> {
  const pipe = openWriter(path);
  if (pipe === null) return 'gone';
  let rest: Buffer = Buffer.from(line);
  try {
    for (const deadline = clock.now() + patience; ; await clock.sleep(AGAIN, signal)) {
      const written = tryWrite(pipe, rest);
      if (written === null) return 'gone';
      rest = rest.subarray(written);
      if (rest.length === 0) return 'written';
      if (clock.now() >= deadline) return 'failed';
    }
  } finally {
    closeSync(pipe);
  }
}

function openWriter(path: string): number | null {
  try {
    const pipe = openSync(path, constants.O_WRONLY | constants.O_NONBLOCK | constants.O_NOFOLLOW);
    if (fstatSync(pipe).isFIFO()) return pipe;
    closeSync(pipe);
    return null;
  } catch (error) {
    // ENXIO: nobody reads. The others: it is not there any more, or is something else.
    if (['ENXIO', 'ENOENT', 'ELOOP', 'EISDIR', 'EACCES'].includes((error as NodeJS.ErrnoException).code ?? ''))
      return null;
    throw error;
  }
}

/** Bytes that the pipe took; null when nobody has the other end any more. */
function tryWrite(pipe: number, bytes: Buffer): number | null {
  try {
    return writeSync(pipe, bytes);
  } catch (error) {
    const { code } = error as NodeJS.ErrnoException;
    if (code === 'EAGAIN') return 0;
    if (code === 'EPIPE') return null;
    throw error;
  }
}
