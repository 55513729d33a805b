import { quoteForShell } from '../../steps/tools/tmux-parse.ts';

/** `agent.sh TASK ATTEMPT`: what all scripted agents share. The work of a task is in `TASK.sh` beside it. */
export function agentScript(node: string): string {
  return `#!/bin/sh
# A script in place of a coding agent: agent.sh TASK ATTEMPT. It works as a real one does: it edits and commits in its
# worktree, reports and finishes with the agentrelay-* commands, and stays at its prompt until its window is closed.
set -eu
node=${quoteForShell(node)}
task=$1
attempt=$2

say() { printf '* %s\\n' "$*"; }

# A moment of "work", so that there is something to watch.
think() {
  say "$@"
  sleep 0.6 2>/dev/null || sleep 1
}

# commit SUBJECT
commit() {
  git add --all
  git commit --quiet --message "$1" --message "Task: $task"
  say "committed: $1"
}

# made CATEGORY PATH: a file that later tasks may need.
made() { agentrelay-declare --path "$2" --action created --category "$1"; }

# finish TITLE SUMMARY
finish() {
  agentrelay-summary --message "$2"
  agentrelay-complete --title "$1"
}

say "task $task, attempt $attempt, on $(git branch --show-current)"
say "reading $AGENTRELAY_INSTRUCTIONS"
. "$(dirname "$0")/$task.sh"
while read -r prompt; do say "nothing left to do about: $prompt"; done
`;
}
