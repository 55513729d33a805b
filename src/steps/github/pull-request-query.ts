/**
 * GitHub refuses a query of more than 500,000 nodes. A pull request is 101 of them, its last commit and up to 100 checks,
 * so nearly 5,000 would do; but it also gives up after 10 seconds, and each mergeability may have to be worked out.
 */
export const MOST_IN_ONE_QUERY = 100;

/** The name of a pull request in the answer. */
export function aliasOf(number: number): string {
  return `p${number}`;
}

/** One document for all of `numbers`, with the variables `owner` and `name`. */
export function pullRequestsQuery(numbers: readonly number[]): string {
  const each = numbers.map(
    (number) => `    ${aliasOf(number)}: pullRequest(number: ${number}) { ...Facts ${lastCommit(number, null)} }`,
  );
  return `query PullRequests($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
${each.join('\n')}
  }
  rateLimit { cost limit remaining resetAt }
}
${FACTS}${CHECK_FIELDS}`;
}

/** Checks of pull requests that have more of them than one page, from a cursor each. */
export function furtherChecksQuery(cursors: ReadonlyMap<number, string>): string {
  const each = [...cursors].map(
    ([number, cursor]) => `    ${aliasOf(number)}: pullRequest(number: ${number}) { ${lastCommit(number, cursor)} }`,
  );
  return `query PullRequestChecks($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
${each.join('\n')}
  }
  rateLimit { cost limit remaining resetAt }
}
${CHECK_FIELDS}`;
}

const FACTS = `fragment Facts on PullRequest {
  number url state isDraft title
  headRepository { nameWithOwner } headRefName headRefOid baseRefName
  mergeable mergeStateStatus reviewDecision isMergeQueueEnabled
  mergeCommit { oid } mergedBy { login }
}
`;

/** What tells checks of one name apart, and which of two is the newer. */
const CHECK_FIELDS = `fragment Run on CheckRun {
  name status conclusion detailsUrl startedAt
  checkSuite { app { slug } workflowRun { event workflow { name } } }
}
fragment Status on StatusContext { context state targetUrl createdAt }
`;

function lastCommit(number: number, after: string | null): string {
  const page = after === null ? 'first: 100' : `first: 100, after: ${JSON.stringify(after)}`;
  const required = `isRequired(pullRequestNumber: ${number})`;
  return (
    'commits(last: 1) { totalCount nodes { commit { oid statusCheckRollup { state ' +
    `contexts(${page}) { pageInfo { hasNextPage endCursor } nodes { __typename ` +
    `... on CheckRun { ...Run ${required} } ... on StatusContext { ...Status ${required} } } } } } } }`
  );
}
