import { KeyedQueue } from '../../../core/queue.ts';
import type { Git } from '../../tools/git.ts';
import { againWhenKilled } from '../../tools/killed-git.ts';
import { type WorktreeGit, worktreeGit } from '../../worktree-git.ts';
import type { SshConnection } from './connection.ts';
import { type RemoteClone, scriptWith } from './remote-clone.ts';
import { shellCommand } from './ssh-argv.ts';

/** A worktree there, and the one here that is to be like it. */
export interface MirroredTree {
  readonly git: Git;
  readonly connection: SshConnection;
  readonly clone: RemoteClone;
  readonly searchPath: string;
  /** Of refs there that hold what is fetched; unique to the attempt. */
  readonly name: string;
  /** The only one that is ever moved here: the agent may be on another by now, such as a person's. */
  readonly branch: string;
  /** There and here; absolute. */
  readonly there: string;
  readonly here: string;
}

interface TreeState {
  readonly head: string | null;
  /** Null when HEAD is detached. */
  readonly branch: string | null;
  /** A commit with what is not committed; null where that is nothing. */
  readonly files: string | null;
}

/** One at a time in each worktree here. */
const turns = new KeyedQueue();

/**
 * Makes the worktree here like the one there: its branch, its commit, and what is not committed in it. What proves, merges
 * and saves work looks at the one here, as it always does. With `mayBeAhead` a branch here that has gone on from there, as
 * it does when it takes its target in, stays where it is. False where there is none there.
 */
export async function mirrorTree(
  tree: MirroredTree,
  { signal, mayBeAhead = false }: { signal?: AbortSignal; mayBeAhead?: boolean } = {},
): Promise<boolean> {
  return await turns.run(tree.here, async () => {
    const there = await look(tree, signal);
    if (there?.head == null) return false;
    const { head, branch, files } = there;
    const { git, here } = tree;
    const refs = [refOf(tree, 'head'), ...(files === null ? [] : [refOf(tree, 'files')])];
    if (!(await areKnown(git, [head, files]))) await tree.clone.fetch(refs, signal);
    const run = worktreeGit(git, here);
    const isAhead = mayBeAhead && (await hasGoneOn(run, head));
    if (isAhead && files === null) return true;
    const onBranch = branch === tree.branch && !isAhead;
    await againWhenKilled(() => run(['clean', '-fdq']));
    const at = onBranch ? ['--no-track', '-B', tree.branch, head] : ['--detach', head];
    await againWhenKilled(() => run(['checkout', '-q', '-f', ...at]));
    if (files === null) return true;
    const restore = ['restore', '--no-overlay', `--source=${files}`, '--worktree', '--', ':/'];
    await againWhenKilled(() => run(restore));
    return true;
  });
}

/** Puts the worktree there on the commit of the one here, where that has gone on. Nothing is to be at work in it. */
export async function bringOn(tree: MirroredTree, signal?: AbortSignal): Promise<void> {
  const { branch } = tree;
  const commit = await tree.git.branch(branch);
  if (commit === null) return;
  await tree.clone.push({ [refOf(tree, 'here')]: commit }, signal);
  const script = `
cd ${shellCommand([tree.there])} || exit 1
[ "$(git rev-parse HEAD)" = ${commit} ] && exit 0
[ -n "$(git status --porcelain)" ] || [ "$(git symbolic-ref -q --short HEAD)" != ${shellCommand([branch])} ] && exit 0
git merge -q --ff-only ${commit}
`;
  await tree.connection.run(scriptWith(tree.searchPath, script), signal === undefined ? {} : { signal });
}

async function hasGoneOn(run: WorktreeGit, from: string): Promise<boolean> {
  const head = await run(['rev-parse', 'HEAD']);
  return head !== from && (await run(['rev-list', '--count', `HEAD..${from}`])) === '0';
}

/** What is not committed there goes: it is saved here. */
export async function cleanTree(tree: MirroredTree, signal?: AbortSignal): Promise<void> {
  const script = `cd ${shellCommand([tree.there])} && git reset -q --hard && git clean -fdq`;
  await tree.connection.run(scriptWith(tree.searchPath, script), signal === undefined ? {} : { signal });
}

async function look(tree: MirroredTree, signal?: AbortSignal): Promise<TreeState | null> {
  const { stdout, exitCode } = await tree.connection.run(scriptWith(tree.searchPath, script(tree)), {
    accept: [NO_TREE],
    ...(signal === undefined ? {} : { signal }),
  });
  if (exitCode === NO_TREE) return null;
  const said = new Map(stdout.split('\n').map((line) => [line.split(' ')[0] ?? '', line.split(' ')[1] || null]));
  return { head: said.get('head') ?? null, branch: said.get('branch') ?? null, files: said.get('files') ?? null };
}

const NO_TREE = 3;

/** With an index of its own: what the agent has staged stays as it is. */
function script(tree: MirroredTree): string {
  const index = `agentrelay-${tree.name.replaceAll('/', '-')}`;
  return `
cd ${shellCommand([tree.there])} 2>/dev/null || exit ${NO_TREE}
head=$(git rev-parse -q --verify HEAD) || exit ${NO_TREE}
echo "head $head"
git update-ref ${refOf(tree, 'head')} "$head"
echo "branch $(git symbolic-ref -q --short HEAD)"
if [ -n "$(git status --porcelain --untracked-files=all)" ]; then
  folder=$(git rev-parse --absolute-git-dir)
  GIT_INDEX_FILE=$folder/${index}
  export GIT_INDEX_FILE
  cp "$folder/index" "$GIT_INDEX_FILE" 2>/dev/null
  git add -A && tree=$(git write-tree) && files=$(git commit-tree -p "$head" -m 'not committed' "$tree") || exit 1
  rm -f "$GIT_INDEX_FILE"
  git update-ref ${refOf(tree, 'files')} "$files"
  echo "files $files"
fi
`;
}

function refOf({ name }: MirroredTree, what: 'head' | 'files' | 'here'): string {
  return `refs/agentrelay/mirror/${name}/${what}`;
}

async function areKnown(git: Git, commits: readonly (string | null)[]): Promise<boolean> {
  for (const commit of commits) if (commit !== null && (await git.resolve(`${commit}^{tree}`)) === null) return false;
  return true;
}
