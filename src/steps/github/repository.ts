/** A repository on GitHub or on a GitHub Enterprise host. */
export interface RemoteRepository {
  /** Such as `github.com`, without a port. */
  readonly host: string;
  readonly owner: string;
  readonly name: string;
}

/** `github.com/acme/widgets`, as `gh -R` takes it. */
export function repositoryPath({ host, owner, name }: RemoteRepository): string {
  return `${host}/${owner}/${name}`;
}

/** GitHub takes no account of case in names. */
export function isSameRepository(one: RemoteRepository, other: RemoteRepository): boolean {
  return repositoryPath(one).toLowerCase() === repositoryPath(other).toLowerCase();
}

/** A pull request by its repository and number. */
export interface PullRequestId extends RemoteRepository {
  readonly number: number;
}

/** The API takes no larger number, and refuses all that is asked for beside one. */
const LARGEST = 2 ** 31 - 1;

/** What the URL of a pull request names; null for any other text, also where it only begins so. */
export function pullRequestOf(url: string): PullRequestId | null {
  // A query, a fragment or a login would go wherever the URL goes, as would blanks that parsing leaves out.
  const parsed = !/[\s\p{C}?#@]/u.test(url) && URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null;
  const [, owner = '', name = '', kind, digits = '', ...rest] = parsed.pathname.replace(/\/$/, '').split('/');
  const number = /^[1-9]\d{0,9}$/.test(digits) ? Number(digits) : Number.POSITIVE_INFINITY;
  const isOne = kind === 'pull' && number <= LARGEST && rest.length === 0 && owner !== '' && name !== '';
  return isOne ? { host: parsed.hostname, owner, name, number } : null;
}
