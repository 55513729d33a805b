import { z } from 'zod';
import type { Gh } from './gh.ts';
import { GhError } from './gh-error.ts';
import { isSameRepository, pullRequestOf } from './repository.ts';

/** An open pull request of a branch of this repository. */
export interface BranchPullRequest {
  readonly url: string;
  /** Names of branches. */
  readonly head: string;
  readonly base: string;
}

export interface FoundPullRequests {
  readonly open: readonly BranchPullRequest[];
  /** The commits of those that were asked for by their URLs and are merged; null where GitHub names none. */
  readonly merged: ReadonlyMap<string, string | null>;
}

/** Each may have some; nobody opens more of one branch. */
const PER_BRANCH = 20;
const MOST_IN_ONE_QUERY = 100;

const listed = z.object({
  nodes: z.array(
    z.object({ url: z.string(), isCrossRepository: z.boolean(), headRefName: z.string(), baseRefName: z.string() }),
  ),
});
const single = z.object({ state: z.string(), mergeCommit: z.object({ oid: z.string() }).nullable() }).nullable();

/** What is open of these branches, and what is merged of these pull requests; a request for a hundred. Throws `GhError`. */
export async function findPullRequests(
  gh: Gh,
  { branches, urls }: { readonly branches: readonly string[]; readonly urls: readonly string[] },
): Promise<FoundPullRequests> {
  const asked: Asked[] = [
    ...branches.map((branch) => ({ branch })),
    ...urls.flatMap((url) => {
      const id = pullRequestOf(url);
      return id !== null && isSameRepository(id, gh.repository) ? [{ url, number: id.number }] : [];
    }),
  ];
  const open: BranchPullRequest[] = [];
  const merged = new Map<string, string | null>();
  for (let at = 0; at < asked.length; at += MOST_IN_ONE_QUERY) {
    const some = asked.slice(at, at + MOST_IN_ONE_QUERY);
    const { owner, name } = gh.repository;
    const { data } = await gh.graphql(queryFor(some), { owner, name }, { allowMissing: true });
    const answers = read(z.object({ repository: z.record(z.string(), z.unknown()) }), data).repository;
    for (const [index, one] of some.entries()) {
      const answer = answers[`a${index}`];
      if ('branch' in one) open.push(...ownOf(read(listed, answer).nodes));
      else {
        const pr = read(single, answer ?? null);
        if (pr?.state === 'MERGED') merged.set(one.url, pr.mergeCommit?.oid ?? null);
      }
    }
  }
  return { open, merged };
}

type Asked = { readonly branch: string } | { readonly url: string; readonly number: number };

function queryFor(asked: readonly Asked[]): string {
  const fields = asked.map((one, index) =>
    'branch' in one
      ? `    a${index}: pullRequests(headRefName: ${JSON.stringify(one.branch)}, states: [OPEN], first: ${PER_BRANCH}) ` +
        '{ nodes { url isCrossRepository headRefName baseRefName } }'
      : `    a${index}: pullRequest(number: ${one.number}) { state mergeCommit { oid } }`,
  );
  return `query BranchPullRequests($owner: String!, $name: String!) {
  repository(owner: $owner, name: $name) {
${fields.join('\n')}
  }
}
`;
}

/** A fork may have a branch of the same name. */
function ownOf(nodes: z.infer<typeof listed>['nodes']): BranchPullRequest[] {
  const own = nodes.filter(({ isCrossRepository }) => !isCrossRepository);
  return own.map(({ url, headRefName, baseRefName }) => ({ url, head: headRefName, base: baseRefName }));
}

function read<T>(schema: z.ZodType<T>, data: unknown): T {
  const result = schema.safeParse(data);
  if (result.success) return result.data;
  throw new GhError('permanent', `GitHub's answer cannot be read: ${result.error.issues[0]?.message ?? 'wrong'}`);
}
