import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { writeProgram } from '../path-folder.ts';

/**
 * `claude --print --output-format stream-json … [--session-id ID | --resume ID] -- PROMPT`, as a shell script: it costs a
 * few milliseconds. What a task's agent does is in a script of that name; it finds its prompt in $prompt.
 */
const CLAUDE = `set -eu
session=
while [ "$1" != -- ]; do
  case $1 in --session-id | --resume) session=$2 ;; esac
  [ "$1" = --resume ] && resumed=yes
  shift
done
prompt=$2
printf '%s|%s|%s\\n' "$AGENTRELAY_TASK" "\${resumed-no}" "$prompt" >>"$HOME/prompts"
say() {
  printf '{"type":"assistant","session_id":"%s","message":{"id":"%s","model":"m","content":[{"type":"text","text":"%s"}]}}\\n' \\
    "$session" "$$" "$1"
}
# result COST: of the whole session
result() {
  printf '{"type":"result","subtype":"success","is_error":false,"session_id":"%s","result":"ok","total_cost_usd":%s,' \\
    "$session" "$1"
  printf '"modelUsage":{"m":{"inputTokens":100,"outputTokens":10,"costUSD":%s}}}\\n' "$1"
}
commit() { printf '%s\\n' "$2" >"$1"; git add -A; git commit -qm "write $1"; }
wait_for() { until [ -e "$1" ]; do sleep 0.02; done; }
printf '{"type":"system","subtype":"init","session_id":"%s","model":"m"}\\n' "$session"
. "$HOME/claude/$AGENTRELAY_TASK.sh"
`;

/** Puts it on the PATH of a project's programs, with the scripts of these tasks. */
export function installClaude(
  { folder, env }: { readonly folder: string; readonly env: NodeJS.ProcessEnv },
  tasks: Readonly<Record<string, string>>,
): void {
  const bin = join(folder, 'claude-bin');
  for (const path of [bin, join(folder, 'claude')]) mkdirSync(path, { recursive: true });
  writeProgram(bin, 'claude', CLAUDE);
  for (const [task, script] of Object.entries(tasks))
    writeFileSync(join(folder, 'claude', `${task}.sh`), `${script}\n`);
  env.PATH = `${bin}:${env.PATH}`;
}
