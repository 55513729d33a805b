/**
 * Tells the server what was pushed, so that a branch that was deleted and made again between two requests is known
 * to have been gone. Where `lose-answer` is, it ends its receive-pack: all is done, and nobody is told.
 */
export const HOOK = `#!/bin/sh
{ cat; echo end; } >>pushes
if rm lose-answer 2>/dev/null; then kill -9 "$PPID"; fi
`;

/** What git runs for ssh: the two services of git on the local repositories of this host, nothing else. */
export function sshShim(folder: string, host: string): string {
  return `#!/bin/sh
unset GIT_DIR GIT_WORK_TREE GIT_INDEX_FILE GIT_OBJECT_DIRECTORY GIT_ALTERNATE_OBJECT_DIRECTORIES GIT_PREFIX \\
  GIT_CONFIG_PARAMETERS GIT_CONFIG_COUNT GIT_NAMESPACE
to= command=
for word; do to=$command command=$word; done
case $to in
  git@${host}) ;;
  *) echo "ssh: Could not resolve hostname $to: Name or service not known" >&2; exit 255 ;;
esac
service=\${command%% *}
path=\${command#* }
path=\${path#\\'}
path=\${path%\\'}
path=\${path#/}
path=\${path%.git}
case $path in
  *..* | *[!A-Za-z0-9_./-]*) echo 'ERROR: Repository not found.' >&2; exit 1 ;;
esac
if [ ! -d '${folder}/repos/'"$path.git" ]; then echo 'ERROR: Repository not found.' >&2; exit 1; fi
case $service in
  git-upload-pack) ;;
  git-receive-pack)
    if [ -e '${folder}/refuse-push' ]; then cat '${folder}/refuse-push' >&2; exit 1; fi ;;
  *) echo "Invalid command: $command" >&2; exit 1 ;;
esac
exec git "\${service#git-}" '${folder}/repos/'"$path.git"
`;
}

/** A hook that lets nobody push to this branch. */
export function protection(branch: string): string {
  return `#!/bin/sh
[ "$1" != 'refs/heads/${branch}' ] && exit
echo "error: GH006: Protected branch update failed for $1." >&2
echo 'error: Changes must be made through a pull request.' >&2
exit 1
`;
}
