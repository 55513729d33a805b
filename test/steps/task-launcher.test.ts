import { createHash } from 'node:crypto';
import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  realpathSync,
  rmSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { newAttempt } from '../../src/core/reduce-attempt.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { TaskRuntime } from '../../src/core/task-runtime.ts';
import { RunSecrets } from '../../src/steps/credentials/run-secrets.ts';
import { createTmuxEnvironment, type TmuxEnvironment } from '../../src/steps/environments/tmux.ts';
import type { TmuxAgent } from '../../src/steps/environments/tmux-agent.ts';
import { command } from '../../src/steps/frameworks/command.ts';
import type { FrameworkPreset } from '../../src/steps/frameworks/framework.ts';
import { TmuxTaskKickoff } from '../../src/steps/task-kickoff.ts';
import { TmuxTaskLauncher, windowName } from '../../src/steps/task-launcher.ts';
import { TmuxControl } from '../../src/steps/tools/tmux-control.ts';
import { makeTask, makeWorkstream } from '../support/graphs.ts';
import { type PrivateTmux, privateTmux } from '../support/tmux-server.ts';
import { ToldMonitor } from '../support/toy-program.ts';

let tmux: PrivateTmux;
let control: TmuxControl;
let environment: TmuxEnvironment;
let folder: string;

beforeEach(async () => {
  tmux = privateTmux();
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-launcher-')));
  control = await TmuxControl.connect({ socket: tmux.socket, session: 'work' });
  environment = createTmuxEnvironment({ control });
});

afterEach(async () => {
  await control.disconnect();
  await tmux.end();
  rmSync(folder, { recursive: true });
});

const never = new AbortController().signal;

function runtimeOf(argv: readonly string[], attempt = 1, resumed: Partial<AttemptState> | null = null): TaskRuntime {
  const task = makeTask({ id: 'build.it' });
  const primaryAgent = { ...task.primaryAgent, command: argv, model: 'large' };
  const runtime = new TaskRuntime({
    task: { ...task, primaryAgent },
    workstream: makeWorkstream({ id: 'default' }),
    run: 3,
    attempt,
    token: 'secret',
    tokenHash: 'hash',
    resumed: resumed === null ? null : { ...newAttempt(attempt, '2026-01-02T03:04:05Z', 'hash'), ...resumed },
  });
  runtime.state.signalDir = join(folder, `signals-${attempt}`);
  runtime.state.worktreePath = join(folder, 'tree');
  mkdirSync(runtime.state.signalDir, { recursive: true });
  mkdirSync(runtime.state.worktreePath, { recursive: true });
  return runtime;
}

function launcherOf(framework: FrameworkPreset = command): TmuxTaskLauncher {
  const watch = () => new ToldMonitor();
  return new TmuxTaskLauncher({
    credentials: new RunSecrets(null),
    environment,
    framework,
    graph: 'g',
    runDirectory: folder,
    repository: folder,
    commonDir: folder,
    watch,
  });
}

test('the agent starts in its worktree, with its environment and the commands of the run on its PATH', async () => {
  mkdirSync(join(folder, 'bin'));
  const report = 'pwd; env | grep -e "^AGENTRELAY_" | LC_ALL=C sort; printf "%s|" "$@"';
  writeFileSync(join(folder, 'bin', 'own-agent'), `#!/bin/sh\n(${report}) >"$AGENTRELAY_SIGNAL_DIR/seen"\nexec cat\n`);
  chmodSync(join(folder, 'bin', 'own-agent'), 0o755);
  const runtime = runtimeOf(['own-agent', '{prompt}', '{model}'], 2);
  const agent = await launcherOf().launch(runtime);
  expect(agent.address.label).toBe(`work:${agent.pane.id}`);
  await new TmuxTaskKickoff().kickoff(runtime, agent);
  const signals = join(folder, 'signals-2');
  await vi.waitFor(() =>
    expect(readFileSync(join(signals, 'seen'), 'utf8').split('\n')).toEqual([
      join(folder, 'tree'),
      'AGENTRELAY_ATTEMPT=2',
      'AGENTRELAY_GRAPH=g',
      `AGENTRELAY_INSTRUCTIONS=${signals}/instructions.md`,
      `AGENTRELAY_SIGNAL_DIR=${signals}`,
      'AGENTRELAY_TASK=build.it',
      'AGENTRELAY_TOKEN=secret',
      `Read ${signals}/instructions.md and follow it.|large|`,
    ]),
  );
  expect(await tmux.run('display-message', '-p', '-t', agent.pane.id, '#{window_name}')).toBe('build_it-2');
  expect(agent.exitCode()).toBeNull();
  const exited = agent.exited(never);
  expect(await agent.send('hello', never)).toBe('submitted');
  await vi.waitFor(async () => expect(await agent.lastLines(5)).toContain('hello'));
  await agent.address.teardown({ signalDir: signals, keepPanes: false });
  await exited;
  expect(readFileSync(join(signals, 'agent.log'), 'utf8')).toMatch(/^hello\n/);
  expect(await agent.isAlive()).toBe(false);
  expect(await agent.lastLines(5)).toEqual([]);
});

