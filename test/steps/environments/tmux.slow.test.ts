import { readFileSync, statSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test, vi } from 'vitest';
import { readExitCode } from '../../../src/steps/agent-wrapper.ts';
import { createTmuxEnvironment } from '../../../src/steps/environments/tmux.ts';
import type { TmuxPane } from '../../../src/steps/environments/tmux-pane.ts';
import { sessionMembers } from '../../../src/steps/tools/process-session.ts';
import { TmuxControl } from '../../../src/steps/tools/tmux-control.ts';
import { never, sh, type TmuxBench, tmuxBench } from '../../support/tmux-bench.ts';

let bench: TmuxBench;

beforeEach(async () => {
  bench = await tmuxBench();
});

afterEach(() => bench.end());

test('40 agents that end at once keep their exit codes and their first and last line', async () => {
  const launches = Array.from({ length: 40 }, (_, index) =>
    bench.launchOf(`t${index}`, sh(`echo first; seq 1 200; echo last; exit ${index}`)),
  );
  const panes: TmuxPane[] = [];
  // One after the other, as a chain of tasks opens them.
  for (const launch of launches) panes.push(await bench.environment.launch(launch));
  await Promise.all(panes.map((pane) => bench.environment.waitForExit(pane, never)));
  expect(launches.map(({ exitCodeFile }) => readExitCode(exitCodeFile))).toEqual(launches.map((_, index) => index));
  for (const pane of panes) {
    const lines = await bench.environment.capture(pane, { lines: 1_000 });
    expect([lines[0], lines.length, lines.at(-1)]).toEqual(['first', 202, 'last']);
  }
  await vi.waitFor(() => {
    for (const { rawLog } of launches) {
      expect(readFileSync(rawLog, 'utf8')).toMatch(/^first\r\n1\r\n[\s\S]*\n200\r\nlast\r\n$/);
    }
  });
});

test('8 launches at once each get their own window, log and tag', async () => {
  const launches = Array.from({ length: 8 }, (_, index) =>
    bench.launchOf(`t${index}`, sh(`echo "I am ${index}"; exec cat`)),
  );
  const panes = await Promise.all(launches.map((launch) => bench.environment.launch(launch)));
  for (const [index, pane] of panes.entries()) {
    await bench.shows(pane, `I am ${index}`);
    expect(pane.tag.task).toBe(`t${index}`);
    // The log can be followed while the agent lives.
    await vi.waitFor(() =>
      expect(readFileSync(join(bench.folder, `t${index}`, 'agent.raw.log'), 'utf8')).toBe(`I am ${index}\r\n`),
    );
  }
  expect(await bench.environment.leftovers('g', 1)).toEqual(panes.map((pane) => ({ ...pane, dead: false })));
  expect(await bench.environment.leftovers('g', 2)).toEqual([]);
  const options = ['automatic-rename', 'allow-rename', 'remain-on-exit'];
  for (const pane of panes) {
    const set = await Promise.all(options.map((name) => bench.tmux.run('show-options', '-w', '-t', pane.window, name)));
    expect(set).toEqual(['automatic-rename off', 'allow-rename off', 'remain-on-exit on']);
  }
  expect(await bench.tmux.run('display-message', '-p', '-t', '=work:', '#{window_index}')).toBe('0');
});

test('the agent gets its arguments, directory and environment to the letter', async () => {
  const hostile = ['a b', '', '#{pane_id}', '%H %%', ';', 'x;', '$HOME', "it's", '"', '\\', '~', '{', '\n', '*', '-e'];
  const task = 'q\'uo"te #{pane_id} %H $x;';
  const launch = bench.launchOf(task, ['printf', '<%s>', ...hostile], {
    windowName: 'quote',
    tag: { graph: 'g', run: 1, task: 'quote', attempt: 1, token: 'x' },
  });
  const pane = await bench.environment.launch(launch);
  await bench.ended(pane);
  await vi.waitFor(() =>
    expect(readFileSync(launch.rawLog, 'utf8').replaceAll('\r\n', '\n')).toBe(
      hostile.map((text) => `<${text}>`).join(''),
    ),
  );
  const where = bench.launchOf(
    `${task}2`,
    sh('pwd; printf "%s|" "$V" "${GONE-unset}" "${AGENTRELAY_UNSET-unset}"; test -t 0'),
    {
      env: { V: 'a\nb #{x} $y', GONE: '1' },
      unset: ['GONE'],
      tag: { graph: 'g', run: 1, task: 'where', attempt: 1, token: 'x' },
    },
  );
  const second = await bench.environment.launch(where);
  await bench.ended(second);
  expect(readExitCode(where.exitCodeFile)).toBe(0);
  expect((await bench.environment.capture(second, { lines: 10 })).join('\n')).toBe(
    `${where.cwd}\na\nb #{x} $y|unset|unset|`,
  );
});

