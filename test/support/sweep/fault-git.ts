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
  readonly how: 'closed' | 'cut' | 'lost';
}

/** Git's line to the sandbox, as it is watched and made to fail. */
export interface GitLine {
  /** For the environment of git, as `GIT_SSH_COMMAND`. */
  readonly command: string;
  /** How often git has called, by kind. */
  counts(): Record<string, number>;
  /** Whether the fault was met. */
  wasHit(): boolean;
}

export function gitLine(box: GitHubSandbox, fault: GitFault | null): GitLine {
  const state = join(box.folder, 'line');
  mkdirSync(state);
  const command = join(state, 'ssh');
  writeFileSync(command, script(box, state, fault), { mode: 0o755 });
  return {
    command,
    counts() {
      const found: Record<string, number> = {};
      for (const name of readdirSync(state)) {
        const [, call] = /^(.+)-\d+$/.exec(name) ?? [];
        if (call !== undefined) found[call] = (found[call] ?? 0) + 1;
      }
      return found;
    },
    wasHit: () => existsSync(join(state, 'hit')),
  };
}

function script(box: GitHubSandbox, state: string, fault: GitFault | null): string {
  const acts: Readonly<Record<GitFault['how'], string>> = {
    closed: "echo 'kex_exchange_identification: Connection closed by remote host' >&2; exit 255",
    cut: `'${box.folder}/ssh' "$@" | head -c 150; exit 255`,
    lost: `: >'${box.bare}/lose-answer'`,
  };
  const act =
    fault === null ? '' : `if [ "$call-$n" = '${fault.call}-${fault.nth}' ]; then : >hit; ${acts[fault.how]}; fi`;
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
${act}
cd "$here"
exec '${box.folder}/ssh' "$@"
`;
}