test('a framework adds to the environment and takes out of it', async () => {
  vi.stubEnv('INHERITED', 'yes');
  try {
    const runtime = runtimeOf(['sh', '-c', 'echo "[$ADDED][${INHERITED-none}]"']);
    const agent = await launcherOf({ ...command, env: { ADDED: 'a b' }, unset: ['INHERITED'] }).launch(runtime);
    await agent.exited(never);
    expect(await agent.lastLines(1)).toEqual(['[a b][none]']);
  } finally {
    vi.unstubAllEnvs();
  }
});

test('as soon as the exit code is there, the last lines are', async () => {
  for (let attempt = 1; attempt <= 10; attempt++) {
    const runtime = runtimeOf(['sh', '-c', 'seq 1 500; echo the end; exit 9'], attempt);
    const agent = await launcherOf().launch(runtime);
    await new TmuxTaskKickoff().kickoff(runtime, agent);
    await vi.waitFor(() => expect(agent.exitCode()).toBe(9), { interval: 1 });
    expect(await agent.lastLines(2)).toEqual(['500', 'the end']);
  }
});

test('an agent whose tmux was ended before it was kicked off is lost with its place', async () => {
  const connect = async () => await TmuxControl.connect({ socket: tmux.socket, session: 'later' });
  environment = createTmuxEnvironment({ session: 'later', connect });
  const runtime = runtimeOf(['cat']);
  const agent = await launcherOf().launch(runtime);
  await tmux.run('kill-server');
  const lost = { code: 'place_lost', failureClass: 'expected_task_failure' };
  await expect(new TmuxTaskKickoff().kickoff(runtime, agent)).rejects.toMatchObject(lost);
  await environment.disconnect();
});

test('a missing program and a lost server are launch errors with a code', async () => {
  await expect(launcherOf().launch(runtimeOf(['no-such-agent']))).rejects.toMatchObject({
    name: 'AgentLaunchError',
    code: 'program_not_found',
    message: expect.stringContaining(join(folder, 'bin')),
  });
  await tmux.run('kill-server');
  await control.closed;
  await expect(launcherOf().launch(runtimeOf(['cat']))).rejects.toMatchObject({
    name: 'AgentLaunchError',
    code: 'tmux_failed',
    failureClass: 'internal_error',
  });
});

test('an agent that vanished without a trace was not kicked off', async () => {
  const runtime = runtimeOf(['cat']);
  const agent = await launcherOf().launch(runtime);
  await tmux.run('kill-window', '-t', agent.pane.window);
  await expect(new TmuxTaskKickoff().kickoff(runtime, agent)).rejects.toMatchObject({ code: 'agent_vanished' });
});

test('a window name has nothing in it that means something to tmux', () => {
  expect(windowName('a.b-c_D', 1)).toBe('a_b-c_D');
  expect(windowName('a:b#{x}', 3)).toBe('a_b__x_-3');
});

