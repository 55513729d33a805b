/** Words of git, ssh and curl for a line that failed, and of servers that are overloaded: the same may work later. */
const TROUBLE = [
  /could not resolve host/i,
  /connection (to \S+ )?(timed out|refused|reset|closed|was reset)/i,
  /operation timed out|broken pipe/i,
  /network is unreachable|no route to host/i,
  /early EOF|unexpected disconnect|the remote end hung up (unexpectedly|upon initial contact)/i,
  /protocol error: bad (line length|pack header)|expected flush after/i,
  /the requested URL returned error: (5\d\d|429)/i,
  /RPC failed|kex_exchange_identification|ssh_exchange_identification/i,
  /internal server error|service unavailable|bad gateway/i,
  // No line at all: a worktree that git makes at this moment has a HEAD of nothing, and a fetch looks at all of them.
  /bad object worktrees\/\S+\/HEAD/,
];

/** Words for a refusal that a remote's hang-up only follows. */
const REFUSED =
  /permission .*denied|permission to .* denied|repository not found|authentication failed|could not read (username|password)|host key verification failed|access denied/i;

/** What git says whatever the reason was. */
const ALWAYS_SAID =
  /^(fatal: Could not read from remote repository\.|Please make sure you have the correct access rights|and the repository exists\.|error: failed to push some refs to .*|To \S+| [ +*=-] .* -> .*)?$/;

/** Whether git failed for want of a line, and not of a permission. */
export function isNetworkTrouble(stderr: string): boolean {
  if (REFUSED.test(stderr)) return false;
  return TROUBLE.some((words) => words.test(stderr)) || endedWithoutReason(stderr);
}

/** A line that was cut: whoever refuses says so. */
function endedWithoutReason(stderr: string): boolean {
  const said = stderr.trim();
  return said !== '' && said.split('\n').every((line) => ALWAYS_SAID.test(line.trimEnd()));
}
