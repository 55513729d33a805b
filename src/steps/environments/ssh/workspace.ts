import { join } from 'node:path';
import { AgentLaunchError, WorkspaceError } from '../../../core/errors.ts';
import type { TaskRuntime } from '../../../core/task-runtime.ts';
import { readIfThere } from '../../tools/atomic-file.ts';
import { exec, ToolError } from '../../tools/exec.ts';
import type { Git } from '../../tools/git.ts';
import { worktreeGit } from '../../worktree-git.ts';
import type { SshConnection } from './connection.ts';
import type { AttemptLayout } from './layout.ts';
import { scriptWith } from './remote-clone.ts';
import type { Site } from './site.ts';
import { shellCommand } from './ssh-argv.ts';

export interface WorkspaceOptions {
  readonly git: Git;
  readonly connection: SshConnection;
  readonly site: Site;
  readonly layout: AttemptLayout;
  /** Of its refs there. */
  readonly name: string;
  /** Absolute. */
  readonly commonDir: string;
}

const TRIES = 3;

/** Milliseconds; what is copied may be large. */
const COPY_LIMIT = 30 * 60_000;

/**
 * Makes the attempt's worktree there as it is here: its branch at the same commit, what is brought back uncommitted, and the
 * files that git does not have. Does nothing where its agent was started. Throws `WorkspaceError`, `ConnectionLost`.
 */
export async function makeWorkspace(runtime: TaskRuntime, options: WorkspaceOptions): Promise<void> {
  const { git, site, layout, name, commonDir } = options;
  const branch = runtime.require('branchName');
  const commit = await git.branch(branch);
  if (commit === null) throw new WorkspaceError('branch_missing', `branch ${branch} is gone`);
  const start = `refs/agentrelay/start/${name}`;
  const files = await uncommitted(git, runtime.require('worktreePath'), commit);
  const integration = runtime.require('integrationBranch');
  const tip = await git.branch(integration);
  const refs = {
    [`${start}/head`]: commit,
    ...(files === null ? {} : { [`${start}/files`]: files }),
    ...(tip === null ? {} : { [`refs/heads/${integration}`]: tip }),
  };
  const input = readIfThere(join(commonDir, 'info/exclude')) ?? '';
  for (let tries = 1; ; tries += 1) {
    try {
      await site.clone.push(refs, runtime.signal);
      await site.run(makeScript(site, layout, { branch, commit, files }), { input, signal: runtime.signal });
      return await carry(runtime, options);
    } catch (error) {
      if (!(error instanceof ToolError)) throw error;
      // The owner of another graph may be at it in the same clone.
      if (tries < TRIES) continue;
      throw new WorkspaceError('remote_workspace', `its worktree there cannot be made: ${error.message}`, {
        cause: error,
      });
    }
  }
}

/** Of an attempt of another owner that was prepared and not launched nobody knows how far that came: it is made anew. */
function makeScript(
  { layout: { clone } }: Site,
  { tree, signals }: AttemptLayout,
  { branch, commit, files }: { branch: string; commit: string; files: string | null },
): string {
  const [quotedClone, quotedTree, quotedSignals] = [clone, tree, signals].map((path) => shellCommand([path]));
  return `
umask 077
cat >${shellCommand([join(clone, 'info-exclude')])}
mkdir -p ${shellCommand([join(clone, 'info')])} && mv ${shellCommand([join(clone, 'info-exclude')])} ${shellCommand([join(clone, 'info/exclude')])}
[ -e ${shellCommand([join(signals, '.launched')])} ] && exit 0
rm -rf ${quotedTree} ${quotedSignals}
mkdir -p ${quotedSignals} ${shellCommand([join(tree, '..')])} || exit 1
cd ${quotedClone} || exit 1
git worktree prune
umask 022
# A worktree of an earlier attempt that is kept stays at what it has.
git worktree list --porcelain | sed -n -e '/^worktree /h' -e ${shellCommand([`\\|^branch refs/heads/${branch}$|{x;s/^worktree //;p;}`])} |
  while IFS= read -r kept; do git -C "$kept" checkout -q --detach || exit 1; done
git update-ref ${shellCommand([`refs/heads/${branch}`])} ${commit} || exit 1
git worktree add -q --force ${quotedTree} ${shellCommand([branch])} || exit 1
${files === null ? '' : `git -C ${quotedTree} restore --no-overlay --source=${files} --worktree -- :/ || exit 1`}
`;
}

/** A commit with what was brought back into the worktree here and is not committed; null for nothing. */
async function uncommitted(git: Git, path: string, head: string): Promise<string | null> {
  const run = worktreeGit(git, path);
  if ((await run(['status', '--porcelain', '--untracked-files=all'])) === '') return null;
  const folder = (await run(['rev-parse', '--absolute-git-dir'])).trim();
  const env = { GIT_INDEX_FILE: join(folder, 'agentrelay-carried') };
  await run(['read-tree', head], { env });
  await run(['add', '-A'], { env });
  const tree = (await run(['write-tree'], { env })).trim();
  return (await run(['commit-tree', '-p', head, '-m', 'not committed', tree])).trim();
}

/** Links, too, are copies there. */
async function carry(runtime: TaskRuntime, { connection, site, layout, git }: WorkspaceOptions): Promise<void> {
  const paths = [...runtime.task.copy, ...runtime.task.link];
  if (paths.length === 0) return;
  const pack = shellCommand(['tar', '-C', git.root, '-chf', '-', '--', ...paths]);
  const unpack = scriptWith(site.survey.searchPath, `tar -C ${shellCommand([layout.tree])} -xf -`);
  await connection.ready({ signal: runtime.signal });
  const send = shellCommand(['ssh', ...connection.sessionArgv(unpack)]);
  const copy = () => exec('/bin/sh', ['-c', `${pack} | ${send}`], { timeout: COPY_LIMIT, signal: runtime.signal });
  await connection.session(copy);
}

/** Throws `AgentLaunchError`. */
export function requireProgram(program: string | null, wanted: string, machine: string, searchPath: string): string {
  if (program !== null) return program;
  throw new AgentLaunchError(
    'program_not_found',
    `no program ${JSON.stringify(wanted)} on ${machine}, where PATH is ${searchPath}`,
  );
}
