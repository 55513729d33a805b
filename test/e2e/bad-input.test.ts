import { execFileSync } from 'node:child_process';
import { chmodSync, existsSync, mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { makeProject, type Project, SOCKET, snapshot } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

/** Runs what must be refused: exit 2, one clear answer on stderr, and not a byte anywhere that was not there before. */
async function refusal(graph: string, ...flags: string[]): Promise<string> {
  const before = snapshot(project.folder);
  const { code, stdout, stderr } = await project.run('run', graph, '-L', SOCKET, ...flags);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).not.toMatch(/defect|\n\s+at /);
  expect(snapshot(project.folder)).toEqual(before);
  return stderr;
}

const TASK = `{ id: a, primary_agent: { framework: command, command: ['true'] } }`;
const GRAPH = `name: g\ntasks: [${TASK}]\n`;
const agent = { framework: 'command', command: ['true'] };
const withIds = (...ids: string[]) =>
  JSON.stringify({ name: 'g', tasks: ids.map((id) => ({ id, primary_agent: agent })) });
const withTasks = (...tasks: object[]) =>
  JSON.stringify({ name: 'g', tasks: tasks.map((task) => ({ primary_agent: agent, ...task })) });
const bomb = [
  'a: &a [x, x, x, x, x, x, x, x, x, x]',
  ...'bcdefghijkl'.split('').map((name, at) => {
    const last = 'abcdefghijkl'[at];
    return `${name}: &${name} [${Array(10).fill(`*${last}`).join(', ')}]`;
  }),
].join('\n');

