import { dirname, join } from 'node:path';
import { ensureFile, makeFolder } from '../../tools/atomic-file.ts';

/**
 * Stays with a container as long as that runs: `container-client ENGINE NAME EXIT_CODE_FILE DETACH_KEYS ARGUMENT...`. A
 * client may be killed while its container goes on: it is attached to again. What the engine has to say of one that leaves
 * no exit code is the last that it shows. podman calls one running for ever when what watched over it was killed first, so
 * that its process is looked for, too, where it can be.
 */
const CLIENT = `#!/bin/sh
engine=$1 name=$2 file=$3 keys=$4
shift 4
trap : INT QUIT

runs() {
  state=$("$engine" container inspect --format '{{.State.Running}} {{.State.Pid}}' "$name" 2>/dev/null) || return 1
  [ "\${state% *}" = true ] || return 1
  case $engine in
    */podman) [ ! -e /proc/self ] || [ -e "/proc/\${state#* }" ] ;;
  esac
}

"$engine" "$@"
code=$?
tries=0
while [ "$tries" -lt 5 ] && runs; do
  tries=$((tries + 1))
  echo 'agentrelay: the client has ended and its container goes on; attaching again'
  "$engine" attach --sig-proxy=false "--detach-keys=$keys" "$name"
  code=$?
done
while runs; do
  sleep 1
done
if [ ! -e "$file" ]; then
  "$engine" container inspect --format \\
    'agentrelay: the container has left no exit code of its agent: {{.State.Status}}, code {{.State.ExitCode}}{{if .State.OOMKilled}}, out of memory{{end}}' \\
    "$name" || echo 'agentrelay: there is no such container'
fi
exit "$code"
`;

/** Puts it where the run's clients find it; its path. Any number of times. */
export function installContainerClient(runDirectory: string): string {
  const path = join(runDirectory, 'bin', 'container-client');
  makeFolder(dirname(path));
  ensureFile(path, CLIENT, { mode: 0o755 });
  return path;
}