test('a variable that only agentrelay has reaches the agent of a server that was there before', async () => {
  vi.stubEnv('ONLY_HERE', "it's\nhere");
  try {
    const pane = await bench.environment.launch(bench.launchOf('t', sh('echo "[$ONLY_HERE]"; exec cat')));
    await bench.shows(pane, "[it's\nhere]");
  } finally {
    vi.unstubAllEnvs();
  }
});

test('an attempt is found again, alive or dead, and never run twice', async () => {
  const launch = bench.launchOf('t', sh('echo started >>starts; exec cat'));
  const pane = await bench.environment.launch(launch);
  const other = createTmuxEnvironment({ control: bench.control });
  expect(await other.launch(launch)).toMatchObject(pane);
  await bench.environment.send(pane, 'hello');
  await bench.control.command(['send-keys', '-t', pane.id, 'C-d']);
  await bench.ended(pane);
  expect(await other.launch(launch)).toMatchObject(pane);
  expect(readFileSync(join(launch.cwd, 'starts'), 'utf8')).toBe('started\n');
  const next = await bench.environment.launch({
    ...bench.launchOf('second', ['cat']),
    tag: { ...launch.tag, attempt: 2 },
  });
  expect(next.id).not.toBe(pane.id);
});

test('an agent without its directory is refused before a window opens', async () => {
  const launch = { ...bench.launchOf('f', ['sh']), cwd: join(bench.folder, 'nowhere') };
  await expect(bench.environment.launch(launch)).rejects.toMatchObject({
    name: 'AgentLaunchError',
    code: 'no_worktree',
  });
  expect(await bench.control.command(['list-windows'])).toHaveLength(1);
});

test('a window that could not be set up is not left behind', async () => {
  const bad = bench.launchOf('t', sh('exec cat'), { tag: { graph: 'g', run: 1, task: 't', attempt: 1, token: 'x' } });
  await bench.tmux.run('set-option', '-s', 'command-alias[99]', 'pipe-pane=no-such-command');
  await expect(bench.environment.launch(bad)).rejects.toMatchObject({ code: 'window_not_opened' });
  expect(await bench.control.command(['list-windows'])).toHaveLength(1);
});

test('a program whose interpreter is missing is reported by its exit code', async () => {
  const launch = bench.launchOf('t', ['./broken']);
  writeFileSync(join(launch.cwd, 'broken'), '#!/no/such/interpreter\n', { mode: 0o755 });
  await bench.ended(await bench.environment.launch(launch));
  expect(readExitCode(launch.exitCodeFile)).toBe(127);
});

test('exit codes tell how an agent ended: Ctrl-C, kill, and none for a closed window', async () => {
  const interrupted = bench.launchOf('a', sh('echo up; exec cat'));
  await bench.control.command(['send-keys', '-t', (await bench.launchUntil(interrupted, 'up')).id, 'C-c']);
  const killed = bench.launchOf('b', sh('echo "up"; exec cat'));
  const second = await bench.launchUntil(killed, 'up');
  const agent = (await sessionMembers(second.pid)).find((pid) => pid !== second.pid);
  process.kill(agent ?? Number.NaN, 'SIGKILL');
  const closed = bench.launchOf('c', sh('echo up; exec cat'));
  const third = await bench.launchUntil(closed, 'up');
  const exit = bench.environment.waitForExit(third, never);
  await bench.tmux.run('kill-window', '-t', third.window);
  await exit;
  await vi.waitFor(() => expect(readExitCode(interrupted.exitCodeFile)).toBe(130));
  await vi.waitFor(() => expect(readExitCode(killed.exitCodeFile)).toBe(137));
  expect(readExitCode(closed.exitCodeFile)).toBeNull();
});

