/** With the local forge there is none: the branch and the commit are named instead. */
export function isLocal(pr: string): boolean {
  return pr.startsWith('local:');
}

/** What a person needs of a pull request: its URL, or the branch and the commit that were handed over. */
export function shortPullRequest(pr: string): string {
  return isLocal(pr) ? pr.slice('local:'.length).replace(/@([0-9a-f]{8})[0-9a-f]*$/, ' @ $1') : pr;
}

/** `#41` of a pull request's address; null for a branch that was merged without one. */
export function pullRequestNumber(pr: string | null): string | null {
  const number = /\/(?:pull|merge_requests)\/(\d{1,10})$/.exec(pr ?? '')?.[1];
  return number === undefined ? null : `#${number}`;
}
