import { execFileSync } from 'node:child_process';
import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';

/** What happens to one git of the owner: the `count`th of its kind. */
export interface GitHarm {
  /** Its first word; of `worktree` the second too. Of one that stays, `count` is of the lines it is told. */
  readonly kind: GitKind;
  readonly count: number;
  /** Killed instead of being started, some milliseconds after, or at its end; or it finds a lock that nobody holds. */
  readonly how: 'before' | 'during' | 'after' | 'lock';
  /** Milliseconds. */
  readonly after: number;
  /** Also what it has started. */
  readonly group: boolean;
}

export const GIT_KINDS = [
  ...['worktree add', 'worktree remove', 'worktree list', 'checkout', 'commit-tree', 'merge', 'merge-tree'],
  ...['rev-list', 'status', 'clean', 'reset', 'update-ref', 'cat-file'],
] as const;
export type GitKind = (typeof GIT_KINDS)[number];

/** One that stays is talked to through a pipe: these lines of it are counted. */
const COUNTED: Partial<Record<GitKind, string>> = { 'update-ref': 'prepare|commit', 'cat-file': '*' };

/**
 * Puts a `git` into a folder for the PATH of owners, and returns the folder. In it, `calls` lists the kinds, `lines` tells
 * how many lines of one that stays were counted, `hit` is there when the harm was done, `locks` lists those made.
 */
export function installGitWrapper(directory: string, harm: GitHarm): string {
  const folder = join(directory, 'git-wrapper');
  mkdirSync(folder);
  const git = execFileSync('sh', ['-c', 'command -v git'], { encoding: 'utf8' }).trim();
  writeFileSync(join(folder, 'git'), script(git, folder, harm), { mode: 0o755 });
  return folder;
}

function script(git: string, folder: string, harm: GitHarm): string {
  const { kind, group } = harm;
  const lines = COUNTED[kind];
  return `#!/bin/sh
git='${git}'
state='${folder}'
# The git of agents is left alone.
[ -z "\${AGENTRELAY_TOKEN-}" ] || exec "$git" "$@"

kind='' value=no
for word do
  if [ $value = yes ]; then value=no; continue; fi
  case $word in
    -c) value=yes ;;
    -*) ;;
    *) kind="$kind$word"; case $word in worktree) kind="$kind " ;; *) break ;; esac ;;
  esac
done
printf '%s\\n' "$kind" >>"$state/calls"
if [ "$kind" != '${kind}' ] || [ -e "$state/hit" ]; then exec "$git" "$@"; fi

die() {
  true >"$state/hit"
  # It may have come to its end by itself.
  [ -z "\${child-}" ] || kill -9 "$child" 2>/dev/null || true
  kill -9 "${group ? '-' : ''}$$"
}

# stale FILE...: locks that nobody holds, beside what they lock
stale() {
  true >"$state/hit"
  for lock do
    mkdir -p "\${lock%/*}"
    [ -e "$lock" ] || { true >"$lock"; printf '%s\\n' "$lock" >>"$state/locks"; }
  done
}
${lines === undefined ? single(harm) : staying(harm, lines)}`;
}

function single({ count, how, after }: GitHarm): string {
  const act = {
    before: 'die',
    after: '"$git" "$@"\ndie',
    during: `"$git" "$@" <&0 &
child=$!
sleep ${after / 1_000}
die`,
    lock: `here=$("$git" rev-parse --absolute-git-dir)
case $kind in
  merge) stale "$here/index.lock" "$here/refs/heads/main.lock" ;;
  'worktree add')
    branch=$(printf '%s\\n' "$@" | sed -n '/^-B$/{n;p;}')
    [ -z "$branch" ] || stale "$here/refs/heads/$branch.lock" ;;
  *) stale "$here/index.lock" ;;
esac
exec "$git" "$@"`,
  }[how];
  return `
n=1
set -C
until true 2>/dev/null >"$state/$n"; do n=$((n + 1)); done
set +C
[ $n = ${count} ] || exec "$git" "$@"
${act}
`;
}

/**
 * Passes on line by line, and ends when git does: we wait for that. A lock is there before a git that updates refs is
 * told of the `count`th transaction.
 */
function staying({ count, how, after, group }: GitHarm, lines: string): string {
  const counted = how === 'lock' ? 'update*|delete*' : lines;
  // Who waits for git goes first, or would end like somebody whose git was killed.
  const kill = `true >"$state/hit"; kill -9 "${group ? '-' : ''}$$"; kill -9 "$child" 2>/dev/null; exit`;
  const harm = {
    before: kill,
    lock: `case $line in
        delete*) stale .git/packed-refs.lock ;;
        update*) ref=\${line#update }; stale ".git/\${ref%% *}.lock" ;;
      esac`,
    during: `printf '%s\\n' "$line" >&3; sleep ${after / 1_000}; ${kill}`,
    after: `printf '%s\\n' "$line" >&3; sleep ${after / 1_000}; ${kill}`,
  }[how];
  return `
# What runs in the background has no standard input of its own.
exec 4<&0
mkfifo "$state/pipe.$$"
"$git" "$@" <"$state/pipe.$$" &
child=$!
feed() {
  exec 3>"$state/pipe.$$"
  rm "$state/pipe.$$"
  n=0
  while IFS= read -r line; do
    case $line in ${counted}) n=$((n + 1)) ;; *) printf '%s\\n' "$line" >&3; continue ;; esac
    if [ $n = ${count} ]; then
      ${harm}
    fi
    printf '%s\\n' "$line" >&3
  done
  printf '%s\\n' "$n" >"$state/lines"
}
feed <&4 &
feeder=$!
wait "$child"
code=$?
kill -9 "$feeder" 2>/dev/null
exit "$code"
`;
}
