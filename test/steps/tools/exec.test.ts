import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { exec, execToFile, ToolError } from '../../../src/steps/tools/exec.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const sh = (script: string, options: Parameters<typeof exec>[2] = {}) => exec('/bin/sh', ['-c', script], options);

describe('exec', () => {
  test('gives output without its last newline, the exit code and the input', async () => {
    expect(await sh('cat; echo oops >&2', { input: 'a\n\nb\n\n' })).toEqual({
      exitCode: 0,
      stdout: 'a\n\nb\n',
      stderr: 'oops',
      dropped: 0,
    });
    expect(await sh('exit 3', { accept: [3] })).toMatchObject({ exitCode: 3 });
  });

  test('keeps as much as it was told, and counts the lines of the rest', async () => {
    const lines = 'i=0; while [ $i -lt 30000 ]; do echo $i; i=$((i+1)); done';
    const { stdout, dropped } = await sh(lines, { keep: 9 });
    expect([stdout, dropped]).toEqual(['0\n1\n2\n3\n4', 30_000 - 4]);
    expect(await sh('head -c 70000000 /dev/zero; echo', { keep: 0 })).toMatchObject({ stdout: '', dropped: 1 });
    expect(await sh('echo a; echo b', { keep: 100 })).toMatchObject({ stdout: 'a\nb', dropped: 0 });
  });

  test('keeps characters whole that the pipe splits', async () => {
    const { stdout } = await sh(`i=0; while [ $i -lt 30000 ]; do printf 'ünï€'; i=$((i+1)); done`);
    expect(stdout).toBe('ünï€'.repeat(30_000));
  });

  test('throws with the code and what was said', async () => {
    const error = await sh('echo no >&2; exit 4').catch((caught: unknown) => caught);
    expect(error).toBeInstanceOf(ToolError);
    expect(error).toMatchObject({ exitCode: 4, stderr: 'no', timedOut: false });
  });

  test.each([
    ['is not there', 'no-such-program-at-all', []],
    ['cannot be given a zero byte', 'echo', ['a\0b']],
  ])('throws a ToolError for a program that %s', async (_name, file, args) => {
    await expect(exec(file, args)).rejects.toMatchObject({ name: 'ToolError', exitCode: null });
  });

  test('does not mind a program that does not read its input', async () => {
    expect(await sh('exit 0', { input: 'x'.repeat(1024 * 1024) })).toMatchObject({ exitCode: 0 });
  });

  test('ends at its time limit also when a child of the program holds the pipe', async () => {
    const ended = sh('sleep 60 & exit 0', { timeout: 50 });
    await expect(ended).rejects.toMatchObject({ name: 'ToolError', timedOut: true });
  });

  test('is called off by its signal, before and after it began', async () => {
    await expect(sh('exit 0', { signal: AbortSignal.abort('early') })).rejects.toBe('early');
    const leave = new AbortController();
    const ended = sh('sleep 60', { signal: leave.signal });
    leave.abort('late');
    await expect(ended).rejects.toBe('late');
  });
});

describe('execToFile', () => {
  async function run(
    argv: string[],
    options: { timeout?: number; signal?: AbortSignal; env?: Record<string, string> },
  ) {
    const path = join(temporaryFolder(), 'output');
    const file = openSync(path, 'w');
    try {
      const { timeout = 60_000, signal = new AbortController().signal, env = {} } = options;
      const end = await execToFile(argv, { cwd: '/', file, env, timeout, signal });
      return { ...end, output: readFileSync(path, 'utf8') };
    } finally {
      closeSync(file);
    }
  }

  test('writes both streams in one file and gives the exit code', async () => {
    const end = await run(['/bin/sh', '-c', 'echo "$NAME"; echo err >&2; exit 9'], { env: { NAME: 'out' } });
    expect(end).toEqual({ exitCode: 9, timedOut: false, output: 'out\nerr\n' });
  });

  test('a program that is not there exits as in a shell and says why', async () => {
    const end = await run(['no-such-program-at-all'], {});
    expect(end).toMatchObject({ exitCode: 127, timedOut: false });
    expect(end.output).toContain('ENOENT');
  });

  test('kills the whole group at the time limit', async () => {
    const folder = temporaryFolder();
    const pidFile = join(folder, 'pid');
    const end = await run(['/bin/sh', '-c', `sleep 60 & echo $! >${pidFile}; wait`], { timeout: 300 });
    expect(end).toMatchObject({ exitCode: null, timedOut: true });
    const child = readFileSync(pidFile, 'utf8').trim();
    await expect.poll(() => stateOf(child)).toMatch(/^(Z|gone)$/);
  });

  test('kills what a program leaves behind, and one that is called off already', async () => {
    const pidFile = join(temporaryFolder(), 'pid');
    expect(await run(['/bin/sh', '-c', `sleep 60 & echo $! >${pidFile}`], {})).toMatchObject({ exitCode: 0 });
    await expect.poll(() => stateOf(readFileSync(pidFile, 'utf8').trim())).toMatch(/^(Z|gone)$/);
    const end = await run(['/bin/sh', '-c', 'sleep 60'], { signal: AbortSignal.abort() });
    expect(end).toMatchObject({ exitCode: null, timedOut: false });
  });
});

function stateOf(pid: string): string {
  try {
    return readFileSync(`/proc/${pid}/stat`, 'utf8').split(') ').at(-1)?.slice(0, 1) ?? '';
  } catch {
    return 'gone';
  }
}
