import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { ensureFile, makeFolder, readUnlinked } from './tools/atomic-file.ts';

/** Names that the wrapper takes out of the agent's environment, blank between them; tmux itself can only add. */
export const UNSET_VARIABLE = 'AGENTRELAY_UNSET';

/** Set where whoever has the wrapper's terminal reads all of it, also after the end of the wrapper. */
export const STAYS_VARIABLE = 'AGENTRELAY_STAYS';

/**
 * Beside the signals of an attempt, from the moment in which its agent is started: whoever comes second starts none. An
 * owner may be killed while tmux has its order and it has no answer. It holds the wrapper's process id.
 */
export const LAUNCHED_FILE = '.launched';

/** The same of one that an engine runs, from the moment in which the engine is asked to. */
const SUBMITTED_FILE = '.submitted';

/** Variables of the agent that nobody else may see; the wrapper reads it and takes it away before the program starts. */
export const SECRETS_FILE = '.secrets';
/** Set where there is such a file: whatever else is put there is never read. */
export const SECRETS_VARIABLE = 'AGENTRELAY_SECRETS';

/** What the client of an engine exited with. */
export const CLIENT_CODE_FILE = 'client_exit_code';

/** An agent of this very attempt has been started, or was asked for, whatever became of it. */
export function wasLaunched(signalDir: string): boolean {
  return [LAUNCHED_FILE, SUBMITTED_FILE].some((name) => existsSync(join(signalDir, name)));
}

/**
 * The end of a session's leader takes what tmux has not read yet with it: so it lets go of the terminal and waits until
 * tmux has closed it, unless something that the agent has left behind still holds it.
 */
const LEAVE_TERMINAL = `[ -t 1 ] && [ -z "$stays" ] || exit "$code"
exec 3>&1 </dev/null >/dev/null 2>&1
sleep 1 3>&- &
trap 'kill -9 $!; wait; exit "$code"' HUP
exec 3>&-
wait
exit "$code"
`;

/** The agent may have made a link of that name, or a pipe: nobody writes through those, out here. */
const TELL = `tell() {
  rm -rf "$1"
  (set -C; printf '%s\\n' "$code" >"$1")
}
`;

/**
 * Runs beside every agent: `agent-wrapper EXIT_CODE_FILE PROGRAM [ARGUMENT...]`. tmux loses exit codes, so they are
 * kept in a file. Ctrl-C is for the agent (a trap with a command is undone in children, unlike an ignored signal).
 * HUP stays untrapped: a closing terminal signals the wrapper alone, and the agent gets it by the wrapper's end.
 */
const WRAPPER = `#!/bin/sh
${TELL}[ -z "\${${UNSET_VARIABLE}-}" ] || unset $${UNSET_VARIABLE}
unset ${UNSET_VARIABLE}
stays=\${${STAYS_VARIABLE}-}
unset ${STAYS_VARIABLE}
file=$1
shift
launched=\${file%/*}/${LAUNCHED_FILE}
secrets=\${file%/*}/${SECRETS_FILE}
if ! (set -C; echo "$$" >"$launched") 2>/dev/null; then
  [ -e "$launched" ] && echo 'agentrelay: this attempt was launched before' || echo "agentrelay: cannot write $launched"
  rm -f "$secrets"
  exit 125
fi
if [ -n "\${${SECRETS_VARIABLE}-}" ]; then
  if ! [ -f "$secrets" ]; then
    echo 'agentrelay: the secrets of this attempt are gone'
    echo 125 >"$file"
    exit 125
  fi
  . "$secrets"
  rm -f "$secrets"
  unset ${SECRETS_VARIABLE}
fi
trap : INT QUIT
"$@"
code=$?
trap '' HUP INT QUIT TERM
tell "$file"
${LEAVE_TERMINAL}`;

/**
 * Runs a client that has the agent run somewhere else, with its own wrapper beside it: `agent-client EXIT_CODE_FILE PROGRAM
 * [ARGUMENT...]`. How the client ends says nothing of the agent, so that it is kept beside the truth, as a hint.
 */
const CLIENT = `#!/bin/sh
${TELL}stays=
file=$1
shift
submitted=\${file%/*}/${SUBMITTED_FILE}
if ! (set -C; echo "$$" >"$submitted") 2>/dev/null; then
  echo 'agentrelay: this attempt was launched before'
  exit 125
fi
trap : INT QUIT
"$@"
code=$?
trap '' HUP INT QUIT TERM
tell "\${file%/*}/${CLIENT_CODE_FILE}"
${LEAVE_TERMINAL}`;

/** The process on this machine that runs the agent, or the client that has it run; null while nobody has told. */
export function readLaunchedPid(folder: string): number | null {
  for (const name of [SUBMITTED_FILE, LAUNCHED_FILE]) {
    const pid = /^(\d{1,10})\n$/.exec(readUnlinked(join(folder, name)) ?? '')?.[1];
    if (pid !== undefined) return Number(pid);
  }
  return null;
}

/** Puts the wrapper where the run's agents find it; its path. Any number of times. */
export function installAgentWrapper(runDirectory: string): string {
  return install(runDirectory, 'agent-wrapper', WRAPPER);
}

/** The same for what runs the clients of engines. */
export function installClientWrapper(runDirectory: string): string {
  return install(runDirectory, 'agent-client', CLIENT);
}

function install(runDirectory: string, name: string, text: string): string {
  const path = join(runDirectory, 'bin', name);
  makeFolder(dirname(path));
  ensureFile(path, text, { mode: 0o755 });
  return path;
}

/**
 * What the wrapper wrote: 0 to 255, 128 + n after signal n. Null while the agent runs, or when it left none; the file
 * itself is there a moment before its line is.
 */
export function readExitCode(file: string): number | null {
  const code = /^(\d{1,3})\n$/.exec(readUnlinked(file) ?? '')?.[1];
  return code === undefined ? null : Number(code);
}
