import { mkdirSync, writeFileSync } from 'node:fs';
import { hostname } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type CheckOptions, check } from '../../src/commands/check.ts';
import type { Finding } from '../../src/steps/checks/finding.ts';
import { GitRepository, temporaryFolder } from '../support/git-repository.ts';
import { pathFolder, writeProgram } from '../support/path-folder.ts';
import { snapshot } from '../support/run-fixture.ts';

type Line = Finding & { readonly group: string };

const VARIABLES = ['XDG_CONFIG_HOME', 'PATH', 'TMUX_TMPDIR', 'TMUX', 'AGENTRELAY_CONFIG', 'GIT_CONFIG_GLOBAL'] as const;
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

beforeEach(() => {
  for (const name of ['TMUX', 'AGENTRELAY_CONFIG']) delete process.env[name];
  process.env.XDG_CONFIG_HOME = temporaryFolder();
  process.env.TMUX_TMPDIR = temporaryFolder();
  // Agents of this machine would be asked for their versions.
  process.env.PATH = pathFolder(join(temporaryFolder(), 'bin'), ['git', 'tmux', 'sh']);
});
afterEach(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** What `check --json` says; nothing may be changed by it. */
async function look(repository: GitRepository, options: Partial<CheckOptions> = {}) {
  const lines: string[] = [];
  const io = { out: (line: string) => void lines.push(line), err: () => {}, colour: false };
  const there = snapshot(repository.folder);
  const defaults = { graph: null, graphDir: null, forge: null, tmuxSocket: null, configModule: null, proof: null };
  const code = await check({ ...defaults, targetRepo: repository.root, json: true, ...options }, io);
  expect(snapshot(repository.folder)).toEqual(there);
  const { ok, findings } = JSON.parse(lines.join('')) as { ok: boolean; findings: Line[] };
  expect(code).toBe(ok ? 0 : 2);
  const of = (level: Finding['level']) => findings.filter((line) => line.level === level);
  return { code, findings, fails: of('fail').map(words), warns: of('warn').map(words) };
}

function words({ what, detail, fix }: Line): string {
  return `${what}: ${detail}${fix === null ? '' : ` (${fix})`}`;
}

/** Beside the repository, so that nothing in it changes. */
function graphFile(repository: GitRepository, graph: object): string {
  const path = join(repository.folder, 'graph.yaml');
  writeFileSync(path, JSON.stringify(graph));
  return path;
}

const agent = { framework: 'command', command: ['sh'] };

test('a repository that is well needs nothing, and gh is not asked for', async () => {
  const { code, findings, fails, warns } = await look(new GitRepository());
  expect({ code, fails, warns }).toEqual({ code: 0, fails: [], warns: [] });
  expect([...new Set(findings.map(({ group }) => group))]).toEqual([
    'tools',
    'settings',
    'agents',
    'repository',
    'forge',
    'runs',
  ]);
  const forge = findings.filter(({ group }) => group === 'forge');
  expect(forge.map(({ detail }) => detail)).toEqual([
    'local, no remote is on GitHub: git alone merges, and gh is not needed',
  ]);
});

test('a graph is read, with what it needs', async () => {
  const repository = new GitRepository();
  const graph = graphFile(repository, { name: 'g', primary_agent: agent, tasks: [{ id: 'a' }, { id: 'b' }] });
  const { code, findings } = await look(repository, { graph });
  expect(code).toBe(0);
  const details = Object.fromEntries(findings.map(({ what, detail }) => [what, detail]));
  expect(details).toMatchObject({
    'graph file': `${graph}: graph g, 2 tasks in 1 workstream`,
    agents: 'sh',
    branches: 'main',
  });
});

test('goes on after each fault, and says everything', async () => {
  const repository = new GitRepository();
  repository.run('branch', 'agentrelay');
  repository.run('config', 'commit.gpgSign', 'true');
  repository.write('.gitmodules', '[submodule "a"]\n\tpath = a\n[submodule "b"]\n\tpath = b\n');
  repository.write('.gitattributes', '*.bin filter=lfs diff=lfs\n');
  repository.write('agentrelay.config.mjs', 'export default { frameworks: { mine: {} } };\n');
  mkdirSync(join(process.env.XDG_CONFIG_HOME ?? '', 'agentrelay'));
  writeFileSync(join(process.env.XDG_CONFIG_HOME ?? '', 'agentrelay', 'config.yaml'), 'nonsense: 1\n');
  const graph = graphFile(repository, {
    name: 'g',
    tools: ['no-such-tool'],
    review: { agent: { framework: 'command', command: ['true'] } },
    tasks: [
      { id: 'a', primary_agent: { framework: 'command', command: ['no-such-agent'] } },
      { id: 'b', primary_agent: { framework: 'command', command: ['no-such-agent'] } },
      { id: 'c', primary_agent: { framework: 'command', command: ['{task}'] } },
    ],
    workstreams: [{ id: 'default', base_branch: 'dev' }],
  });
  const { code, fails, warns } = await look(repository, { graph });
  expect(code).toBe(2);
  expect(fails).toEqual([
    expect.stringMatching(/^config module: .*framework mine has no function argv/),
    expect.stringMatching(/^user config: .*nonsense/),
    'agents: there is no program no-such-agent, which task a and 1 more runs (install no-such-agent, or name another one as command)',
    'tools: no-such-tool is not installed, and the graph names it under tools (install no-such-tool)',
    'names: branch agentrelay is in the way of the branches that the run makes (git branch -m agentrelay another-name)',
    'branches: workstream default: base_branch dev does not exist (git branch dev, or name another branch in the graph file)',
  ]);
  expect(warns).toEqual([
    'keys: without effect in this version: review',
    expect.stringMatching(/^submodules: 2 of them, /),
    'LFS: agents find pointers in place of the files: git-lfs is not set up (git lfs install)',
    expect.stringMatching(/^signing: .*\(git config commit\.gpgsign false/),
  ]);
});

test('a bad graph is told problem by problem, with its places', async () => {
  const repository = new GitRepository();
  const graph = join(repository.folder, 'bad.yaml');
  writeFileSync(graph, 'name: x\ntasks:\n  - {id: a, role: boss}\n  - {id: a}\n');
  const { fails } = await look(repository, { graph });
  expect(fails).toEqual([
    expect.stringContaining(`graph file: ${graph}:3:19: tasks[0].role: unknown role 'boss' (allowed: generic`),
    expect.stringContaining(`graph file: ${graph}:4:10: tasks[1].id: duplicate task id 'a'`),
  ]);
  expect((await look(repository, { graph: 'none', graphDir: repository.folder })).fails).toEqual([
    expect.stringContaining('graph file: there is no graph none in '),
  ]);
});

test('the programs of agents are told, those of a config file too, and a graph needs its own', async () => {
  const repository = new GitRepository();
  const config = join(process.env.XDG_CONFIG_HOME ?? '', 'agentrelay', 'config.yaml');
  mkdirSync(join(process.env.XDG_CONFIG_HOME ?? '', 'agentrelay'));
  writeFileSync(config, 'frameworks: {mine: {program: [my-agent], model: [--model, "{model}"]}}\n');
  const path = writeProgram(process.env.PATH ?? '', 'my-agent', 'echo "  --help  1.4.0"');
  const tasks = ['codex', 'mine'].map((framework) => ({ id: framework, primary_agent: { framework } }));
  const graph = graphFile(repository, { name: 'g', tasks });
  const { code, findings } = await look(repository, { graph });
  expect(code).toBe(2);
  const agents = findings.filter(({ group }) => group === 'agents').map(({ group: _, ...finding }) => finding);
  expect(agents).toEqual([
    {
      level: 'fail',
      what: 'codex',
      detail: 'codex, the program of framework codex, is not installed, and task codex needs it',
      fix: 'npm install -g @openai/codex',
    },
    {
      level: 'warn',
      what: 'mine',
      detail: `1.4.0, ${path}: its help does not know --model (model)`,
      fix: `in ${config}: frameworks: {mine: {model: ["--model","{model}"]}} with what 1.4.0 takes; help: [] where it takes these`,
    },
    { level: 'ok', what: 'not here', detail: expect.stringMatching(/^claude_code/), fix: null },
  ]);
});

test('what is no repository, or none to work in, is told beside the rest', async () => {
  const repository = new GitRepository();
  const { fails, findings } = await look(repository, { targetRepo: repository.folder });
  expect(fails).toEqual([expect.stringMatching(/^repository: .* is not in a git repository \(git init/)]);
  expect(findings.map(({ what }) => what)).toEqual(expect.arrayContaining(['git', 'config module']));
  repository.run('update-ref', '-d', 'refs/heads/main');
  expect((await look(repository)).fails).toEqual([
    `repository: ${repository.root} has no commits (commit something first)`,
  ]);
});

test('without tmux a graph that needs it is refused; any other is only warned of', async () => {
  const repository = new GitRepository();
  process.env.PATH = pathFolder(join(temporaryFolder(), 'bin'), ['git', 'sh']);
  const said = expect.stringMatching(/^tmux: tmux is not installed; .*\(apt-get install tmux\)$/);
  expect(await look(repository)).toMatchObject({ code: 0, warns: [said] });
  const graph = graphFile(repository, { name: 'g', primary_agent: agent, tasks: [{ id: 'a' }] });
  expect(await look(repository, { graph })).toMatchObject({ code: 2, fails: [said] });
});

test('what earlier runs have left is told, each with what clears it away', async () => {
  const repository = new GitRepository();
  const gone = JSON.stringify({ pid: 2 ** 22 + 1, start: '1', host: hostname() });
  repository.branch('agentrelay/lost/task', { a: 'a' });
  repository.write('.worktrees/lost/default/file', '');
  repository.write('.workflow/old/owner.lock', gone);
  repository.write('.git/refs/heads/main.lock', '');
  repository.write('.git/agentrelay.lock', gone);
  expect((await look(repository)).warns).toEqual([
    'lost: left by a run that has no records here: 1 worktree, branches (agentrelay gc lost)',
    `old: owner.lock of a process that is gone (rm '${join(repository.root, '.workflow/old/owner.lock')}')`,
    `locks: .git/agentrelay.lock was left by a process that is gone (rm '${join(repository.root, '.git/agentrelay.lock')}', or leave it to the next run)`,
    `locks: .git/refs/heads/main.lock was left by a process that is gone (rm '${join(repository.root, '.git/refs/heads/main.lock')}', or leave it to the next run)`,
  ]);
});

test('a remote that is asked for and not there is told', async () => {
  const { code, fails } = await look(new GitRepository(), { forge: 'gh' });
  expect({ code, fails }).toEqual({
    code: 2,
    fails: [
      'forge: the repository has no remote, and pull requests need one on GitHub (git remote add origin git@github.com:OWNER/NAME.git, or --forge local)',
    ],
  });
});
