import { existsSync, readdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { PLACEHOLDER_TAG, TAG_OPTION } from '../../src/steps/tools/tmux-session.ts';
import { type GitHubSandbox, githubSandbox, type SandboxOptions } from '../support/github/sandbox.ts';
import { pathFolder, writeProgram } from '../support/path-folder.ts';
import { type Finished, makeProject, type Project, SOCKET, snapshot, startProgram } from '../support/run-fixture.ts';

const GRAPH = {
  name: 'shop',
  forge: 'gh',
  primary_agent: { framework: 'command', command: ['true'] },
  tasks: [{ id: 'cart' }],
};

interface Desk {
  readonly box: GitHubSandbox;
  readonly clone: string;
  check(options?: { graph?: object; env?: NodeJS.ProcessEnv; args?: string[] }): Promise<Finished>;
}

const PROGRAMS = ['git', 'tmux', 'sh', 'true', 'cat'];

/** From now on what is started there finds no agents of this machine; the folder of what it finds. */
function hideAgents(project: Project): string {
  const folder = pathFolder(join(project.folder, 'path'), PROGRAMS);
  project.env.PATH = folder;
  return folder;
}

/** A clone of a repository on the sandbox's GitHub, and the program to check it with. */
async function desk(options: SandboxOptions = {}): Promise<Desk> {
  const box = await githubSandbox(options);
  onTestFinished(() => box.close());
  const clone = box.clone();
  // Agents of this machine would be asked for their versions.
  const PATH = pathFolder(join(box.folder, 'path'), [...PROGRAMS, 'gh']);
  return {
    box,
    clone,
    async check({ graph = GRAPH, env = {}, args = [] } = {}) {
      const path = join(box.folder, 'graph.yaml');
      writeFileSync(path, JSON.stringify(graph));
      const there = snapshot(clone);
      const all = { ...process.env, TMUX: undefined, ...box.env, PATH, ...env };
      const ended = await startProgram(['check', path, '-t', clone, ...args], { cwd: box.folder, env: all }).ended;
      expect(snapshot(clone)).toEqual(there);
      expect(ended.stdout + ended.stderr).not.toMatch(/gho_|defect|\n\s+at /);
      return ended;
    },
  };
}

/** The lines of a level, with what mends them. */
function linesOf({ stdout }: Finished, level: 'ok' | 'warn' | 'fail'): string[] {
  const lines = stdout.split('\n');
  return lines.flatMap((line, at) => {
    if (!line.startsWith(`  ${level.padEnd(4)}  `)) return [];
    const fix = /^ +fix: (.*)/.exec(lines[at + 1] ?? '')?.[1];
    return [line.slice(8).replace(/ {2,}/, ': ') + (fix === undefined ? '' : ` (${fix})`)];
  });
}

test.each(['github.com', 'ghe.test'])('everything is well on %s', async (host) => {
  const { box, check } = await desk({ host });
  const ended = await check();
  expect(ended).toMatchObject({ code: 0, stderr: '' });
  expect(linesOf(ended, 'ok')).toEqual(
    expect.arrayContaining([
      `remote: origin is ${host}/acme/widgets`,
      expect.stringMatching(/^gh: 2\.\d+/),
      `login: octocat on ${host}`,
      'permission: ADMIN',
      'merge method: merge',
      'git access: may read origin',
      expect.stringMatching(/^branches: main at [0-9a-f]{8}$/),
    ]),
  );
  expect([...linesOf(ended, 'warn'), ...linesOf(ended, 'fail')]).toEqual([]);
  expect(box.api.problems()).toEqual([]);
  expect(box.api.counts()).toEqual({ AgentrelayPreflight: 1 });
});

test('a remote on GitHub makes the forge, unless another one is asked for', async () => {
  const { box, check } = await desk();
  const { forge: _, ...graph } = GRAPH;
  expect(linesOf(await check({ graph }), 'ok')).toContain('remote: origin is github.com/acme/widgets');
  const local = await check({ graph, args: ['--forge', 'local'] });
  expect(linesOf(local, 'ok')).toContain('forge: local, as asked for: git alone merges, and gh is not needed');
  expect(box.api.counts()).toEqual({ AgentrelayPreflight: 1 });
});

test.each<[string, SandboxOptions, (desk: Desk) => void, string[]]>([
  [
    'nobody is logged in',
    { token: null },
    () => {},
    ['login: gh is not logged in to github.com (gh auth login --hostname github.com)'],
  ],
  [
    'the person may only read',
    {},
    ({ box }) => {
      box.api.repo().settings.viewerPermission = 'READ';
    },
    [
      'permission: octocat may not push to github.com/acme/widgets: the permission is READ, and WRITE is needed (ask its owner for write access, or gh auth login --hostname github.com as somebody who has it)',
    ],
  ],
  [
    'the merge method is not allowed, and the repository is archived',
    {},
    ({ box }) => {
      Object.assign(box.api.repo().settings, { allowMerge: false, archived: true });
    },
    [
      'repository: github.com/acme/widgets is archived: nothing can be pushed or merged (gh repo unarchive github.com/acme/widgets, or --forge local)',
      'merge method: github.com/acme/widgets does not allow merge_method merge (merge_method: squash in the graph file, or gh repo edit github.com/acme/widgets --enable-merge-commit)',
    ],
  ],
  [
    'a branch is left that no record here tells of',
    {},
    ({ box }) => void box.commit('agentrelay/shop/cart', { a: 'a' }),
    [
      'branches: branch agentrelay/shop/cart of origin is left from a run that has no records here (--new-run keeps such branches here under refs/agentrelay/archive/0/@origin/, deletes them on origin and starts over; where somebody else runs this graph, give it another name)',
    ],
  ],
  [
    'pushes go to a fork',
    {},
    ({ box, clone }) => void box.git(clone, 'remote', 'set-url', '--push', 'origin', 'git@github.com:me/widgets.git'),
    [
      'forge: remote origin is fetched from github.com/acme/widgets and pushed to github.com/me/widgets: task branches and their pull requests must be in one repository (git remote set-url --push origin git@github.com:acme/widgets.git, or --forge local)',
    ],
  ],
])('%s: said, with what mends it', async (_name, options, change, fails) => {
  const place = await desk(options);
  change(place);
  const ended = await place.check();
  expect(ended).toMatchObject({ code: 2, stderr: '' });
  expect(linesOf(ended, 'fail')).toEqual(fails);
});

test('a base branch that is only here is missed on the remote', async () => {
  const { box, clone, check } = await desk();
  box.git(clone, 'branch', 'dev');
  const ended = await check({ graph: { ...GRAPH, workstreams: [{ id: 'default', base_branch: 'dev' }] } });
  expect(linesOf(ended, 'fail')).toEqual([
    'branches: workstream default: base_branch dev does not exist on origin (git push origin dev, or name another branch in the graph file)',
  ]);
});

test('without gh the rest is still looked at', async () => {
  const { box, check } = await desk();
  const ended = await check({ env: { PATH: pathFolder(join(box.folder, 'bin'), PROGRAMS) } });
  expect(linesOf(ended, 'fail')).toEqual([
    'gh: gh is not installed; agentrelay needs gh 2.23 or newer (apt-get install gh, or https://cli.github.com)',
  ]);
  expect(linesOf(ended, 'ok')).toContain('git access: may read origin');
});

test('who runs a graph is told, and a run whose owner was killed', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  const task = (id: string, script: string) => ({
    id,
    primary_agent: { framework: 'command', command: project.agent(id, script) },
  });
  const graph = project.graph({
    name: 'shop',
    tasks: [task('waits', 'exec sleep 60')],
  });
  const live = project.start('run', graph, '-L', SOCKET, '--json');
  await live.event('task_launched');
  hideAgents(project);
  const busy = await project.run('check', graph, '-L', SOCKET);
  expect(linesOf(busy, 'ok')).toContain(`shop: run 1: process ${live.pid} on ${hostname()} runs it`);
  live.kill('SIGKILL');
  await live.ended;
  expect(linesOf(await project.run('check', graph, '-L', SOCKET), 'warn')).toEqual([
    expect.stringMatching(
      /^shop: run 1: nobody runs it, and agents live: waits of run 1 in pane %\d+ \(agentrelay run /,
    ),
  ]);
  project.tmux('kill-server');
  expect(linesOf(await project.run('check', '-L', SOCKET), 'warn')).toEqual([
    'shop: run 1 is not over: interrupted, and who ran it is gone (agentrelay run GRAPH goes on with it, --new-run starts over)',
  ]);
});

test('windows that agents have left are told, and a session that holds no agent any more', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  const script = 'commit a.txt a; agentrelay-complete';
  const graph = project.graph({
    name: 'shop',
    keep_panes: true,
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [{ id: 'a', primary_agent: { framework: 'command', command: project.agent('a', script) } }],
  });
  expect((await project.run('run', graph, '-L', SOCKET)).code).toBe(0);
  hideAgents(project);
  const first = await project.run('check', '-L', SOCKET);
  expect(first.code).toBe(0);
  expect(linesOf(first, 'ok')).toContain('shop: run 1: succeeded');
  expect(linesOf(first, 'warn')).toEqual([
    expect.stringMatching(/^shop: left by runs that are over: 1 window.* \(agentrelay gc shop\)$/),
  ]);
  expect((await project.run('gc', '-y', '-L', SOCKET)).code).toBe(0);
  project.tmux(
    'new-session',
    '-d',
    '-s',
    'agentrelay',
    'exec cat',
    ';',
    'set-option',
    '-p',
    TAG_OPTION,
    PLACEHOLDER_TAG,
  );
  expect(linesOf(await project.run('check', '-L', SOCKET), 'warn')).toEqual([
    `tmux: session agentrelay is empty, and was made for agents (tmux -L ${SOCKET} -f /dev/null kill-session -t '=agentrelay')`,
  ]);
});

