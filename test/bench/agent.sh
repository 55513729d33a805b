#!/bin/sh
# An agent that needs no time: one file, one commit, one signal. The bare script runs it exactly as agentrelay does.
#   BENCH_WORK      seconds of work before the commit
#   BENCH_TRACE     set: leaves the nanoseconds of its start and of its signal beside the signal
#   BENCH_COMPLETE  set: signals by the real agentrelay-complete
#   BENCH_WAKE      a fifo on which somebody waits for the signal
set -eu

[ -z "${BENCH_TRACE-}" ] || date +%s%N >"$AGENTRELAY_SIGNAL_DIR/bench.started"
[ -z "${BENCH_WORK-}" ] || sleep "$BENCH_WORK"
echo "$AGENTRELAY_TASK" >"$AGENTRELAY_TASK.txt"
git add "$AGENTRELAY_TASK.txt"
git commit -qm "$AGENTRELAY_TASK"
if [ -n "${BENCH_COMPLETE-}" ]; then exec agentrelay-complete; fi
commit=$(git rev-parse HEAD)
[ -z "${BENCH_TRACE-}" ] || date +%s%N >"$AGENTRELAY_SIGNAL_DIR/bench.done"
printf '2026-01-01T00:00:00Z\nlocal:agentrelay/bench/%s@%s\n%s\n' \
  "$AGENTRELAY_TASK" "$commit" "$AGENTRELAY_TOKEN" >"$AGENTRELAY_SIGNAL_DIR/.done"
[ -z "${BENCH_WAKE-}" ] || echo >"$BENCH_WAKE"
