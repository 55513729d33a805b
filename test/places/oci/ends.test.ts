import { readdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterAll, beforeAll, describe, expect, type TestContext, test } from 'vitest';
import { type PrivatePodman, privatePodman } from '../../support/places/podman.ts';
import { appears, makeProject, type Project, SOCKET } from '../../support/run-fixture.ts';

let podman: PrivatePodman;

beforeAll(() => {
  podman = privatePodman();
});

afterAll(() => podman.remove());

/** A run whose one agent has begun, in its container, and waits for the test. */
interface Begun {
  readonly project: Project;
  readonly graph: string;
  readonly container: string;
  readonly live: ReturnType<Project['start']>;
  go(): void;
  /** Of the run's containers, by now. */
  left(): string[];
}

async function begin(name: string, { onTestFinished }: TestContext): Promise<Begun> {
  const project = makeProject();
  onTestFinished(() => project.remove());
  Object.assign(project.env, podman.env);
  const script = `
: >"$AGENTRELAY_SIGNAL_DIR/here"
until [ -e "$AGENTRELAY_SIGNAL_DIR/go" ]; do sleep 0.05; done
commit a.txt hello
agentrelay-complete --title done
`;
  const graph = project.graph({
    name,
    forge: 'local',
    workstreams: [{ id: 'default', auto_merge: true }],
    isolation: { sandbox: 'oci', runtime: 'podman', image: podman.image, mounts: [`${project.folder}/agents:ro`] },
    tasks: [{ id: 'one', primary_agent: { framework: 'command', command: project.agent('one', script) } }],
  });
  const live = project.start('run', graph, '-L', SOCKET, '--json');
  const signals = join(project.repo, '.workflow', name, 'runs/1/signals/one/attempt-1');
  await appears(join(signals, 'here'));
  const left = () => podman.containers().filter((container) => container.startsWith(`agentrelay-${name}-`));
  const [container = ''] = left();
  return { project, graph, container, live, go: () => writeFileSync(join(signals, 'go'), ''), left };
}

/** The process that runs the container's client. */
function clientOf(container: string): number {
  for (const pid of readdirSync('/proc').filter((name) => /^\d+$/.test(name))) {
    const [program = '', verb, name] = commandLine(pid);
    if (program.endsWith('/podman') && verb === 'run' && name === `--name=${container}`) return Number(pid);
  }
  throw new Error(`nobody runs ${container}`);
}

function commandLine(pid: string): string[] {
  try {
    return readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  } catch {
    // It has ended meanwhile.
    return [];
  }
}

/** What the agent's window shows, once that fits. */
async function shown(project: Project, fits: RegExp): Promise<void> {
  while (!fits.test(project.tmux('capture-pane', '-p', '-S', '-100', '-t', 'agentrelay:one') ?? '')) await delay(20);
}

function failure(project: Project, graph: string): unknown {
  const failed = project.journal(graph).find((event) => event.kind === 'task_failed');
  return failed?.kind === 'task_failed' && { code: failed.code, error: failed.error };
}

describe.concurrent('an agent in a container', () => {
  test('goes on when its client is killed, and its work counts', async (context) => {
    const { project, live, container, go, left } = await begin('client', context);
    process.kill(clientOf(container), 'SIGKILL');
    await shown(project, /its container goes on/);
    go();
    expect(await live.ended).toMatchObject({ code: 0 });
    expect(project.git('ls-tree', '--name-only', 'main')).toContain('a.txt');
    expect(left()).toEqual([]);
  });

  test('is lost with its container, in the words of the engine', async (context) => {
    const { project, live, container, left } = await begin('engine', context);
    podman.run('kill', '--signal=KILL', container);
    expect(await live.ended).toMatchObject({ code: 1 });
    expect(failure(project, 'engine')).toEqual({
      code: 'agent_lost',
      error: expect.stringContaining('the container has left no exit code of its agent: exited, code 137'),
    });
    expect(left()).toEqual([]);
  });

  test('ends with its window', async (context) => {
    const { project, live, left } = await begin('window', context);
    project.tmux('kill-window', '-t', 'agentrelay:one');
    expect(await live.ended).toMatchObject({ code: 1 });
    expect(failure(project, 'window')).toMatchObject({ code: 'agent_lost' });
    expect(left()).toEqual([]);
  });

  test('begins anew in another container when tmux was ended, and uses up no attempt', async (context) => {
    const { project, live, container, left } = await begin('tmux', context);
    project.tmux('kill-server');
    const again = join(project.repo, '.workflow/tmux/runs/1/signals/one/attempt-2');
    await appears(join(again, 'here'));
    expect(left()).toEqual([expect.not.stringContaining(container)]);
    writeFileSync(join(again, 'go'), '');
    expect(await live.ended).toMatchObject({ code: 0 });
    expect(left()).toEqual([]);
  });

  test('is adopted by the next owner', async (context) => {
    const { project, graph, live, container, go, left } = await begin('owner', context);
    live.kill('SIGKILL');
    await live.ended;
    const next = project.start('run', graph, '-L', SOCKET, '--json');
    await next.event('run_resumed');
    go();
    expect(await next.ended).toMatchObject({ code: 0 });
    expect(project.journal('owner').filter(({ kind }) => kind === 'task_launched')).toHaveLength(1);
    expect(container).toMatch(/^agentrelay-owner-1-one-1-agent-/);
    expect(left()).toEqual([]);
  });
});