test('a graph whose agents are not installed is refused before anything is made; what is installed is told', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  const bin = hideAgents(project);
  const graph = project.graph({ name: 'shop', primary_agent: { framework: 'codex' }, tasks: [{ id: 'a' }] });
  const said = 'codex, the program of framework codex, is not installed, and task a needs it';
  for (const how of [[], ['--detach']]) {
    const refused = await project.run('run', graph, '-L', SOCKET, ...how);
    expect(refused).toMatchObject({ code: 2, stdout: '', stderr: expect.stringContaining(said) });
    expect(refused.stderr).toContain('npm install -g @openai/codex');
    expect(existsSync(join(project.repo, '.workflow'))).toBe(false);
  }
  expect(project.tmux('list-sessions')).toBeNull();
  expect(linesOf(await project.run('check', graph, '-L', SOCKET), 'fail')).toEqual([
    `codex: ${said} (npm install -g @openai/codex)`,
  ]);
  const path = writeProgram(bin, 'codex', 'echo "codex-cli 9.1.0"; echo "  --model <x>"');
  const found = await project.run('check', graph, '-L', SOCKET);
  expect(found).toMatchObject({ code: 0, stderr: '' });
  expect(linesOf(found, 'ok')).toContainEqual(expect.stringMatching(/^not here: claude_code, /));
  expect(linesOf(found, 'warn')).toEqual([
    expect.stringMatching(
      `^codex: 9.1.0, ${path}: its help does not know .* \\(approvals\\.skip\\).*frameworks: {codex: {`,
    ),
  ]);
});

test('a place is proved by an agent of one line, of which nothing is left', async () => {
  const project = makeProject();
  onTestFinished(() => project.remove());
  hideAgents(project);
  const there = snapshot(project.repo);
  const proved = await project.run('check', '--env', 'tmux');
  expect(linesOf(proved, 'ok')).toContainEqual(
    expect.stringMatching(/^agent in tmux: launched, gated and merged in \d/),
  );
  expect(proved.code).toBe(0);
  const unknown = await project.run('check', '--env', 'ssh');
  expect(linesOf(unknown, 'fail')).toEqual([
    expect.stringMatching(/^agent in ssh: an agent on another machine needs to know which \(agentrelay check GRAPH/),
  ]);
  expect(unknown.code).toBe(2);
  expect(snapshot(project.repo)).toEqual(there);
  expect(project.tmux('list-sessions')).toBeNull();
  expect(readdirSync(join(project.folder, 'tmux'), { recursive: true })).toEqual([expect.stringMatching(/^tmux-\d+$/)]);
});
