import { spawn } from 'node:child_process';
import type { Session } from './personality.ts';

export interface HookResult {
  readonly code: number | null;
  readonly stdout: string;
  readonly stderr: string;
}

/** Runs what a program was told to call: with `sh` for a command line, else as it is. JSON goes in on stdin. */
export async function callHook(
  session: Session,
  event: string,
  command: string | readonly string[],
  input: unknown,
): Promise<HookResult> {
  const argv = typeof command === 'string' ? ['/bin/sh', '-c', command] : command;
  const result = await run(argv, session, input === undefined ? '' : `${JSON.stringify(input)}\n`);
  session.record({ kind: 'hook', event, code: result.code, error: result.stderr });
  return result;
}

/** Runs a process in the session's folder, to its end. */
export function run(argv: readonly string[], session: Session, input: string): Promise<HookResult> {
  return new Promise((done) => {
    const child = spawn(argv[0] ?? '', argv.slice(1), { cwd: session.cwd, env: session.env });
    let stdout = '';
    let stderr = '';
    child.stdout.on('data', (chunk: Buffer) => {
      stdout += chunk.toString('utf8');
    });
    child.stderr.on('data', (chunk: Buffer) => {
      stderr += chunk.toString('utf8');
    });
    // A command that does not read its input closes it before all is written.
    child.stdin.on('error', () => {});
    child.on('error', (error) => done({ code: null, stdout, stderr: error.message }));
    child.on('close', (code) => done({ code, stdout, stderr }));
    child.stdin.end(input);
  });
}
