import { execFileSync } from 'node:child_process';
import { existsSync, readdirSync, readFileSync, statSync, writeFileSync } from 'node:fs';
import { type AddressInfo, createServer } from 'node:net';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { DEFAULT_IMAGE } from '../../../src/steps/isolation/oci/image.ts';
import { type PrivatePodman, privatePodman } from '../../support/places/podman.ts';
import { appears, makeProject, type Project, SOCKET } from '../../support/run-fixture.ts';

let podman: PrivatePodman;

beforeAll(() => {
  podman = privatePodman();
});

afterAll(() => podman.remove());

/** `can NAME COMMAND...` writes down whether the command succeeds. */
const PROBES = `
: >"$AGENTRELAY_SIGNAL_DIR/here"
until [ -e "$AGENTRELAY_SIGNAL_DIR/go" ]; do sleep 0.05; done
can() {
  name=$1
  shift
  if "$@" >/dev/null 2>&1; then answer=yes; else answer=no; fi
  echo "$name $answer" >>"$AGENTRELAY_SIGNAL_DIR/probes"
}
`;

const FINISH = `
commit "$AGENTRELAY_TASK.txt" hello
can push-own-branch git push -q origin "HEAD:$branch"
agentrelay-complete --title "$AGENTRELAY_TASK"
`;

test('two agents in containers do their tasks, and reach nothing but their own', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  Object.assign(project.env, podman.env, { OF_THE_OWNER: 'hush' });
  const port = await listen();
  const secret = project.write('secret.txt', 'hush\n');
  const remote = join(project.folder, 'remote.git');
  execFileSync('git', ['init', '-q', '--bare', remote]);
  project.git('remote', 'add', 'origin', remote);
  const others = [signals(project, 'two'), join(project.repo, '.worktrees/g/default--two')];
  const first = `${PROBES}
can read-home cat ${secret}
can read-checkout cat ${project.repo}/README.md
can read-others-signals ls ${others[0]}
can read-others-worktree ls ${others[1]}
can read-journal cat ${signals(project, 'one')}/../../../events.jsonl
can see-owners-variables sh -c '[ -n "\${OF_THE_OWNER-}" ]'
can change-config git config core.fsmonitor x
can make-hook sh -c 'echo >"$(git rev-parse --git-common-dir)/hooks/post-commit"'
can move-main git update-ref refs/heads/main HEAD
can replace-its-repository sh -c 'rm -f .git || mv -f .git away'
can change-the-image touch /etc/passwd
can write-to-tmp sh -c 'echo "exit 0" >/tmp/x && sh /tmp/x'
can become-more grep -q 'CapEff:.*[1-9a-f]' /proc/self/status
can connect nc -w 2 127.0.0.1 ${port}
cat /sys/fs/cgroup/memory.max /sys/fs/cgroup/memory/memory.limit_in_bytes >"$AGENTRELAY_SIGNAL_DIR/limit" 2>/dev/null || :
commit first.txt first
can push-protected-branch git push -q origin HEAD:main
can push-another-branch git push -q origin HEAD:agentrelay/g/two
${FINISH}`;
  const graph = project.graph({
    name: 'g',
    forge: 'local',
    max_concurrency: 2,
    workstreams: [{ id: 'default', auto_merge: true, parallel: true }],
    isolation: {
      sandbox: 'oci',
      runtime: 'podman',
      image: podman.image,
      memory: '128m',
      cpus: 0.5,
      mounts: [`${project.folder}/agents:ro`, remote],
    },
    tasks: [
      {
        ...{ id: 'one', isolation: { network: false } },
        primary_agent: { framework: 'command', command: project.agent('one', first) },
        setup: ['echo >set-up && rm set-up'],
        completion_gate: `test -e one.txt && ! cat ${secret}`,
      },
      {
        id: 'two',
        primary_agent: {
          framework: 'command',
          command: project.agent('two', `${PROBES}can connect nc -w 2 127.0.0.1 ${port}\n${FINISH}`),
        },
      },
    ],
  });

  const live = project.start('run', graph, '-L', SOCKET, '--json');
  for (const task of ['one', 'two']) await appears(join(signals(project, task), 'here'));
  for (const path of [secret, ...others]) expect(existsSync(path)).toBe(true);
  expect(podman.containers().sort()).toEqual([
    expect.stringMatching(/^agentrelay-g-1-one-1-agent-[0-9a-f]{12}$/),
    expect.stringMatching(/^agentrelay-g-1-two-1-agent-[0-9a-f]{12}$/),
  ]);
  const tokens = podman.containers().map(tokenOf);
  expect(tokens).toEqual([expect.stringMatching(/^[0-9a-f]{32}$/), expect.stringMatching(/^[0-9a-f]{32}$/)]);
  for (const token of tokens) {
    expect(commandLines()).not.toContain(token);
    expect(podman.run('ps', '-a', '--format', '{{.Labels}} {{.Command}}')).not.toContain(token);
  }
  for (const task of ['one', 'two']) writeFileSync(join(signals(project, task), 'go'), '');

  expect(await live.ended).toMatchObject({ code: 0, stderr: '' });
  expect(probes(project, 'one')).toEqual({
    'read-home': 'no',
    'read-checkout': 'no',
    'read-others-signals': 'no',
    'read-others-worktree': 'no',
    'read-journal': 'no',
    'see-owners-variables': 'no',
    'change-config': 'no',
    'make-hook': 'no',
    'move-main': 'no',
    'replace-its-repository': 'no',
    'change-the-image': 'no',
    'write-to-tmp': 'yes',
    'become-more': 'no',
    connect: 'no',
    'push-protected-branch': 'no',
    'push-another-branch': 'no',
    'push-own-branch': 'yes',
  });
  expect(probes(project, 'two')).toEqual({ connect: 'yes', 'push-own-branch': 'yes' });
  expect(readFileSync(join(signals(project, 'one'), 'limit'), 'utf8').trim()).toBe(String(128 * 1024 * 1024));
  expect(statSync(join(signals(project, 'one'), 'probes')).uid).toBe(process.getuid?.());
  expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual([
    ...['README.md', 'first.txt', 'one.txt', 'two.txt'],
  ]);
  expect(project.git('log', '-1', '--format=%an', 'main~1')).toBe('A Person');
  expect(podman.containers()).toEqual([]);
});