test('an agent may catch Ctrl-C itself', async () => {
  const launch = bench.launchOf('t', sh('trap "echo caught; exit 5" INT; echo up; while :; do read x; done'));
  const pane = await bench.launchUntil(launch, 'up');
  await bench.control.command(['send-keys', '-t', pane.id, 'C-c']);
  await bench.shows(pane, 'caught');
  await vi.waitFor(() => expect(readExitCode(launch.exitCodeFile)).toBe(5));
});

test('an output of 76 MiB is logged with its first and last line in 64 MiB', async () => {
  const script = 'echo first; head -c 79691776 /dev/zero | tr "\\0" x | fold -w 99; echo; echo last';
  const launch = bench.launchOf('t', sh(script));
  const pane = await bench.environment.launch(launch);
  await bench.environment.waitForExit(pane, never);
  await bench.environment.close(pane, { logFile: join(bench.folder, 'agent.log'), keepPane: false });
  await vi.waitFor(() => expect(readFileSync(launch.rawLog).subarray(-6).toString()).toBe('last\r\n'), 10_000);
  const log = readFileSync(launch.rawLog);
  expect(log.length).toBeGreaterThan(63.9 * 1024 * 1024);
  expect(log.length).toBeLessThan(64.1 * 1024 * 1024);
  expect(log.subarray(0, 8).toString()).toBe('first\r\nx');
  expect(log.includes('\n[agentrelay: output left out]\n')).toBe(true);
  expect(statSync(launch.rawLog).mode & 0o777).toBe(0o600);
}, 60_000);

describe('a tmux that is reached when it is needed', () => {
  /** Each made connection is counted. */
  function lazy() {
    let made = 0;
    const environment = createTmuxEnvironment({
      session: 'later',
      connect: async () => {
        made++;
        return await TmuxControl.connect({ socket: bench.tmux.socket, session: 'later' });
      },
    });
    return { environment, made: () => made };
  }
  const sessions = async () => (await bench.tmux.run('list-sessions', '-F', '#{session_name}')).trim().split('\n');

  test('is asked once by all who ask at once, and not at all by nobody', async () => {
    const unused = lazy();
    await unused.environment.disconnect();
    expect({ made: unused.made(), sessions: await sessions() }).toEqual({ made: 0, sessions: ['work'] });
    const { environment, made } = lazy();
    const [place, again, leftovers] = await Promise.all([
      environment.place(),
      environment.place(),
      environment.leftovers('g', 1),
    ]);
    expect({ made: made(), again, leftovers }).toEqual({ made: 1, again: place, leftovers: [] });
    expect(place).toBe(await bench.environment.place());
    await environment.disconnect();
    expect(await sessions()).toEqual(['work']);
  });

  test('is another place once it was ended: nothing is alive there, and agents can be started again', async () => {
    const { environment, made } = lazy();
    const launch = bench.launchOf('t', sh('echo "started $AGENTRELAY_TOKEN"; exec cat'));
    const pane = await environment.launch(launch);
    const place = await environment.place();
    const exit = environment.waitForExit(pane, never);
    const lost = expect(exit).rejects.toMatchObject({ name: 'TmuxError' });
    await bench.tmux.run('kill-server');
    await lost;
    expect(await environment.leftovers('g', 1)).toEqual([]);
    expect(made()).toBe(2);
    expect(await environment.place()).not.toBe(place);
    expect(await environment.isAlive(pane)).toBe(false);
    expect(await environment.send(pane, 'hello')).toBe('gone');
    const next = await environment.launch(bench.launchOf('u', ['cat']));
    expect(await environment.isAlive(next)).toBe(true);
    await environment.disconnect();
  });

  test('that cannot be reached is asked again by the next one', async () => {
    let fails = true;
    const environment = createTmuxEnvironment({
      session: 'later',
      connect: async () => {
        if (fails) throw new Error('no tmux');
        return await TmuxControl.connect({ socket: bench.tmux.socket, session: 'later' });
      },
    });
    await expect(environment.place()).rejects.toThrow('no tmux');
    fails = false;
    expect(await environment.place()).toMatch(/^\d+\/\d+$/);
    await environment.disconnect();
  });
});
