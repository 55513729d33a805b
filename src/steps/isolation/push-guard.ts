import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { ensureFile, makeFolder } from '../tools/atomic-file.ts';

/** Names the one branch that a sandboxed agent may push. */
export const OWN_BRANCH_VARIABLE = 'AGENTRELAY_BRANCH';

/** The hooks of git's client that are called now and then. */
const HOOKS = [
  ...['applypatch-msg', 'pre-applypatch', 'post-applypatch', 'pre-commit', 'pre-merge-commit', 'prepare-commit-msg'],
  ...['commit-msg', 'post-commit', 'pre-rebase', 'post-checkout', 'post-merge', 'pre-push', 'post-rewrite'],
  ...['pre-auto-gc', 'sendemail-validate'],
];

/** Those that are called at every move of a ref or of the index: only where the repository has them. */
const FREQUENT_HOOKS = ['reference-transaction', 'post-index-change'];

/**
 * Stands for every hook of a repository: one that pushes anything but the task's own branch is refused, and then the
 * repository's own hook of that name runs, where it is found without our setting. `$0` is what git was told.
 */
const HOOK = `#!/bin/sh
guard=\${0%/*}
name=\${0##*/}
input=
if [ "$name" = pre-push ]; then
  own=refs/heads/$${OWN_BRANCH_VARIABLE}
  while read -r from commit to there; do
    case $from in
      '(delete)') echo "agentrelay: nothing was pushed: $to may not be deleted from here" >&2; exit 1 ;;
    esac
    if [ "$to" != "$own" ]; then
      echo "agentrelay: nothing was pushed: this session may push to \${own#refs/heads/} alone, and not to $to" >&2
      exit 1
    fi
    input="$input$from $commit $to $there
"
  done
fi
folder=$(
  git config --type=path --get-all core.hooksPath | {
    last=
    while IFS= read -r line; do [ "$line" = "$guard" ] || last=$line; done
    printf '%s' "$last"
  }
)
[ -n "$folder" ] || folder=$(git rev-parse --git-common-dir)/hooks
[ -x "$folder/$name" ] || exit 0
[ "$name" = pre-push ] || exec "$folder/$name" "$@"
printf '%s' "$input" | "$folder/$name" "$@"
`;

/** Puts the hooks where git in the run's sandboxes finds them; their folder. Any number of times. */
export function installPushGuard(place: { readonly runDirectory: string; readonly commonDir: string }): string {
  const folder = guardFolder(place.runDirectory);
  makeFolder(folder);
  const frequent = FREQUENT_HOOKS.filter((name) => existsSync(join(place.commonDir, 'hooks', name)));
  for (const name of [...HOOKS, ...frequent]) ensureFile(join(folder, name), HOOK, { mode: 0o755 });
  return folder;
}

/** Settings of git, by name, with which it runs these hooks; for `gitConfigVariables`. */
export function pushGuardSettings(runDirectory: string): Record<string, string> {
  return { 'core.hooksPath': guardFolder(runDirectory) };
}

function guardFolder(runDirectory: string): string {
  return join(runDirectory, 'bin', 'hooks');
}