test('without its image nothing runs, and it is said how to come by it', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  Object.assign(project.env, podman.env);
  const graph = project.graph({
    name: 'g',
    forge: 'local',
    tasks: [{ id: 'one', primary_agent: { framework: 'command', command: ['inside'] } }],
    isolation: { sandbox: 'oci', runtime: 'podman', mounts: ['/nowhere/at/all'] },
  });
  const refused = await project.run('run', graph, '-L', SOCKET);
  expect(refused.code).toBe(2);
  expect(refused.stderr).toContain('podman has no image localhost/agentrelay-agent:latest');
  expect(refused.stderr).toContain('podman build -t localhost/agentrelay-agent:latest');
  expect(refused.stderr).toContain('there is no /nowhere/at/all');
  expect(existsSync(join(project.repo, '.workflow/g/runs'))).toBe(false);
  const checked = await project.run('check', graph);
  expect(checked.stdout).toContain('podman has no image localhost/agentrelay-agent:latest');
});

test('the graph of the page runs as it stands, with the image that is meant by none', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  Object.assign(project.env, podman.env);
  podman.run('tag', podman.image, DEFAULT_IMAGE);
  onTestFinished(() => void podman.run('untag', podman.image, DEFAULT_IMAGE));
  const page = readFileSync(join(import.meta.dirname, '../../../docs/places/oci.md'), 'utf8');
  const graph = project.write('shelf.yaml', /```yaml\n(.*?)```/s.exec(page)?.[1] ?? '');
  expect(await project.run('run', graph, '--forge', 'local', '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(project.git('show', 'agentrelay/shelf/ws/default:hello.txt')).toBe('hello');
  expect(podman.containers()).toEqual([]);
});

/** On the host's own address, where only what has a network comes. */
async function listen(): Promise<number> {
  const server = createServer((socket) => socket.end()).unref();
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  return (server.address() as AddressInfo).port;
}

function signals(project: Project, task: string): string {
  return join(project.repo, '.workflow/g/runs/1/signals', task, 'attempt-1');
}

function probes(project: Project, task: string): Record<string, string> {
  const lines = readFileSync(join(signals(project, task), 'probes'), 'utf8')
    .trim()
    .split('\n');
  return Object.fromEntries(lines.map((line) => line.split(' ')));
}

/** As the engine was given it by its client. */
function tokenOf(container: string): string {
  const variables = podman.run('inspect', '--format', '{{range .Config.Env}}{{println .}}{{end}}', container);
  return /^AGENTRELAY_TOKEN=(.*)$/m.exec(variables)?.[1] ?? '';
}

/** What `ps` would show of everybody. */
function commandLines(): string {
  const pids = readdirSync('/proc').filter((name) => /^\d+$/.test(name));
  return pids
    .map((pid) => (existsSync(`/proc/${pid}/cmdline`) ? readOrNothing(`/proc/${pid}/cmdline`) : ''))
    .join('\n');
}

function readOrNothing(path: string): string {
  try {
    return readFileSync(path, 'utf8');
  } catch {
    // It has ended meanwhile.
    return '';
  }
}
