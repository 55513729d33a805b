#!/bin/sh
# sh bare.sh chain|parallel TASKS SLOTS SOCKET AGENT, in a repository
# The same work with nothing but the git and tmux commands that nobody can do without: no journal, no checks, no
# retries, no logs, no clean-up of what went wrong. What agentrelay takes more than this is the price of agentrelay.
# With BENCH_GH set the branches are merged by pull requests: what git push, gh pr create and gh pr merge take.
set -eu

mode=$1
tasks=$2
slots=$3
socket=$4
agent=$5
work=$PWD/.bare
integration=refs/heads/agentrelay/bench/ws/default

start() { # TASK WORKER DIRECTORY
  tmux -L "$socket" new-window -d -t '=bare:' -n "$1" -c "$3" -e "AGENTRELAY_SIGNAL_DIR=$work/$1" \
    -e "AGENTRELAY_TASK=$1" -e AGENTRELAY_TOKEN=token -e "BENCH_WAKE=$work/wake$2" sh "$agent"
}

# The agent writes its signal and then to the fifo: nobody looks again and again.
await() { # TASK WORKER
  read -r _ <"$work/wake$2"
  { read -r _; read -r payload; } <"$work/$1/.done"
  commit=${payload##*@}
}

# hand_over TASK: where others may be at it, too.
hand_over() {
  [ -n "${BENCH_GH-}" ] || return 0
  git push -q origin "$commit:refs/heads/agentrelay/bench/$1"
  pr=$(gh pr create -R "$BENCH_GH" -H "agentrelay/bench/$1" -B "${integration#refs/heads/}" -t "$1" -b "$1")
}

# merge TASK TIP: the new tip is in $merged.
merge() {
  if [ -n "${BENCH_GH-}" ]; then
    gh pr merge "$pr" -R "$BENCH_GH" --merge --match-head-commit "$commit" >/dev/null
    git fetch -q --no-tags origin "+$integration:refs/remotes/origin/bench"
    merged=$(git rev-parse refs/remotes/origin/bench)
    git update-ref "$integration" "$merged"
    git push -q origin ":refs/heads/agentrelay/bench/$1"
    return
  fi
  tree=$(git merge-tree --write-tree "$2" "$commit")
  merged=$(git commit-tree "$tree" -p "$2" -p "$commit" -m "Merge task $1")
  git update-ref "$integration" "$merged" "$2"
}

# Its agent has ended and its window has gone with it, as often as not.
close_window() { tmux -L "$socket" kill-window -t "=bare:=$1" 2>/dev/null || :; }

# Worktrees of one repository may not be made side by side, nor one branch be moved by two.
lock() { [ "$slots" = 1 ] || flock 9; }
unlock() { [ "$slots" = 1 ] || flock -u 9; }

chain() {
  lane=$work/lane
  git worktree add -q --detach "$lane" "$base"
  tip=$base
  i=1
  while [ $i -le "$tasks" ]; do
    git -C "$lane" checkout -q -B "agentrelay/bench/t$i" "$tip"
    start "t$i" 1 "$lane"
    await "t$i" 1
    hand_over "t$i"
    merge "t$i" "$tip"
    tip=$merged
    git -C "$lane" checkout -q --detach "$tip"
    close_window "t$i"
    git branch -q -D "agentrelay/bench/t$i"
    i=$((i + 1))
  done
  git worktree remove -f "$lane"
}

worker() { # WORKER: every SLOTS-th task, each in a worktree of its own
  exec 9>>"$work/lock"
  i=$1
  while [ "$i" -le "$tasks" ]; do
    own=$work/w$i
    lock
    git worktree add -q -b "agentrelay/bench/t$i" "$own" "$integration"
    unlock
    start "t$i" "$1" "$own"
    await "t$i" "$1"
    hand_over "t$i"
    lock
    merge "t$i" "$(git rev-parse "$integration")"
    unlock
    close_window "t$i"
    lock
    git worktree remove -f "$own"
    git branch -q -D "agentrelay/bench/t$i"
    unlock
    i=$((i + slots))
  done
}

base=$(git rev-parse main)
git update-ref "$integration" "$base"
[ -z "${BENCH_GH-}" ] || git push -q origin "$integration:$integration"
set --
i=1
while [ $i -le "$tasks" ]; do
  set -- "$@" "$work/t$i"
  i=$((i + 1))
done
mkdir -p "$@"
set --
i=1
while [ $i -le "$slots" ]; do
  set -- "$@" "$work/wake$i"
  i=$((i + 1))
done
mkfifo "$@"
tmux -L "$socket" -f /dev/null new-session -d -s bare -x 200 -y 50 cat
if [ "$mode" = chain ]; then
  chain
else
  i=1
  while [ $i -le "$slots" ]; do
    worker $i &
    i=$((i + 1))
  done
  wait
fi
if [ -n "${BENCH_GH-}" ]; then
  gh pr create -R "$BENCH_GH" -H "${integration#refs/heads/}" -B main -t bench -b bench >/dev/null
fi
tmux -L "$socket" kill-session -t '=bare'
