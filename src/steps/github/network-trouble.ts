/** Words of git, ssh and curl for a line that failed, and of servers that are overloaded: the same may work later. */
const TROUBLE = [
  /could not resolve host|temporary failure in name resolution/i,
  /failed to connect|could(n't| not) connect to server/i,
  /connection (timed out|refused|reset|closed|was reset)/i,
  /operation timed out/i,
  /network is unreachable|no route to host/i,
  /early EOF|unexpected disconnect|the remote end hung up unexpectedly/i,
  /the requested URL returned error: (5\d\d|429)/i,
  /RPC failed|kex_exchange_identification|ssh_exchange_identification/i,
  /internal server error|service unavailable|bad gateway/i,
];

/** Words for a refusal that a remote's hang-up only follows. */
const REFUSED =
  /permission .*denied|permission to .* denied|repository not found|authentication failed|could not read (username|password)|host key verification failed|access denied/i;

/** Whether git failed for want of a line, and not of a permission. */
export function isNetworkTrouble(stderr: string): boolean {
  return !REFUSED.test(stderr) && TROUBLE.some((words) => words.test(stderr));
}
