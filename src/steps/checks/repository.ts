import { existsSync, readFileSync } from 'node:fs';
import { statfs } from 'node:fs/promises';
import { join } from 'node:path';
import { UserError } from '../../core/errors.ts';
import type { Graph } from '../../core/graph/graph.ts';
import { BRANCH_ROOT } from '../../core/names.ts';
import { missingExcludes } from '../exclude.ts';
import { requireFreeNames } from '../free-names.ts';
import type { Repository } from '../preflight.ts';
import type { Git } from '../tools/git.ts';
import { requireWritable } from '../writable.ts';
import { type Finding, findingFrom, findingOf, ok, warn } from './finding.ts';

export interface RepositoryChecks {
  readonly repository: Repository;
  readonly git: Git;
  /** Null where none is asked about. */
  readonly graph: Graph | null;
}

/** What of the repository itself a run stands on. */
export async function checkRepository(options: RepositoryChecks): Promise<Finding[]> {
  const { repository, git, graph } = options;
  const [head, identity, names, tracked, habits, space] = await Promise.all([
    headFinding(options),
    findingFrom(
      'committer',
      () => committer(git),
      (who) => who,
    ),
    nameFindings(options),
    trackedFinding(git),
    habitFindings(options),
    spaceFinding(repository.root),
  ]);
  const writable = () => requireWritable(repository, graph?.name ?? '');
  const access = await findingFrom('write access', writable, () => 'to the repository and to its .git');
  return [head, identity, access, ...names, excludeFinding(repository), ...tracked, ...habits, space];
}

async function headFinding({ repository, git }: RepositoryChecks): Promise<Finding> {
  const { stdout: branch } = await git.run(['symbolic-ref', '-q', '--short', 'HEAD'], { accept: [0, 1] });
  const commit = await git.resolve('HEAD');
  if (commit === null) {
    const detail = `${repository.root} has no commits`;
    return { level: 'fail', what: 'repository', detail, fix: 'commit something first' };
  }
  return ok('repository', `${repository.root}, ${branch === '' ? 'no branch' : branch} at ${commit.slice(0, 8)}`);
}

async function committer(git: Git): Promise<string> {
  const { exitCode, stdout } = await git.run(['var', 'GIT_COMMITTER_IDENT'], { accept: [0, 128] });
  if (exitCode === 0) return stdout.replace(/ \d+ [+-]\d+$/, '');
  throw new UserError('git does not know who commits', {
    hint: 'git config user.name "Your Name" && git config user.email you@example.com',
  });
}

async function nameFindings({ repository, git, graph }: RepositoryChecks): Promise<Finding[]> {
  const found: Finding[] = [];
  if (graph !== null) {
    await requireFreeNames({ graph, git, ...repository }, (error) => found.push(findingOf('names', error)));
  } else if ((await git.branch(BRANCH_ROOT)) !== null) {
    const detail = `branch ${BRANCH_ROOT} is in the way of the branches that runs make`;
    found.push({ level: 'fail', what: 'names', detail, fix: `git branch -m ${BRANCH_ROOT} another-name` });
  }
  return found.length > 0 ? found : [ok('names', `branches ${BRANCH_ROOT}/… and the folders of runs are free`)];
}

function excludeFinding({ commonDir }: Repository): Finding {
  const missing = missingExcludes(commonDir);
  if (missing.length === 0) return ok('ignored', 'git leaves .workflow and .worktrees out');
  return ok('ignored', 'a run adds .workflow and .worktrees to .git/info/exclude');
}

/** What is tracked is not ignored, whatever stands in `info/exclude`. */
async function trackedFinding(git: Git): Promise<Finding[]> {
  const { stdout } = await git.run(['ls-files', '--', '.workflow', '.worktrees']);
  if (stdout === '') return [];
  const detail = `git tracks files that are kept where runs have theirs: ${stdout.split('\n', 1)[0]}`;
  return [warn('ignored', detail, 'git rm -r --cached .workflow .worktrees')];
}

/** What a repository may use that is different in the worktrees of tasks. */
async function habitFindings({ repository, git }: RepositoryChecks): Promise<Finding[]> {
  const setting = async (...args: string[]) => (await git.run(['config', ...args], { accept: [0, 1] })).stdout;
  const [signs, lfs] = await Promise.all([
    setting('--type=bool', '--get', 'commit.gpgsign'),
    setting('--get-regexp', '^filter\\.lfs\\.(process|clean)$'),
  ]);
  const found: Finding[] = [];
  const modules = text(join(repository.root, '.gitmodules')).match(/^\s*\[submodule /gm)?.length ?? 0;
  if (modules > 0) {
    const detail = `${modules} of them, and their folders are empty in the worktrees of tasks`;
    found.push(warn('submodules', detail, 'tell agents that need them: git submodule update --init'));
  }
  if (/\bfilter=lfs\b/.test(text(join(repository.root, '.gitattributes')))) {
    found.push(
      lfs !== ''
        ? warn('LFS', 'each worktree of a task gets a copy of its files, and agents upload what they push', null)
        : warn('LFS', 'agents find pointers in place of the files: git-lfs is not set up', 'git lfs install'),
    );
  }
  if (signs === 'true') {
    const detail =
      'commits of agents are signed with your key, and nobody is there for its pass phrase; merges are not signed';
    found.push(warn('signing', detail, 'git config commit.gpgsign false, or unlock the key before a run'));
  }
  return found;
}

function text(path: string): string {
  return existsSync(path) ? readFileSync(path, 'utf8') : '';
}

const MIB = 1024 * 1024;
/** Bytes: a run could do nothing, or not much. */
const NO_SPACE = 64 * MIB;
const LITTLE_SPACE = 1024 * MIB;

async function spaceFinding(root: string): Promise<Finding> {
  const { bavail, bsize } = await statfs(root);
  const free = bavail * bsize;
  const detail = `${free < LITTLE_SPACE ? `only ${Math.round(free / MIB)} MiB` : `${Math.floor(free / 1024 / MIB)} GiB`} free`;
  if (free >= LITTLE_SPACE) return ok('disk', detail);
  const fix = 'agentrelay gc clears up what finished runs have left';
  return { level: free < NO_SPACE ? 'fail' : 'warn', what: 'disk', detail, fix };
}
