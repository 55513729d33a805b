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

/** What the URL of a pull request names; null for any other text. */
export function pullRequestOf(url: string): PullRequestId | null {
  const parsed = URL.canParse(url) ? new URL(url) : null;
  if (parsed === null || (parsed.protocol !== 'https:' && parsed.protocol !== 'http:')) return null;
  const [, owner = '', name = '', kind, digits = '', ...rest] = parsed.pathname.replace(/\/$/, '').split('/');
  const isOne = kind === 'pull' && /^[1-9]\d{0,9}$/.test(digits) && rest.length === 0 && owner !== '' && name !== '';
  return isOne ? { host: parsed.hostname, owner, name, number: Number(digits) } : null;
}
