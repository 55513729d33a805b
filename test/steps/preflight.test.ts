import { mkdirSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import { patchedPreset } from '../../src/core/frameworks/own-presets.ts';
import type { Settings } from '../../src/core/graph/graph.ts';
import type { Extensions } from '../../src/steps/extensions.ts';
import { LOCAL_FORGE } from '../../src/steps/forges/forge.ts';
import { makePreset } from '../../src/steps/frameworks/make-preset.ts';
import { findRepository, preflight } from '../../src/steps/preflight.ts';
import { Git } from '../../src/steps/tools/git.ts';
import { GitRepository, temporaryFolder } from '../support/git-repository.ts';
import { type GraphSpec, makeGraph } from '../support/graphs.ts';
import { IDENTITY } from '../support/template-repository.ts';

describe('findRepository', () => {
  test('finds the top of the repository from any folder in it', async () => {
    const { root, commonDir } = new GitRepository();
    const folder = join(root, 'a folder/below');
    mkdirSync(folder, { recursive: true });
    expect(await findRepository(root)).toEqual({ root, commonDir });
    expect(await findRepository(folder)).toEqual({ root, commonDir });
    const link = join(temporaryFolder(), 'link');
    symlinkSync(root, link);
    expect(await findRepository(link)).toEqual({ root, commonDir });
  });

  test('a linked worktree is a place of its own with the common refs', async () => {
    const repository = new GitRepository();
    const path = repository.worktree('linked');
    expect(await findRepository(path)).toEqual({ root: path, commonDir: repository.commonDir });
  });

  test('is not led astray by the environment of a hook', async () => {
    const { root, commonDir } = new GitRepository();
    const other = new GitRepository();
    const names = ['GIT_DIR', 'GIT_WORK_TREE', 'GIT_COMMON_DIR'];
    try {
      for (const name of names) process.env[name] = other.commonDir;
      expect(await findRepository(root)).toEqual({ root, commonDir });
    } finally {
      for (const name of names) delete process.env[name];
    }
  });

  test.each<[string, () => string, RegExp, RegExp]>([
    ['there is nothing', () => join(temporaryFolder(), 'none'), /^there is no folder /, /-t PATH/],
    [
      'there is a file',
      () => {
        const path = join(temporaryFolder(), 'file');
        writeFileSync(path, '');
        return path;
      },
      /^there is no folder /,
      /-t PATH/,
    ],
    ['there is no repository', () => temporaryFolder(), / is not in a git repository$/, /git init/],
    [
      'the repository is bare',
      () => {
        const repository = new GitRepository();
        const path = join(repository.folder, 'bare.git');
        repository.run('clone', '-q', '--bare', '.', path);
        return path;
      },
      / is a bare repository$/,
      /clone it/,
    ],
  ])('says that %s', async (_name, make, message, hint) => {
    await expect(findRepository(make())).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });
});

describe('preflight', () => {
  async function check(
    repository: GitRepository,
    spec: Partial<GraphSpec> = {},
    tools: string[] = [],
    extensions: Extensions = {},
  ) {
    const graph = makeGraph({ tasks: [{ id: 'task', environment: 'process' }], ...spec });
    const { root, commonDir, git } = repository;
    return await preflight({
      graph,
      settings: { tools } as unknown as Settings,
      forge: LOCAL_FORGE,
      git,
      repository: { root, commonDir },
      extensions,
    });
  }

  test('gives the commit of each base branch and leaves no trace', async () => {
    const repository = new GitRepository();
    const dev = repository.branch('dev', { a: 'a' });
    const workstreams = [{ id: 'one' }, { id: 'two', baseBranch: 'dev' }];
    const before = repository.run('for-each-ref');
    expect(await check(repository, { workstreams })).toEqual({
      baseCommits: { main: repository.commit('main'), dev },
      leftovers: [],
    });
    expect(repository.run('for-each-ref')).toBe(before);
    expect(repository.run('status', '--porcelain', '--ignored')).toBe('');
  });

  test.each<[string, (repository: GitRepository) => void, Partial<GraphSpec>, RegExp, RegExp]>([
    [
      'a branch in the way of all',
      (repository) => repository.run('branch', 'agentrelay'),
      {},
      /^branch agentrelay is in the way/,
      /^git branch -m agentrelay another-name$/,
    ],
    [
      'a branch in the way of the graph',
      (repository) => repository.run('branch', 'agentrelay/graph'),
      {},
      /^branch agentrelay\/graph is in the way/,
      /^git branch -m agentrelay\/graph another-name$/,
    ],
    [
      'a branch in the way of the lanes',
      (repository) => repository.run('branch', 'agentrelay/graph/ws'),
      {},
      /^branch agentrelay\/graph\/ws is in the way/,
      /git branch -m/,
    ],
    [
      'a missing base branch',
      () => {},
      { workstreams: [{ id: 'lane', baseBranch: 'dev' }] },
      /^workstream lane: base_branch dev does not exist$/,
      /^git branch dev,/,
    ],
    [
      'a missing target branch',
      () => {},
      { workstreams: [{ id: 'lane', mergeTargetBranch: 'release' }] },
      /^workstream lane: merge_target_branch release does not exist$/,
      /^git branch release,/,
    ],
    [
      'a branch of ours that is checked out elsewhere',
      (repository) => repository.worktree('agentrelay/graph/task'),
      {},
      /^branch agentrelay\/graph\/task is checked out in /,
      /^git -C .* checkout --detach$/,
    ],
    [
      'a folder where a worktree is to be',
      (repository) => repository.write('.worktrees/graph/default/file', ''),
      {},
      /\.worktrees\/graph\/default is in the way/,
      /move it away/,
    ],
    [
      'a folder where the worktree of a task is to be',
      (repository) => repository.write('.worktrees/graph/lane--task/file', ''),
      { tasks: [{ id: 'task', ws: 'lane', environment: 'process' }], workstreams: [{ id: 'lane', parallel: true }] },
      /\.worktrees\/graph\/lane--task is in the way/,
      /move it away/,
    ],
    ['a file named as our folder', (repository) => repository.write('.workflow', ''), {}, /this is a file$/, /move it/],
    [
      'a link named as our folder',
      (repository) => symlinkSync('/', join(repository.root, '.worktrees')),
      {},
      /this is a link$/,
      /move it/,
    ],
  ])('refuses %s and says what to do', async (_name, change, spec, message, hint) => {
    const repository = new GitRepository();
    change(repository);
    await expect(check(repository, spec)).rejects.toMatchObject({
      name: 'UserError',
      message: expect.stringMatching(message),
      hint: expect.stringMatching(hint),
    });
  });

  test('takes a worktree that is ours', async () => {
    const repository = new GitRepository();
    const path = join(repository.root, '.worktrees/graph/default');
    await repository.worktrees.add(path, { commit: repository.commit(), branch: 'agentrelay/graph/task' });
    await check(repository);
  });

  test.each<[string, (path: string, record: string) => void]>([
    ['one that is half made', (_path, record) => writeFileSync(join(record, 'locked'), 'initializing')],
    [
      'one that is half made, and is in no list yet',
      (_path, record) => {
        writeFileSync(join(record, 'locked'), 'initializing');
        rmSync(join(record, 'HEAD'));
      },
    ],
    [
      'one whose folder names no record yet',
      (path, record) => {
        writeFileSync(join(record, 'locked'), 'initializing');
        rmSync(join(record, 'HEAD'));
        writeFileSync(join(path, '.git'), '');
      },
    ],
    [
      'one that is only an empty folder yet',
      (path, record) => {
        for (const folder of [path, record]) rmSync(folder, { recursive: true });
        mkdirSync(path);
      },
    ],
    ['one whose record is gone', (_path, record) => rmSync(record, { recursive: true })],
  ])('takes what a killed git has left of a worktree: %s', async (_name, change) => {
    const repository = new GitRepository();
    const path = join(repository.root, '.worktrees/graph/default');
    await repository.worktrees.add(path, { commit: repository.commit(), branch: 'agentrelay/graph/task' });
    change(path, join(repository.commonDir, 'worktrees/default'));
    await check(repository);
  });

  test('refuses a worktree of another repository in the place of ours', async () => {
    const [repository, other] = [new GitRepository(), new GitRepository()];
    const path = join(repository.root, '.worktrees/graph/default');
    await other.worktrees.add(path, { commit: other.commit() });
    await expect(check(repository)).rejects.toThrow('is in the way');
  });

  test('refuses a repository without commits', async () => {
    const repository = new GitRepository();
    repository.run('update-ref', '-d', 'refs/heads/main');
    await expect(check(repository)).rejects.toMatchObject({
      message: expect.stringMatching(/ has no commits$/),
      hint: 'commit something first',
    });
  });

  test('refuses to commit as nobody', async () => {
    const repository = new GitRepository();
    repository.run('config', 'user.useConfigOnly', 'true');
    try {
      for (const name of Object.keys(IDENTITY)) delete process.env[name];
      await expect(check(repository)).rejects.toMatchObject({
        message: 'git does not know who commits',
        hint: expect.stringContaining('git config user.name'),
      });
    } finally {
      Object.assign(process.env, IDENTITY);
    }
  });

  test('refuses a tool that is missing', async () => {
    const missing = check(new GitRepository(), {}, ['git', 'no-such-tool-at-all']);
    await expect(missing).rejects.toMatchObject({
      message: 'no-such-tool-at-all is not installed, and the graph names it under tools',
    });
  });

  test('refuses a graph whose agents are not installed, before anything is made', async () => {
    const repository = new GitRepository();
    const frameworks = {
      mine: makePreset('mine', patchedPreset(null, { program: ['no-such-agent', 'nor-this'] })),
      here: makePreset('here', patchedPreset(null, { program: ['no-such-agent', 'git'] })),
      brought: makePreset('brought', patchedPreset(null, { program: ['tools/agent'] })),
      unused: makePreset('unused', patchedPreset(null, { program: ['no-such-agent'] })),
    };
    const tasks = ['mine', 'here', 'brought', 'command'].map((framework) => ({ id: framework, framework }));
    await expect(check(repository, { tasks }, [], { frameworks })).rejects.toMatchObject({
      name: 'UserError',
      message: 'no-such-agent or nor-this, the program of framework mine, is not installed, and task mine needs it',
      hint: 'install it, or name it: frameworks: {mine: {program: [PATH]}} in the config file',
    });
    expect(repository.run('status', '--porcelain', '--ignored')).toBe('');
  });

  test('tells all problems at once, each with its hint', async () => {
    const repository = new GitRepository();
    repository.run('branch', 'agentrelay');
    const workstreams = [{ id: 'lane', baseBranch: 'dev', mergeTargetBranch: 'release' }];
    const told = check(repository, { workstreams }, ['no-such-tool-at-all']);
    const error = (await told.catch((caught: unknown) => caught)) as Error;
    const lines = error.message.split('\n');
    expect(lines[0]).toBe('the run cannot start:');
    expect(lines.slice(1)).toHaveLength(4);
    for (const line of lines.slice(1)) expect(line).toMatch(/^ {2}.* \(.*\)$/);
  });

  test('works in a linked worktree', async () => {
    const repository = new GitRepository();
    const root = repository.worktree('linked');
    const git = new Git(root);
    try {
      const graph = makeGraph({ tasks: [{ id: 'task', environment: 'process' }] });
      const settings = { tools: [] } as unknown as Settings;
      const { baseCommits } = await preflight({
        graph,
        settings,
        forge: LOCAL_FORGE,
        git,
        repository: { root, commonDir: repository.commonDir },
        extensions: {},
      });
      expect(baseCommits).toEqual({ main: repository.commit('main') });
    } finally {
      git.close();
    }
  });
});
