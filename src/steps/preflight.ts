import { existsSync, lstatSync, statSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { BRANCH_ROOT, taskBranch, taskWorktree, workstreamWorktree } from '../core/names.ts';
import { resolveProgram } from './environments/tmux-launch.ts';
import { exec, ToolError } from './tools/exec.ts';
import type { Git } from './tools/git.ts';
import { GIT, requireTool, TMUX } from './tools/versions.ts';

export interface Repository {
  /** Absolute path of the worktree that holds `.workflow` and `.worktrees`. */
  readonly root: string;
  /** Absolute; where all worktrees keep their refs. */
  readonly commonDir: string;
}

/** Finds the repository that `path` is in. Throws `UserError` for what agentrelay cannot work with. */
export async function findRepository(path: string): Promise<Repository> {
  const target = resolve(path);
  if (!statSync(target, { throwIfNoEntry: false })?.isDirectory())
    throw new UserError(`there is no folder ${target}`, { hint: 'name a repository with -t PATH' });
  const asked = ['rev-parse', '--is-bare-repository', '--path-format=absolute', '--git-common-dir', '--show-toplevel'];
  // Both at once; that git is missing or too old is said first.
  const answer = exec('git', asked, { cwd: target, env: NO_REPOSITORY_VARIABLES });
  answer.catch(() => {});
  await requireTool(GIT);
  const { stdout } = await answer.catch((error: unknown) => {
    throw repositoryError(target, error);
  });
  const [bare, commonDir = '', root = ''] = stdout.split('\n');
  if (bare === 'true') throw bareRepository(target);
  return { root, commonDir };
}

const NO_REPOSITORY_VARIABLES = {
  GIT_DIR: undefined,
  GIT_WORK_TREE: undefined,
  GIT_COMMON_DIR: undefined,
  LC_ALL: 'C',
};

function repositoryError(target: string, error: unknown): unknown {
  if (!(error instanceof ToolError)) return error;
  if (error.stderr.includes('must be run in a work tree')) return bareRepository(target);
  if (error.stderr.includes('not a git repository')) {
    return new UserError(`${target} is not in a git repository`, { hint: 'git init, or name one with -t PATH' });
  }
  return new UserError(`git cannot read the repository at ${target}: ${error.stderr.trim()}`);
}

function bareRepository(target: string): UserError {
  return new UserError(`${target} is a bare repository`, { hint: 'clone it, and run agentrelay in the clone' });
}

export interface PreflightOptions {
  readonly graph: Graph;
  readonly settings: Settings;
  readonly git: Git;
  readonly repository: Repository;
}

/** Everything that would stop the run later, before anything is made. Throws one `UserError` with all of it. */
export async function preflight(options: PreflightOptions): Promise<{ baseCommits: Record<string, string> }> {
  const { graph, git } = options;
  const needsTmux = graph.tasks.some((task) => task.primaryAgent.environment.type === 'tmux');
  const problems: UserError[] = [];
  const collect = (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    problems.push(error);
  };
  await Promise.all([
    needsTmux ? requireTool(TMUX).catch(collect) : null,
    requireIdentity(git).catch(collect),
    requireFreeNames(options, collect),
  ]);
  requirePrograms(options, collect);
  const baseCommits = await requireBranches(graph, git, collect);
  const [first] = problems;
  if (problems.length > 1) {
    const lines = problems.map(({ message, hint }) => `  ${message}${hint === null ? '' : ` (${hint})`}`);
    throw new UserError(`the run cannot start:\n${lines.join('\n')}`);
  }
  if (first !== undefined) throw first;
  return { baseCommits };
}

async function requireIdentity(git: Git): Promise<void> {
  const { exitCode } = await git.run(['var', 'GIT_COMMITTER_IDENT'], { accept: [0, 128] });
  if (exitCode === 0) return;
  throw new UserError('git does not know who commits', {
    hint: 'git config user.name "Your Name" && git config user.email you@example.com',
  });
}

async function requireBranches(
  graph: Graph,
  git: Git,
  collect: (error: unknown) => void,
): Promise<Record<string, string>> {
  const commits: Record<string, string> = {};
  if ((await git.resolve('HEAD')) === null && (await git.resolve('refs/heads/main')) === null) {
    collect(new UserError(`the repository ${git.root} has no commits`, { hint: 'commit something first' }));
    return commits;
  }
  for (const { id, baseBranch, mergeTargetBranch } of graph.workstreams) {
    const base = await git.branch(baseBranch);
    if (base === null) collect(missingBranch(id, 'base_branch', baseBranch));
    else commits[baseBranch] = base;
    if (mergeTargetBranch !== baseBranch && (await git.branch(mergeTargetBranch)) === null) {
      collect(missingBranch(id, 'merge_target_branch', mergeTargetBranch));
    }
  }
  return commits;
}

function missingBranch(workstream: string, key: string, branch: string): UserError {
  return new UserError(`workstream ${workstream}: ${key} ${branch} does not exist`, {
    hint: `git branch ${branch}, or name another branch in the graph file`,
  });
}

/** Git cannot hold `agentrelay` beside `agentrelay/…`, nor one branch in two worktrees. */
async function requireFreeNames(options: PreflightOptions, collect: (error: unknown) => void): Promise<void> {
  const { graph, git, repository } = options;
  for (const prefix of [BRANCH_ROOT, taskBranch(graph.name, 'ws'), `${BRANCH_ROOT}/${graph.name}`]) {
    if ((await git.branch(prefix)) === null) continue;
    collect(
      new UserError(`branch ${prefix} is in the way of the branches that the run makes`, {
        hint: `git branch -m ${prefix} another-name`,
      }),
    );
  }
  const { stdout } = await git.run(['worktree', 'list', '--porcelain', '-z']);
  const known = new Map<string, string>();
  for (const entry of stdout.split('\0\0')) {
    const fields = entry.split('\0');
    const path = fields.find((field) => field.startsWith('worktree '))?.slice('worktree '.length);
    const branch = fields.find((field) => field.startsWith('branch refs/heads/'))?.slice('branch refs/heads/'.length);
    if (path !== undefined) known.set(path, branch ?? '');
  }
  const ours = join(repository.root, '.worktrees', graph.name);
  for (const folder of ['.worktrees', '.workflow']) {
    const top = join(repository.root, folder);
    requireFolders([top, join(top, graph.name)], collect);
  }
  for (const [path, branch] of known) {
    if (!branch.startsWith(`${BRANCH_ROOT}/${graph.name}/`) || path.startsWith(`${ours}/`)) continue;
    collect(
      new UserError(`branch ${branch} is checked out in ${path}, where the run cannot use it`, {
        hint: `git -C ${path} checkout --detach`,
      }),
    );
  }
  for (const path of worktreePaths(graph).map((relative) => join(repository.root, relative))) {
    if (!existsSync(path) || known.has(path)) continue;
    collect(
      new UserError(`${path} is in the way: the run makes a worktree there, and this is none`, {
        hint: 'move it away',
      }),
    );
  }
}

/** What lies on the way to our folders must be folders; a link would take the run to who knows where. */
function requireFolders(paths: readonly string[], collect: (error: unknown) => void): void {
  for (const path of paths) {
    const found = lstatSync(path, { throwIfNoEntry: false });
    if (found === undefined) return;
    if (found.isDirectory()) continue;
    const what = found.isSymbolicLink() ? 'a link' : 'a file';
    collect(
      new UserError(`${path} is in the way: the run keeps its files in a folder of this name, and this is ${what}`, {
        hint: 'move it away',
      }),
    );
    return;
  }
}

function worktreePaths(graph: Graph): string[] {
  const lanes = graph.workstreams.filter((lane) => !lane.parallel);
  const parallel = new Set(graph.workstreams.filter((lane) => lane.parallel).map((lane) => lane.id));
  const tasks = graph.tasks.filter((task) => parallel.has(task.workstreamId));
  return [
    ...lanes.map((lane) => workstreamWorktree(graph.name, lane.id)),
    ...tasks.map((task) => taskWorktree(graph.name, task.workstreamId, task.id)),
  ];
}

function requirePrograms({ settings, repository }: PreflightOptions, collect: (error: unknown) => void): void {
  for (const tool of settings.tools) {
    try {
      resolveProgram(tool, repository.root, process.env.PATH ?? '');
    } catch {
      collect(
        new UserError(`${tool} is not installed, and the graph names it under tools`, { hint: `install ${tool}` }),
      );
    }
  }
}
