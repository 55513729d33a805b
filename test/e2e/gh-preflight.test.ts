import { existsSync, mkdirSync, mkdtempSync, rmSync, symlinkSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import type { MergeMethod } from '../../src/core/graph/graph.ts';
import { Gh } from '../../src/steps/github/gh.ts';
import { checkGh, type GhCheck } from '../../src/steps/github/gh-preflight.ts';
import { leftoverProblem } from '../../src/steps/github/remote-branches.ts';
import { detectForge } from '../../src/steps/github/remotes.ts';
import { Git } from '../../src/steps/tools/git.ts';
import { badGateway, unauthorised } from '../support/github/faults.ts';
import { type GitHubSandbox, githubSandbox, type SandboxOptions } from '../support/github/sandbox.ts';
import { type GraphSpec, makeGraph } from '../support/graphs.ts';

const GRAPH: GraphSpec = { tasks: [{ id: 'task' }] };
const before = { ...process.env };
let closers: (() => unknown)[] = [];

beforeEach(() => {
  closers = [];
});
afterEach(async () => {
  for (const name of Object.keys(process.env)) if (!(name in before)) delete process.env[name];
  Object.assign(process.env, before);
  for (const close of closers.toReversed()) await close();
});

/** Real gh and real git work offline in this process until the test is over. */
async function sandbox(options: SandboxOptions = {}): Promise<GitHubSandbox> {
  const box = await githubSandbox(options);
  closers.push(() => box.close());
  use(box.env);
  return box;
}

function use(env: Readonly<Record<string, string | undefined>>): void {
  for (const [name, value] of Object.entries(env)) {
    if (value === undefined) delete process.env[name];
    else process.env[name] = value;
  }
}

function programOf(name: string): string {
  const folders = (before.PATH ?? '').split(':');
  return folders.map((folder) => join(folder, name)).find((path) => existsSync(path)) ?? name;
}

async function look(
  box: GitHubSandbox,
  {
    graph = GRAPH,
    mergeMethod = 'merge',
    folder,
  }: { graph?: GraphSpec; mergeMethod?: MergeMethod; folder?: string } = {},
): Promise<GhCheck> {
  const git = new Git(folder ?? box.clone());
  closers.push(() => git.close());
  const forge = await detectForge(git, 'gh');
  if (forge.forge === 'local') throw new Error('the forge is local');
  const cacheFolder = mkdtempSync(join(tmpdir(), 'cache-'));
  closers.push(() => rmSync(cacheFolder, { recursive: true, force: true }));
  const gh = new Gh({ repository: forge.repository, cacheFolder });
  const settings = { mergeMethod };
  return await checkGh({ gh, git, graph: makeGraph(graph), settings, remote: forge.remote, patience: 1_000 });
}

/** Topic, message and hint of the only problem. */
async function problem(checked: Promise<GhCheck>): Promise<[string, string, string | null]> {
  const { problems } = await checked;
  expect(problems.map(({ message }) => message)).toHaveLength(1);
  const [only] = problems;
  return [only?.topic ?? '', only?.message ?? '', only?.hint ?? null];
}

describe.each(['github.com', 'ghe.test'])('on %s', (host) => {
  test.each(['ssh', 'https'] as const)('says who we are and what is there, by %s', async (remote) => {
    const box = await sandbox({ host, remote });
    const dev = box.commit('dev', { a: 'a' });
    const task = box.commit('agentrelay/graph/task', { b: 'b' });
    const workstreams = [{ id: 'default' }, { id: 'two', baseBranch: 'dev' }];
    const main = box.git(box.bare, 'rev-parse', 'main');
    const { problems, facts } = await look(box, { graph: { ...GRAPH, workstreams } });
    expect(problems).toEqual([]);
    expect(facts).toMatchObject({
      version: expect.stringMatching(/^2\.\d+\.\d+/),
      ...{ login: 'octocat', viewerPermission: 'ADMIN', mergeMethods: ['merge', 'squash'] },
      rateLimit: { limit: 5000 },
      bases: { main, dev },
      leftovers: [{ ref: 'refs/heads/agentrelay/graph/task', commit: task }],
    });
    expect(leftoverProblem(facts.leftovers, 'origin')).toMatchObject({
      message: 'branch agentrelay/graph/task of origin is left from a run that has no records here',
    });
    expect(box.api.problems()).toEqual([]);
    expect(box.api.calls.map(({ op }) => op)).toEqual(['AgentrelayPreflight']);
  });

  test('tells one that is not logged in', async () => {
    const box = await sandbox({ host, token: null });
    expect(await problem(look(box))).toEqual([
      'authentication',
      `gh is not logged in to ${host}`,
      `gh auth login --hostname ${host}`,
    ]);
  });

  test('tells a token that is refused, and where it is', async () => {
    const box = await sandbox({ host });
    box.api.tokens.clear();
    const variable = host === 'github.com' ? 'GH_TOKEN' : 'GH_ENTERPRISE_TOKEN';
    expect(await problem(look(box))).toEqual([
      'authentication',
      `${host} does not take the token in ${variable} any more`,
      `set ${variable} to another one, or unset it and gh auth login --hostname ${host}`,
    ]);
  });
});

test('tells what stands in the way, all at once', async () => {
  const box = await sandbox();
  const { settings } = box.api.repo();
  Object.assign(settings, { archived: true, viewerPermission: 'READ', allowMerge: false });
  const workstreams = [{ id: 'default', baseBranch: 'dev', mergeTargetBranch: 'release' }];
  const { problems } = await look(box, { graph: { ...GRAPH, workstreams } });
  expect(problems.map(({ topic, message, hint }) => [topic, message, hint])).toEqual([
    [
      'repository',
      'github.com/acme/widgets is archived: nothing can be pushed or merged',
      'gh repo unarchive github.com/acme/widgets, or --forge local',
    ],
    [
      'permission',
      'octocat may not push to github.com/acme/widgets: the permission is READ, and WRITE is needed',
      'ask its owner for write access, or gh auth login --hostname github.com as somebody who has it',
    ],
    [
      'merge_method',
      'github.com/acme/widgets does not allow merge_method merge',
      'merge_method: squash in the graph file, or gh repo edit github.com/acme/widgets --enable-merge-commit',
    ],
    [
      'branches',
      'workstream default: base_branch dev does not exist on origin',
      'git push origin dev, or name another branch in the graph file',
    ],
    [
      'branches',
      'workstream default: merge_target_branch release does not exist on origin',
      'git push origin release, or name another branch in the graph file',
    ],
  ]);
});

test('tells a merge method that is not allowed', async () => {
  const box = await sandbox();
  box.api.repo().settings.allowSquash = false;
  expect(await problem(look(box, { mergeMethod: 'squash' }))).toEqual([
    'merge_method',
    'github.com/acme/widgets does not allow merge_method squash',
    'merge_method: merge in the graph file, or gh repo edit github.com/acme/widgets --enable-squash-merge',
  ]);
});

test('tells a branch in the way of ours', async () => {
  const box = await sandbox();
  box.commit('agentrelay', { a: 'a' });
  expect(await problem(look(box))).toEqual([
    'branches',
    'branch agentrelay of origin is in the way of the branches that the run makes',
    'gh api --hostname github.com -X POST repos/acme/widgets/branches/agentrelay/rename -f new_name=another-name',
  ]);
});

test('tells a repository that is not there, by gh and by git', async () => {
  const box = await sandbox();
  const folder = box.clone();
  box.git(folder, 'remote', 'set-url', 'origin', 'git@github.com:acme/gadgets.git');
  const { problems, facts } = await look(box, { folder });
  expect(problems.map(({ topic }) => topic)).toEqual(['git', 'repository']);
  expect(problems[1]?.message).toBe('github.com/acme/gadgets is not there, or octocat may not see it');
  expect(facts).toMatchObject({ login: 'octocat', isRemoteRead: false, bases: {} });
});

test('tells a gh that is missing, and nothing of GitHub', async () => {
  const box = await sandbox();
  const folder = box.clone();
  const bin = join(box.folder, 'bin');
  mkdirSync(bin);
  for (const name of ['git', 'sh']) symlinkSync(programOf(name), join(bin, name));
  use({ PATH: bin });
  expect(await problem(look(box, { folder }))).toEqual([
    'gh',
    'gh is not installed; agentrelay needs gh 2.23 or newer',
    'apt-get install gh, or https://cli.github.com',
  ]);
});

test('tells a network that is down as such', async () => {
  const box = await sandbox();
  const folder = box.clone();
  use({
    GIT_SSH_COMMAND: "echo 'ssh: Could not resolve hostname github.com: Name or service not known' >&2; exit 255; :",
  });
  expect(await problem(look(box, { folder }))).toEqual([
    'network',
    expect.stringMatching(/^git cannot reach origin: ssh: Could not resolve hostname/),
    'see whether the network is well: git ls-remote origin',
  ]);
});

test.each([
  [
    'a key that is not taken',
    'git@github.com: Permission denied (publickey).',
    'git may not read origin by ssh: git@github.com: Permission denied (publickey).',
    'ssh -T git@github.com must work without a question',
  ],
  [
    'a password that nobody can be asked for',
    'fatal: could not read Username for https://github.com: terminal prompts disabled',
    'git is not logged in to origin: fatal: could not read Username for https://github.com: terminal prompts disabled',
    'gh auth setup-git --hostname github.com',
  ],
])('tells %s', async (_name, says, message, hint) => {
  const box = await sandbox();
  const folder = box.clone();
  use({ GIT_SSH_COMMAND: `echo '${says}' >&2; exit 255; :` });
  expect(await problem(look(box, { folder }))).toEqual(['git', message, hint]);
});

test('tries again what may pass, and tells a budget that is spent', async () => {
  const box = await sandbox();
  const folder = box.clone();
  box.api.inject({ match: 'AgentrelayPreflight', action: badGateway() });
  expect((await look(box, { folder })).problems).toEqual([]);
  box.api.inject({ match: 'AgentrelayPreflight', action: unauthorised() });
  expect((await look(box, { folder })).problems).toEqual([]);
  box.api.budget.remaining = 0;
  const [topic, message, hint] = await problem(look(box, { folder }));
  expect([topic, message]).toEqual(['network', expect.stringMatching(/^github\.com wants no more requests for now: /)]);
  expect(hint).toMatch(/^try again (later|in \d+ min)$/);
});
