import { quoteForShell } from '../../steps/tools/tmux-parse.ts';
import type { Manner } from './manner.ts';

/** `agent.sh TASK ATTEMPT`: what all scripted agents share. The work of a task is in `TASK.sh` beside it. */
export function agentScript(node: string, { pause, step, watched }: Manner): string {
  return `#!/bin/sh
# A script in place of a coding agent: agent.sh TASK ATTEMPT. It works as a real one does: it edits and commits in its
# worktree, reports and finishes with the agentrelay-* commands, and stays at its prompt until its window is closed.
set -eu
node=${quoteForShell(node)}
task=$1
attempt=$2

# Seconds of a moment of "work", and of a small step of it; whether somebody is there to be asked.
pause=${seconds(pause)}
step=${seconds(step)}
watched=${watched ? 'yes' : 'no'}

say() { printf '\\033[36m*\\033[0m %s\\n' "$*"; }

rest() { [ "$1" = 0 ] || sleep "$1" 2>/dev/null || sleep 1; }

# So that there is something to watch.
think() {
  say "$@"
  rest "$pause"
}

# steps LINE...
steps() {
  for line; do
    say "$line"
    rest "$step"
  done
}

# ask QUESTION CHOICE...: a person's answer in $answer, or the first choice where nobody is there.
ask() {
  question=$1
  shift
  answer=$1
  [ "$watched" = yes ] || return 0
  for choice; do
    set -- "$@" --choice "$choice"
    shift
  done
  say "$question"
  agentrelay-attention waiting_input --question "$question" "$@"
  read -r answer
  agentrelay-attention working
  say "so it is: $answer"
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
say "reading \${AGENTRELAY_INSTRUCTIONS##*/}"
. "$(dirname "$0")/$task.sh"
while read -r prompt; do say "nothing left to do about: $prompt"; done
`;
}

function seconds(value: number): string {
  return String(Math.round(value * 1000) / 1000);
}
