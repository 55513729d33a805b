import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { Command } from 'commander';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { COMMANDS } from '../../src/commands/table.ts';
import type { Graph } from '../../src/core/graph/graph.ts';
import { parseGraph } from '../../src/steps/tools/graph-file.ts';
import { GitRepository, temporaryFolder } from '../support/git-repository.ts';
import { pathFolder, writeProgram } from '../support/path-folder.ts';

const VARIABLES = ['XDG_CONFIG_HOME', 'PATH', 'AGENTRELAY_CONFIG', 'HOME'] as const;
const before = Object.fromEntries(VARIABLES.map((name) => [name, process.env[name]]));

let repository: GitRepository;
let bin: string;

/** A machine with git, and with no agent. */
beforeEach(() => {
  repository = new GitRepository();
  bin = pathFolder(join(repository.folder, 'bin'), ['git']);
  process.env.PATH = bin;
  process.env.HOME = join(repository.folder, 'home');
  process.env.XDG_CONFIG_HOME = join(repository.folder, 'config');
  delete process.env.AGENTRELAY_CONFIG;
});
afterEach(() => {
  for (const name of VARIABLES) {
    if (before[name] === undefined) delete process.env[name];
    else process.env[name] = before[name];
  }
});

/** `agentrelay init ARGS -t REPO`, as the command line has it. */
async function init(...args: string[]) {
  const out: string[] = [];
  const err: string[] = [];
  const io = { out: (line: string) => void out.push(line), err: (line: string) => void err.push(line), colour: false };
  const program = new Command('agentrelay').exitOverride();
  let code: number | null = null;
  for (const define of COMMANDS) {
    define(program, async (run) => {
      code = await run({ io, agentScript: '', agent: async () => 3 });
    });
  }
  await program.parseAsync(['init', '-t', repository.root, ...args], { from: 'user' });
  return { code, out, err };
}

const textOf = (file: string) => readFileSync(join(repository.root, file), 'utf8');
const graphOf = (file: string): Graph => parseGraph(textOf(file), file);
const frameworkOf = (file: string) => graphOf(file).tasks[0]?.primaryAgent.framework;
const branchesOf = (file: string) => graphOf(file).workstreams.map(({ baseBranch }) => baseBranch);

test('writes a graph of the repository, and says what is next', async () => {
  repository.write('Makefile', 'test:\n\ttrue\n');
  const { code, out, err } = await init();
  const path = join(repository.root, 'graph.yaml');
  expect(code).toBe(0);
  expect(graphOf('graph.yaml')).toMatchObject({ name: 'repo', tasks: [{ completionGate: 'make test' }, {}, {}] });
  expect(branchesOf('graph.yaml')).toEqual(['main', 'main']);
  expect(out[0]).toBe(`${path} is written: graph repo, for claude_code. Put your own tasks in it, then:`);
  const commands = out.slice(1).map((line) => line.split(' # ')[0]?.trim());
  expect(commands).toEqual(
    ['validate', 'check', 'dry-run', 'run'].map((verb) => `agentrelay ${verb} ${path} -t ${repository.root}`),
  );
  expect(err).toEqual(['agentrelay: claude is not installed here: npm install -g @anthropic-ai/claude-code']);
  expect(textOf('graph.yaml')).not.toContain('bwrap');
});

test('takes the first agent that is installed', async () => {
  for (const name of ['copilot', 'gemini']) writeProgram(bin, name, 'exit 1');
  const { err } = await init();
  expect(frameworkOf('graph.yaml')).toBe('gemini');
  expect(err).toEqual([]);
});

test('finds an agent where the config file says that its program is', async () => {
  const program = writeProgram(repository.folder, 'my-codex', 'exit 1');
  mkdirSync(join(repository.folder, 'config/agentrelay'), { recursive: true });
  const config = `frameworks: { codex: { program: [${JSON.stringify(program)}] } }\n`;
  writeFileSync(join(repository.folder, 'config/agentrelay/config.yaml'), config);
  await init();
  expect(frameworkOf('graph.yaml')).toBe('codex');
});

test('writes over nothing', async () => {
  repository.write('graph.yaml', 'mine');
  const refused = { message: expect.stringContaining('is there already'), hint: expect.stringContaining('init FILE') };
  await expect(init()).rejects.toMatchObject({ name: 'UserError', ...refused });
  expect(textOf('graph.yaml')).toBe('mine');
  await expect(init('graph.yaml/more')).rejects.toMatchObject({
    name: 'UserError',
    message: `${join(repository.root, 'graph.yaml')} cannot be a folder: there is a file`,
  });
});

test.each([
  ['plans/coupons', 'plans/coupons.yaml', 'coupons'],
  ['coupons.yml', 'coupons.yml', 'coupons'],
  ['Käse & more.v2', 'Käse & more.v2.yaml', 'Kase-more.v2'],
  ['docs', 'docs/graph.yaml', 'repo'],
  ['plans/', 'plans/graph.yaml', 'repo'],
  ['--', 'graph.yaml', 'repo'],
])('%s is %s, graph %s', async (asked, file, name) => {
  mkdirSync(join(repository.root, 'docs'));
  const { out } = await init('--json', asked);
  expect(out.map((line) => JSON.parse(line))).toEqual([
    {
      file: join(repository.root, file),
      name,
      framework: 'claude_code',
      installed: false,
      base_branch: 'main',
      completion_gate: null,
      setup: null,
      bwrap: false,
    },
  ]);
  expect(graphOf(file).name).toBe(name);
});

test('lanes are of the branch that the repository works on', async () => {
  repository.run('switch', '-q', '-c', 'topic');
  await init('a');
  expect(branchesOf('a.yaml')).toEqual(['main', 'main']);
  repository.run('branch', '-q', '-m', 'main', 'trunk');
  await init('b');
  expect(branchesOf('b.yaml')).toEqual(['topic', 'topic']);
  repository.run('symbolic-ref', 'refs/remotes/origin/HEAD', 'refs/remotes/origin/trunk');
  await init('c');
  expect(branchesOf('c.yaml')).toEqual(['trunk', 'trunk']);
  repository.run('switch', '-q', '--detach');
  repository.run('symbolic-ref', '-d', 'refs/remotes/origin/HEAD');
  await init('d');
  expect(branchesOf('d.yaml')).toEqual(['main', 'main']);
});

test('needs a repository', async () => {
  await expect(init('-t', temporaryFolder())).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('is not in a git repository'),
  });
});
