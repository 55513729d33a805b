import { existsSync, mkdtempSync, readFileSync, rmSync, statSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installAgentWrapper, readExitCode } from '../../src/steps/agent-wrapper.ts';
import { exec } from '../../src/steps/tools/exec.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-wrapper-'));
  file = join(folder, 'exit code');
});

afterEach(() => rmSync(folder, { recursive: true }));

async function run(argv: string[], env: Record<string, string> = {}) {
  const accept = Array.from({ length: 256 }, (_, code) => code);
  return exec('/bin/sh', [installAgentWrapper(folder), file, ...argv], { accept, env });
}

test.each([
  [0, ['/bin/sh', '-c', 'exit 0']],
  [3, ['/bin/sh', '-c', 'exit 3']],
  [255, ['/bin/sh', '-c', 'exit 255']],
  [143, ['/bin/sh', '-c', 'kill -TERM $$']],
  [127, ['/no/such/program']],
  [126, ['/dev/null']],
])('exit code %i is kept and passed on', async (code, argv) => {
  expect((await run(argv)).exitCode).toBe(code);
  expect(readExitCode(file)).toBe(code);
  expect(readFileSync(file, 'utf8')).toBe(`${code}\n`);
});

test('arguments reach the program as they are', async () => {
  const argv = ['', 'a b', '$HOME', '*', '-n', '"', "'", '\n'];
  const { stdout } = await run(['/usr/bin/env', 'printf', '<%s>', ...argv]);
  expect(stdout).toBe(argv.map((argument) => `<${argument}>`).join(''));
});

test('variables are taken out, and the list of them too', async () => {
  const { stdout } = await run(['/usr/bin/env'], { A: '1', B: '2', AB: '3', AGENTRELAY_UNSET: 'A B' });
  const names = stdout.split('\n').map((line) => line.split('=')[0]);
  expect(names).toContain('AB');
  expect(names.filter((name) => ['A', 'B', 'AGENTRELAY_UNSET'].includes(name ?? ''))).toEqual([]);
});

test('a file that is missing or not whole says nothing', () => {
  expect(readExitCode(file)).toBeNull();
  for (const content of ['', '1', 'x\n', '1\n2\n', '1234\n']) {
    writeFileSync(file, content);
    expect(readExitCode(file)).toBeNull();
  }
});

test('the wrapper is written once', () => {
  const path = installAgentWrapper(folder);
  const { ino, mode } = statSync(path);
  expect(installAgentWrapper(folder)).toBe(path);
  expect(statSync(path).ino).toBe(ino);
  expect(mode & 0o777).toBe(0o755);
  expect(existsSync(file)).toBe(false);
});

test('whoever starts an attempt a second time runs nothing, and the first exit code stays', async () => {
  const program = ['/bin/sh', '-c', 'echo run >>"$0"; exit 3', join(folder, 'runs')];
  await run(program);
  const second = await run(program);
  expect(second).toMatchObject({ exitCode: 125, stdout: 'agentrelay: this attempt was launched before' });
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('run\n');
  expect(readExitCode(file)).toBe(3);
});

test('of many that start an attempt at once one runs it', async () => {
  const program = ['/bin/sh', '-c', 'echo run >>"$0"', join(folder, 'runs')];
  const codes = await Promise.all(Array.from({ length: 8 }, async () => (await run(program)).exitCode));
  expect(codes.toSorted((a, b) => a - b)).toEqual([0, ...Array.from({ length: 7 }, () => 125)]);
  expect(readFileSync(join(folder, 'runs'), 'utf8')).toBe('run\n');
});

test('an attempt that cannot be claimed is not run', async () => {
  file = join(folder, 'none', 'exit_code');
  const { exitCode, stdout } = await run(['/bin/sh', '-c', 'echo run']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: `agentrelay: cannot write ${folder}/none/.launched` });
});
