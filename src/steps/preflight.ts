import { mkdtempSync, rmSync, statSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { UserError } from '../core/errors.ts';
import type { Graph, Settings } from '../core/graph/graph.ts';
import { needsTmux } from './environments/needs-tmux.ts';
import { slurmProblems } from './environments/slurm/problems.ts';
import { sshProblems } from './environments/ssh/problems.ts';
import type { Extensions } from './extensions.ts';
import type { ChosenForge } from './forges/forge.ts';
import { missingProgram, presetUses } from './frameworks/preset-use.ts';
import { requireFreeNames } from './free-names.ts';
import type { RemoteRef } from './github/remote-branches.ts';
import { bwrapProblems } from './isolation/bwrap/problems.ts';
import { containerProblems } from './isolation/oci/problems.ts';
import { missingFiles } from './surroundings/missing-files.ts';
import { exec, ToolError } from './tools/exec.ts';
import { findProgram } from './tools/find-program.ts';
import type { Git } from './tools/git.ts';
import { againWhenKilled } from './tools/killed-git.ts';
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
  const answer = againWhenKilled(() => exec('git', asked, { cwd: target, env: NO_REPOSITORY_VARIABLES }));
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
  readonly forge: ChosenForge;
  readonly git: Git;
  readonly repository: Repository;
  readonly extensions: Extensions;
}

export interface PreflightResult {
  /** By the names of the base branches. */
  readonly baseCommits: Readonly<Record<string, string>>;
  /** Branches of the graph that are on the forge already: this run's, or those of one that has no records here. */
  readonly leftovers: readonly RemoteRef[];
}

/** Everything that would stop the run later, before anything is made. Throws one `UserError` with all of it. */
export async function preflight(options: PreflightOptions): Promise<PreflightResult> {
  const { graph, git, forge } = options;
  const problems: UserError[] = [];
  const collect = (error: unknown) => {
    if (!(error instanceof UserError)) throw error;
    problems.push(error);
  };
  const [onGitHub] = await Promise.all([
    forge.name === 'gh' ? lookAtGitHub(options, forge, collect) : null,
    needsTmux(graph) ? requireTool(TMUX).catch(collect) : null,
    requireIdentity(git).catch(collect),
    requireFreeNames({ ...options, ...options.repository }, collect),
    slurmProblems(graph).then((problems) => problems.forEach(collect)),
    sshProblems(graph, options.repository.root).then((problems) => problems.forEach(collect)),
    bwrapProblems(graph).then((problems) => problems.forEach(collect)),
    containerProblems(graph).then((problems) => problems.forEach(collect)),
  ]);
  requireAgents(options, collect);
  requireTools(options, collect);
  for (const missing of missingFiles(graph, options.repository.root)) collect(missing);
  const baseCommits = onGitHub?.bases ?? (await requireBranches(graph, git, collect));
  const [first] = problems;
  if (problems.length > 1) {
    const lines = problems.map(({ message, hint }) => `  ${message}${hint === null ? '' : ` (${hint})`}`);
    throw new UserError(`the run cannot start:\n${lines.join('\n')}`);
  }
  if (first !== undefined) throw first;
  return { baseCommits, leftovers: onGitHub?.leftovers ?? [] };
}

/** gh thinks of what it was told, refusals too: what is asked here must not be remembered in a run. */
async function lookAtGitHub(
  { graph, settings, git }: PreflightOptions,
  { remote, repository }: Extract<ChosenForge, { name: 'gh' }>,
  collect: (error: unknown) => void,
): Promise<Pick<PreflightResult, 'leftovers'> & { readonly bases: Readonly<Record<string, string>> }> {
  const [{ Gh }, { checkGh }] = await Promise.all([import('./github/gh.ts'), import('./github/gh-preflight.ts')]);
  const cacheFolder = mkdtempSync(join(tmpdir(), 'agentrelay-gh-'));
  try {
    const { problems, facts } = await checkGh({
      gh: new Gh({ repository, cacheFolder }),
      graph,
      settings,
      git,
      remote,
    });
    for (const problem of problems) collect(problem);
    return facts;
  } finally {
    rmSync(cacheFolder, { recursive: true, force: true });
  }
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

function requireAgents(options: PreflightOptions, collect: (error: unknown) => void): void {
  const { root } = options.repository;
  for (const use of presetUses({ ...options, root })) {
    if (use.isMissing && use.tasks.length > 0) collect(missingProgram(use));
  }
}

function requireTools({ settings, repository }: PreflightOptions, collect: (error: unknown) => void): void {
  for (const tool of settings.tools) {
    if (findProgram(tool, repository.root, process.env.PATH ?? '') !== null) continue;
    collect(new UserError(`${tool} is not installed, and the graph names it under tools`, { hint: `install ${tool}` }));
  }
}