describe('find', () => {
  /** What a later owner finds of the attempt. */
  const found = (resumed: Partial<AttemptState> = {}) => launcherOf().find(runtimeOf(['cat'], 1, resumed));

  test('nothing of an attempt that was never launched, whatever else is there', async () => {
    expect(await found()).toBeNull();
    await launcherOf().launch(runtimeOf(['cat'], 2));
    expect(await found()).toBeNull();
  });

  test('one that is at work, with or without a record of its launch', async () => {
    const launched = await launcherOf().launch(runtimeOf(['cat']));
    const { label: agent, place = null } = launched.address;
    for (const resumed of [{}, { agent, place }]) {
      const known = await found(resumed);
      expect(known).toMatchObject({ found: 'alive', agent: { address: { label: agent, place }, pane: launched.pane } });
    }
  });

  test('one that has ended, by its pane or by its exit code alone', async () => {
    const launched = await launcherOf().launch(runtimeOf(['sh', '-c', 'echo the end; exit 7']));
    await launched.exited(never);
    const dead = await found({ agent: launched.address.label });
    expect(dead?.found).toBe('ended');
    const agent = dead?.agent as TmuxAgent;
    expect([agent.exitCode(), await agent.lastLines(1)]).toEqual([7, ['the end']]);
    await tmux.run('kill-window', '-t', launched.pane.window);
    expect(await found({ agent: launched.address.label })).toMatchObject({ found: 'ended' });
    expect(await found()).toMatchObject({ found: 'ended' });
  });

  test('one that was launched on a server that is gone, though nobody could record that', async () => {
    const { pane } = await launcherOf().launch(runtimeOf(['cat']));
    await vi.waitFor(() => expect(existsSync(join(folder, 'signals-1', '.launched'))).toBe(true));
    await tmux.run('kill-window', '-t', pane.window);
    const known = await found({ startedAt: new Date(0).toISOString() });
    expect(await known?.agent.placeFailure?.()).toMatchObject({ code: 'place_lost' });
  });

  test('one that is gone without a trace, though its server lives', async () => {
    const launched = await launcherOf().launch(runtimeOf(['cat']));
    const { label, place = null } = launched.address;
    await vi.waitFor(() => expect(existsSync(join(folder, 'signals-1', '.launched'))).toBe(true));
    await tmux.run('kill-window', '-t', launched.pane.window);
    // tmux tells its start to the second.
    const later = new Date(Date.now() + 2_000).toISOString();
    for (const resumed of [{ agent: label, place }, { startedAt: later }]) {
      const known = await found(resumed);
      expect(known?.found).toBe('lost');
      const agent = known?.agent as TmuxAgent;
      expect([await agent.placeFailure?.(), await agent.isAlive(), await agent.lastLines(5)]).toEqual([
        null,
        false,
        [],
      ]);
      expect(await agent.send('hello', never)).toBe('gone');
      await agent.exited(never);
    }
  });

  test('one that went with its server', async () => {
    const { address } = await launcherOf().launch(runtimeOf(['cat']));
    await tmux.run('kill-server');
    await control.closed;
    control = await TmuxControl.connect({ socket: tmux.socket, session: 'work' });
    environment = createTmuxEnvironment({ control });
    const known = await found({ agent: address.label, place: address.place ?? null });
    expect(known?.found).toBe('lost');
    const agent = known?.agent as TmuxAgent;
    expect(await agent.placeFailure?.()).toMatchObject({ code: 'place_lost' });
  });

  test('by the hash of its token where that cannot be made any more, and no other agent of its name', async () => {
    const runtime = runtimeOf(['cat']);
    const { pane } = await launcherOf().launch(runtime);
    const hash = createHash('sha256').update('secret').digest('hex');
    const known = (tokenHash: string) =>
      launcherOf().find(Object.assign(runtimeOf(['cat'], 1, {}), { token: 'another', tokenHash }));
    expect(await known(hash)).toMatchObject({ found: 'alive', agent: { pane: { id: pane.id } } });
    await vi.waitFor(() => rmSync(join(folder, 'signals-1', '.launched')));
    expect(await known('another hash')).toBeNull();
  });
});

test('an attempt whose window is gone is not run again', async () => {
  const runtime = runtimeOf(['sh', '-c', 'echo run >>runs; exec cat']);
  const first = await launcherOf().launch(runtime);
  await vi.waitFor(() => expect(existsSync(join(folder, 'tree/runs'))).toBe(true));
  await tmux.run('kill-window', '-t', first.pane.window);
  await expect(launcherOf().launch(runtime)).rejects.toMatchObject({ code: 'place_lost' });
  expect(readFileSync(join(folder, 'tree/runs'), 'utf8')).toBe('run\n');
});
