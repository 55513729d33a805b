import { existsSync, mkdirSync, readdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import type { GitHubSandbox } from '../github/sandbox.ts';

/** What git does over the line, and whether an agent or the run does it. */
export type GitCall = `${'agent' | 'run'} ${'push' | 'delete' | 'fetch' | 'ls-remote'}`;

/** What becomes of one such call. */
export interface GitFault {
  readonly call: GitCall;
  /** Of its kind, from 1. */
  readonly nth: number;
  /** Nothing gets through; the answer is cut off; it is done and the answer lost. */
  readonly how: 'closed' | 'cut early' | 'cut late' | 'cut last' | 'lost';
}

/** Git's line to the sandbox, as it is watched and made to fail. */
export interface GitLine {
  /** For the environment of git, as `GIT_SSH_COMMAND`. */
  readonly command: string;
  /** How often git has called, by kind. */
  counts(): Record<string, number>;
  wasMet(fault: GitFault): boolean;
}

export function gitLine(box: GitHubSandbox, faults: readonly GitFault[]): GitLine {
  const state = join(box.folder, 'line');
  mkdirSync(state);
  const command = join(state, 'ssh');
  writeFileSync(command, script(box, state, faults), { mode: 0o755 });
  return {
    command,
    counts() {
      const found: Record<string, number> = {};
      for (const name of readdirSync(state)) {
        const [, call] = /^((?:agent|run) .+)-\d+$/.exec(name) ?? [];
        if (call !== undefined) found[call] = (found[call] ?? 0) + 1;
      }
      return found;
    },
    wasMet: (fault) => existsSync(join(state, `met ${nameOf(fault)}`)),
  };
}

/** Bytes of the answer that get through: not all that the server can do; not all that it has; with a push, all. */
const CUTS = { 'cut early': 60, 'cut late': 200, 'cut last': 330 } as const;

function nameOf({ call, nth }: GitFault): string {
  return `${call}-${nth}`;
}

function script(box: GitHubSandbox, state: string, faults: readonly GitFault[]): string {
  const shim = `'${box.folder}/ssh'`;
  const cut = (bytes: number) =>
    `mkfifo pipe.$$; ${shim} "$@" <&3 >pipe.$$ & dd bs=1 count=${bytes} status=none <pipe.$$; exit 255`;
  const acts: Readonly<Record<GitFault['how'], string>> = {
    closed: "echo 'kex_exchange_identification: Connection closed by remote host' >&2; exit 255",
    'cut early': cut(CUTS['cut early']),
    'cut late': cut(CUTS['cut late']),
    'cut last': cut(CUTS['cut last']),
    lost: `: >'${box.bare}/lose-answer'`,
  };
  const arms = faults.map((fault) => `  '${nameOf(fault)}') : >'met ${nameOf(fault)}'; ${acts[fault.how]} ;;`);
  return `#!/bin/sh
here=$PWD
cd '${state}'
# What git was told tells what it is about to do.
told=$(tr '\\0' ' ' <"/proc/$PPID/cmdline")
case $told in
  *' push '*' :refs/'*) verb=delete ;;
  *' push '*) verb=push ;;
  *' ls-remote '*) verb=ls-remote ;;
  *) verb=fetch ;;
esac
call="\${AGENTRELAY_TOKEN:+agent}"
call="\${call:-run} $verb"
n=1
set -C
until printf '%s\\n' "$told" 2>/dev/null >"$call-$n"; do n=$((n + 1)); done
set +C
exec 3<&0
case $call-$n in
${arms.join('\n')}
  *) ;;
esac
cd "$here"
exec '${box.folder}/ssh' "$@"
`;
}
