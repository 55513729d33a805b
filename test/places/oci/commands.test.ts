import { closeSync, openSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, test, vi } from 'vitest';
import { installAgentWrapper } from '../../../src/steps/agent-wrapper.ts';
import { ContainerSandbox } from '../../../src/steps/isolation/oci/oci.ts';
import { mountsOf } from '../../../src/steps/isolation/oci/shown.ts';
import type { SandboxUse } from '../../../src/steps/isolation/sandbox.ts';
import { writeLaunchers } from '../../../src/steps/launchers.ts';
import { LocalCommands } from '../../../src/steps/places/local-commands.ts';
import { exec } from '../../../src/steps/tools/exec.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { type PrivatePodman, privatePodman } from '../../support/places/podman.ts';
import { containerUse } from '../../support/places/sandbox-use.ts';

let podman: PrivatePodman;

beforeAll(() => {
  podman = privatePodman();
  for (const [name, value] of Object.entries(podman.env)) vi.stubEnv(name, value);
});

afterAll(() => {
  vi.unstubAllEnvs();
  podman.remove();
});

/** A worktree, and what runs commands of its task in containers; `output` is what they have printed. */
function bench() {
  const repository = new GitRepository();
  const worktree = repository.worktree();
  const runDirectory = join(repository.folder, 'run');
  writeLaunchers(join(runDirectory, 'bin'), { node: process.execPath, agentScript: import.meta.filename });
  installAgentWrapper(runDirectory);
  const place = { graph: 'g', runDirectory, repository: repository.root, commonDir: repository.commonDir };
  const settings = { sandbox: 'oci', runtime: 'podman', image: podman.image } as const;
  const use = containerUse(repository.folder, { ...place, cwd: worktree, tty: false, isolation: settings });
  const { runtime } = containerUse(repository.folder, {}, { isolation: use.isolation });
  const output = join(repository.folder, 'output');
  const commands = new LocalCommands(place, []);
  const run = async (script: string, limits: { timeout?: number; signal?: AbortSignal } = {}) => {
    const file = openSync(output, 'w');
    try {
      const argv = ['sh', '-c', script];
      const { timeout = 30_000, signal = new AbortController().signal } = limits;
      return await commands.run(runtime, { purpose: 'gate', argv, cwd: worktree, file, env: {}, timeout, signal });
    } finally {
      closeSync(file);
    }
  };
  return { use, worktree, runtime, commands, run, output: () => readFileSync(output, 'utf8') };
}

test('a command ends as it would outside, whatever ends it', async () => {
  const { run, output } = bench();
  expect(await run('echo said; exit 7')).toEqual({ exitCode: 7, timedOut: false });
  expect(output()).toBe('said\n');
  expect(await run('kill -9 $$')).toEqual({ exitCode: 137, timedOut: false });
  expect(await run('exit 125')).toEqual({ exitCode: 125, timedOut: false });
});

test('nothing is mounted from where a container may have put a link', async () => {
  const { use } = bench();
  await new ContainerSandbox().requireReady(use);
  const within = mountsOf(use).filter(({ source }) => source !== use.signalDir && source.startsWith(use.signalDir));
  expect(within).toEqual([]);
});

test('one that takes too long, or is called off, leaves no container', async () => {
  const { run, worktree } = bench();
  expect(await run('sleep 60', { timeout: 500 })).toEqual({ exitCode: null, timedOut: true });
  expect(podman.containers()).toEqual([]);
  const leave = new AbortController();
  const left = run('echo >here; sleep 60', { signal: leave.signal });
  await vi.waitFor(() => readFileSync(join(worktree, 'here')), { interval: 20, timeout: 10_000 });
  leave.abort();
  expect(await left).toMatchObject({ timedOut: false });
  expect(podman.containers()).toEqual([]);
});

test('a client that ends before its command is no end of that', async () => {
  const { run } = bench();
  const lost = run('sleep 60');
  lost.catch(() => {});
  const name = await vi.waitFor(() => podman.containers()[0] ?? Promise.reject(new Error('none')), { timeout: 10_000 });
  const { stdout } = await exec('pgrep', ['-f', `podman run --name=${name}`]);
  process.kill(Number(stdout), 'SIGKILL');
  await expect(lost).rejects.toMatchObject({ code: 'container_failed' });
  expect(podman.containers()).toEqual([]);
});

test('what an owner that was killed has left is found, and ended by the next one', async () => {
  const { use, runtime, commands } = bench();
  const sandbox = new ContainerSandbox();
  const setup: SandboxUse = { ...use, purpose: 'setup' };
  await sandbox.requireReady(setup);
  expect(await sandbox.isAlive(setup)).toBe(false);
  const [client = '', ...args] = sandbox.around(['sleep', '60'], setup);
  const left = exec(client, args, { accept: [137] });
  await vi.waitFor(async () => expect(await sandbox.isAlive(setup)).toBe(true), { interval: 20, timeout: 10_000 });
  await commands.end(runtime);
  expect(podman.containers()).toEqual([]);
  expect(await sandbox.isAlive(setup)).toBe(false);
  await left;
  await commands.end(runtime);
});
