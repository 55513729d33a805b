import { readFileSync, statSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { createTmuxEnvironment } from '../../../src/steps/environments/tmux.ts';
import { sessionMembers } from '../../../src/steps/tools/process-session.ts';
import { TmuxControl } from '../../../src/steps/tools/tmux-control.ts';
import { never, sh, type TmuxBench, tmuxBench } from '../../support/tmux-bench.ts';

let bench: TmuxBench;

beforeEach(async () => {
  bench = await tmuxBench();
});

afterEach(() => bench.end());

test('closing keeps what was shown and ends every process of the pane, those too that ignore SIGHUP', async () => {
  const script = 'trap "" HUP TERM; seq 1 300; nohup tail -f /dev/null >/dev/null 2>&1 & seq 1 3; echo up; exec cat';
  const launch = bench.launchOf('t', sh(script));
  const pane = await bench.launchUntil(launch, 'up');
  await vi.waitFor(async () => expect(await sessionMembers(pane.pid)).toHaveLength(3));
  const logFile = join(bench.folder, 'agent.log');
  await bench.environment.close(pane, { logFile, keepPane: false });
  expect(await sessionMembers(pane.pid)).toEqual([]);
  expect(await bench.control.command(['list-windows'])).toHaveLength(1);
  expect(readFileSync(logFile, 'utf8')).toMatch(/^1\n2\n3\n[\s\S]*up\n$/);
  expect(statSync(logFile).mode & 0o777).toBe(0o600);
  const before = readFileSync(logFile, 'utf8');
  await bench.environment.close(pane, { logFile, keepPane: false });
  expect(readFileSync(logFile, 'utf8')).toBe(before);
});

test('what an ended agent left running is ended too, and its output does not look like an agent', async () => {
  const launch = bench.launchOf('t', sh('trap "" HUP; tail -f /dev/null >/dev/null 2>&1 & echo done'));
  const pane = await bench.environment.launch(launch);
  await bench.ended(pane);
  // The wrapper is a moment behind.
  await vi.waitFor(async () => expect(await sessionMembers(pane.pid)).toHaveLength(1));
  await bench.environment.close(pane, { logFile: join(bench.folder, 'agent.log'), keepPane: false });
  expect(await sessionMembers(pane.pid)).toEqual([]);
  expect(readFileSync(join(bench.folder, 'agent.log'), 'utf8')).toBe('done\n');
});

test('a pane that is kept shows its dead agent', async () => {
  const pane = await bench.launchUntil(bench.launchOf('t', sh('echo up; exec cat')), 'up');
  const ended = bench.environment.waitForExit(pane, never);
  await bench.environment.close(pane, { logFile: join(bench.folder, 'agent.log'), keepPane: true });
  await ended;
  expect(await bench.environment.leftovers('g', 1)).toEqual([{ ...pane, dead: true }]);
  expect(await bench.environment.capture(pane, { lines: 5 })).toEqual(['up']);
  await bench.environment.close(pane, { logFile: join(bench.folder, 'agent.log'), keepPane: false });
  expect(await bench.environment.leftovers('g', 1)).toEqual([]);
});

test('a log that cannot be written is an error, and the pane is closed all the same', async () => {
  const pane = await bench.launchUntil(bench.launchOf('t', sh('echo up; exec cat')), 'up');
  const logFile = join(bench.folder, 'nowhere', 'agent.log');
  await expect(bench.environment.close(pane, { logFile, keepPane: false })).rejects.toMatchObject({ code: 'ENOENT' });
  expect(await bench.environment.leftovers('g', 1)).toEqual([]);
});

test('waiting ends with its signal', async () => {
  const pane = await bench.environment.launch(bench.launchOf('t', ['cat']));
  const controller = new AbortController();
  const waiting = bench.environment.waitForExit(pane, controller.signal);
  controller.abort('detach');
  await expect(waiting).rejects.toBe('detach');
});

test('a server that dies under us ends all that waits, at once', async () => {
  const pane = await bench.environment.launch(bench.launchOf('t', ['cat']));
  const waiting = bench.environment.waitForExit(pane, never);
  const [pid] = await bench.control.command(['display-message', '-p', '#{pid}']);
  const work = Promise.allSettled([
    waiting,
    bench.environment.send(pane, 'x'),
    bench.environment.capture(pane, { lines: 1 }),
  ]);
  process.kill(Number(pid), 'SIGKILL');
  const [exit] = await work;
  expect(exit).toMatchObject({ status: 'rejected', reason: { name: 'TmuxError', code: 'disconnected' } });
  await expect(bench.environment.launch(bench.launchOf('u', ['cat']))).rejects.toMatchObject({ code: 'disconnected' });
  await bench.environment.disconnect();
});

test('the session that we made goes with us when it is empty', async () => {
  await bench.environment.disconnect();
  expect(await bench.tmux.run('list-sessions')).toBe('');
});

test('a session stays while it holds a window or somebody looks at it', async () => {
  const second = createTmuxEnvironment({
    control: await TmuxControl.connect({ socket: bench.tmux.socket, session: 'work' }),
  });
  await second.disconnect();
  expect(await bench.tmux.run('list-sessions', '-F', '#{session_name}')).toBe('work');
  await bench.environment.launch(bench.launchOf('t', ['cat']));
  await bench.environment.disconnect();
  expect(await bench.tmux.run('list-sessions', '-F', '#{session_name}')).toBe('work');
});

test("a person's own session is never ended", async () => {
  await bench.tmux.run('new-session', '-d', '-s', 'mine', 'cat');
  const own = createTmuxEnvironment({
    control: await TmuxControl.connect({ socket: bench.tmux.socket, session: 'mine' }),
  });
  await own.disconnect();
  expect(await bench.tmux.run('has-session', '-t', '=mine')).toBe('');
  expect(await bench.tmux.run('list-sessions', '-F', '#{session_name}')).toContain('mine');
});