describe('a graph file that cannot be used is refused with its place', () => {
  test.each<[string, string | Buffer, RegExp]>([
    ['empty', '', /graph\.yaml.*empty/],
    ['only comments', '# nothing\n', /graph\.yaml.*empty/],
    ['not YAML', 'name: g\ntasks: [ {\n', /graph\.yaml:\d+:\d+: /],
    ['not YAML at all', '<html>\n<body class="x">: &\n', /graph\.yaml:\d+:\d+: /],
    ['tabs', `name: g\ntasks:\n\t- id: a\n`, /graph\.yaml:3:1: .*tab/i],
    ['duplicate keys', `name: g\nname: h\ntasks: [${TASK}]\n`, /graph\.yaml:2:1: .*name/],
    [
      'unknown keys',
      `nmae: g\nname: g\ntasks: [{ id: a, depends: [] }]\n`,
      /:1:1: .*unknown key 'nmae'[\s\S]*did you mean dependencies/,
    ],
    [
      'wrong types',
      `name: g\nmax_concurrency: many\ntasks: { id: a }\n`,
      /:2:18: max_concurrency: expected[\s\S]*:3:8: tasks: expected a list, found a map/,
    ],
    ['a list', '- a\n- b\n', /:1:1: .*map/],
    ['no tasks', 'name: g\ntasks: []\n', /:2:8: tasks: .*empty/],
    ['id ../x', withIds('../x'), /tasks\[0\]\.id: '\.\.\/x' is not a usable id .*did you mean/],
    ['id -rf', withIds('-rf'), /'-rf' is not a usable id .*did you mean rf\?/],
    ['id a:b', withIds('a:b'), /'a:b' is not a usable id/],
    ['id a b', withIds('a b'), /'a b' is not a usable id .*did you mean a-b\?/],
    ['id of 300 characters', withIds('x'.repeat(300)), /'x{20,200}\.\.\..* is not a usable id/],
    ['graph name ../x', GRAPH.replace('name: g', 'name: ../x'), /:1:7: name: '\.\.\/x' is not a usable id/],
    ['con and CON', withIds('con', 'CON'), /tasks\[1\]\.id: .*'CON'.*'con'/],
    [
      'a cycle',
      withTasks({ id: 'a', dependencies: ['b'] }, { id: 'b', dependencies: ['a'] }),
      /depend on each other: a -> b -> a/,
    ],
    ['itself', withTasks({ id: 'a', dependencies: ['a'] }), /a -> a|itself/],
    [
      'a missing dependency',
      withTasks({ id: 'build' }, { id: 'b', dependencies: ['biuld'] }),
      /'biuld'.*did you mean build\?/,
    ],
    ['10 MB', Buffer.alloc(10 * 1024 * 1024, '# filler\n'), /graph\.yaml: the file is larger than 8 MiB/],
    ['an alias bomb', bomb, /graph\.yaml:\d+:\d+: .*alias/],
    ['binary', Buffer.from([0x7f, 0x45, 0x4c, 0x46, 0, 1, 2, 3]), /graph\.yaml: is binary/],
    ['Latin-1', Buffer.from('name: caf\xe9\n', 'latin1'), /graph\.yaml: is not UTF-8 text \(save it as UTF-8\)/],
  ])('%s', async (_name, content, words) => {
    expect(await refusal(project.write('graph.yaml', content))).toMatch(words);
  });

  test('a folder, a link to nothing, nothing', async () => {
    mkdirSync(join(project.folder, 'folder.yaml'));
    symlinkSync('nowhere.yaml', join(project.folder, 'link.yaml'));
    expect(await refusal(join(project.folder, 'folder.yaml'))).toMatch(/folder\.yaml: is a folder/);
    expect(await refusal(join(project.folder, 'link.yaml'))).toMatch(/link\.yaml: .*no such file/);
    expect(await refusal(join(project.folder, 'none.yaml'))).toMatch(/none\.yaml: there is no such file/);
  });

  // Nothing is unreadable for root but what the kernel itself keeps.
  test('unreadable', async () => {
    const path = project.write('graph.yaml', GRAPH);
    if (process.getuid?.() === 0) {
      expect(await refusal('/proc/self/mem')).toMatch(/\/proc\/self\/mem: cannot be read: \S+/);
      return;
    }
    chmodSync(path, 0o000);
    const { code, stderr } = await project.run('run', path, '-L', SOCKET);
    expect({ code, stderr }).toEqual({ code: 2, stderr: expect.stringContaining('cannot be read: permission denied') });
    chmodSync(path, 0o600);
  });
});

describe('what this version cannot run is refused before anything runs', () => {
  test('a framework whose program is not installed', async () => {
    const graph = project.graph({ name: 'g', tasks: [{ id: 'a', primary_agent: agent }, { id: 'b' }] });
    expect(await refusal(graph)).toMatch(
      /claude, the program of framework claude_code, is not installed, and task b needs it/,
    );
  });

  test('an environment without steps', async () => {
    const graph = project.graph({ name: 'g', tasks: [{ id: 'a', primary_agent: agent }] });
    expect(await refusal(graph, '--environment', 'moon')).toMatch(/command\/moon.*\n.*framework: command/);
  });

  test('a framework that nobody knows', async () => {
    const graph = project.graph({ name: 'g', tasks: [{ id: 'a', primary_agent: { framework: 'claude' } }] });
    expect(await refusal(graph)).toMatch(/unknown framework 'claude' .*allowed: claude_code/);
  });

  test('forge: gh', async () => {
    const graph = project.write('graph.yaml', `forge: gh\n${GRAPH}`);
    expect(await refusal(graph)).toMatch(/GitHub.*\n.*--forge local/);
  });

  test('a tool that is not installed', async () => {
    const graph = project.write('graph.yaml', `tools: [no-such-program]\n${GRAPH}`);
    expect(await refusal(graph)).toMatch(/no-such-program is not installed/);
  });

  test.each([
    [['-c', '0'], /max-concurrency.*'0'.*whole number/],
    [['-T', 'sometimes'], /teardown-mode.*'sometimes'.*always, never, on_success/],
    [['--wait', 'soon'], /--wait.*'soon'.*90s/],
    [['--nonsense'], /--nonsense/],
    [['-s', 'a:b'], /session.*a:b/],
    [['-L', '../x'], /socket.*\.\.\/x/],
  ])('the flags %j', async (flags, words) => {
    expect(await refusal(project.write('graph.yaml', GRAPH), ...flags)).toMatch(words);
  });
});

describe('a repository that cannot take the run is left as it is', () => {
  const graphFile = () => project.write('graph.yaml', GRAPH);
  const newRepo = (...args: string[]) => {
    rmSync(project.repo, { recursive: true });
    mkdirSync(project.repo);
    if (args.length > 0) project.git('init', '-q', '-b', 'main', ...args);
  };

  test('no folder, no repository', async () => {
    newRepo();
    expect(await refusal(graphFile())).toMatch(/repo is not in a git repository\n.*git init/);
    rmSync(project.repo, { recursive: true });
    expect(await refusal(graphFile())).toMatch(/there is no folder .*repo\n.*-t PATH/);
  });

  test('bare', async () => {
    newRepo('--bare');
    expect(await refusal(graphFile())).toMatch(/repo is a bare repository\n.*clone/);
  });

  test('without commits', async () => {
    newRepo();
    project.git('init', '-q', '-b', 'main');
    expect(await refusal(graphFile())).toMatch(/has no commits\n.*commit something first/);
  });

  test('base and target branch missing, both told', async () => {
    const lane = `workstreams: [{ id: default, base_branch: develop, merge_target_branch: release }]\n`;
    const said = await refusal(project.write('graph.yaml', lane + GRAPH));
    expect(said).toMatch(/workstream default: base_branch develop does not exist .*git branch develop/);
    expect(said).toMatch(/merge_target_branch release does not exist/);
  });

  test("the user's files where a worktree would go", async () => {
    mkdirSync(join(project.repo, '.worktrees/g/default'), { recursive: true });
    writeFileSync(join(project.repo, '.worktrees/g/default/notes.txt'), 'mine\n');
    writeFileSync(join(project.repo, 'README.md'), 'being edited\n');
    expect(await refusal(graphFile())).toMatch(/\.worktrees\/g\/default is in the way.*\n.*move it away/);
  });

  test('a file where the folder of worktrees would go', async () => {
    writeFileSync(join(project.repo, '.worktrees'), 'mine\n');
    expect(await refusal(graphFile())).toMatch(/\.worktrees is in the way/);
  });

  test('a file where the records would go', async () => {
    writeFileSync(join(project.repo, '.workflow'), 'mine\n');
    expect(await refusal(graphFile())).toMatch(/\.workflow is in the way/);
  });

  test('a branch of ours checked out elsewhere', async () => {
    project.git('worktree', 'add', '-q', '-b', 'agentrelay/g/a', join(project.folder, 'elsewhere'));
    expect(await refusal(graphFile())).toMatch(/branch agentrelay\/g\/a is checked out in .*elsewhere.*\n.*--detach/);
  });

  test('branches of a run that has no records here', async () => {
    project.git('branch', 'agentrelay/g/ws/default');
    expect(await refusal(graphFile())).toMatch(/branch agentrelay\/g\/ws\/default is left.*\n.*--new-run/);
  });

  test.each(['agentrelay', 'agentrelay/g', 'agentrelay/g/ws'])('a branch named %s', async (branch) => {
    project.git('branch', branch);
    expect(await refusal(graphFile())).toMatch(
      new RegExp(`branch ${branch} is in the way.*\\n.*git branch -m ${branch}`),
    );
  });

  test('nobody to commit as', async () => {
    for (const key of ['NAME', 'EMAIL']) {
      delete project.env[`GIT_AUTHOR_${key}`];
      delete project.env[`GIT_COMMITTER_${key}`];
    }
    project.git('config', 'user.useConfigOnly', 'true');
    expect(await refusal(graphFile())).toMatch(/git does not know who commits\n.*git config user\.name/);
  });
});

describe('programs that are missing or too old', () => {
  /** A PATH with these programs alone, and scripts in the place of others. */
  function onlyPrograms(fakes: Record<string, string>): void {
    const folder = join(project.folder, 'programs');
    mkdirSync(folder);
    for (const name of ['git', 'tmux', 'sh', 'true']) {
      if (name in fakes) continue;
      const path = execFileSync('sh', ['-c', `command -v ${name}`], { encoding: 'utf8' }).trim();
      if (path.startsWith('/')) symlinkSync(path, join(folder, name));
    }
    for (const [name, script] of Object.entries(fakes)) {
      if (script === '') continue;
      writeFileSync(join(folder, name), `#!/bin/sh\n${script}\n`, { mode: 0o755 });
    }
    project.env.PATH = folder;
  }
  const realGit = () => execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();

  test.each<[string, Record<string, string>, RegExp]>([
    [
      'tmux missing',
      { tmux: '' },
      /tmux is not installed; agentrelay needs tmux 3\.2 or newer\n.*apt-get install tmux/,
    ],
    ['tmux too old', { tmux: 'echo tmux 3.1c' }, /tmux 3\.1c is too old; agentrelay needs tmux 3\.2 or newer/],
    [
      'tmux broken',
      { tmux: 'echo "error while loading libevent" >&2; exit 127' },
      /tmux.*error while loading libevent/,
    ],
    ['git missing', { git: '' }, /git is not installed; agentrelay needs git 2\.38 or newer\n.*apt-get install git/],
    [
      'git too old',
      { git: `[ "$1" = --version ] && { echo git version 2.37.1; exit; }; exec ${realGit()} "$@"` },
      /git version 2\.37\.1 is too old; agentrelay needs git 2\.38 or newer/,
    ],
    ['both wrong, both told', { git: 'echo git version 2.30.2', tmux: '' }, /git version 2\.30\.2 is too old/],
  ])('%s', async (_name, fakes, words) => {
    onlyPrograms(fakes);
    expect(await refusal(project.write('graph.yaml', GRAPH))).toMatch(words);
  });
});

test('a good graph is not refused: the checks above can fail', async () => {
  const graph = project.graph({
    name: 'g',
    tasks: [
      { id: 'a', primary_agent: { framework: 'command', command: project.agent('a', 'agentrelay-complete-no-pr') } },
    ],
  });
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  expect(existsSync(join(project.repo, '.workflow/g/runs/1/events.jsonl'))).toBe(true);
});
