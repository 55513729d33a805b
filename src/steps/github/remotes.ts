import { UserError } from '../../core/errors.ts';
import type { ForgeName } from '../../core/graph/graph.ts';
import { exec, ToolError } from '../tools/exec.ts';
import type { Git } from '../tools/git.ts';
import { isGitHubHost } from './gh-hosts.ts';
import { mask } from './mask.ts';
import { type RemoteSettings, type RewrittenUrl, readRemotes } from './remote-settings.ts';
import { canonicalHost, type ParsedRemote, parseRemote } from './remote-url.ts';
import { isSameRepository, type RemoteRepository, repositoryPath } from './repository.ts';

/** Milliseconds; it reads two files. */
const SSH_TIMEOUT = 2_000;

/** The remote that task branches go to, with the repository that it is on GitHub. */
export interface GitHubRemote {
  /** Such as `origin`. */
  readonly remote: string;
  readonly repository: RemoteRepository;
  /** Why pull requests cannot be made with it; null when they can. */
  readonly problem: UserError | null;
}

export interface FindRemoteOptions {
  /** Any host counts as GitHub: the person says that it is. */
  readonly anyHost?: boolean;
}

export type DetectedForge =
  | { readonly forge: 'local' }
  | { readonly forge: 'gh'; readonly remote: string; readonly repository: RemoteRepository };

/** Who merges: what is asked for, else `gh` where the repository's remote is on GitHub. Throws `UserError`. */
export async function detectForge(git: Git, asked: ForgeName | null): Promise<DetectedForge> {
  if (asked === 'local') return { forge: 'local' };
  const found = await findRemote(git, { anyHost: asked === 'gh' });
  if (found === null) {
    if (asked === null) return { forge: 'local' };
    throw noRemote(await readRemotes(git));
  }
  if (found.problem !== null) throw found.problem;
  return { forge: 'gh', remote: found.remote, repository: found.repository };
}

/**
 * The remote that is meant: the one that `gh repo set-default` has named, else `origin`, else the only one on GitHub.
 * Null where that is none on GitHub. Throws `UserError` where several could be meant.
 */
export async function findRemote(git: Git, { anyHost = false }: FindRemoteOptions = {}): Promise<GitHubRemote | null> {
  const settings = await readRemotes(git);
  if (settings.length === 0) return null;
  const look = (remote: RemoteSettings) => lookAt(remote, anyHost);
  const lookAtAll = async () => (await Promise.all(settings.map(look))).filter((remote) => remote !== null);
  const named = settings.find(({ ghResolved }) => ghResolved !== null);
  if (named?.ghResolved === 'base') return await look(named);
  if (named !== undefined) return resolvedRemote(named, await lookAtAll());
  const origin = settings.find(({ name }) => name === 'origin');
  if (origin !== undefined) {
    const found = await look(origin);
    // A project that lives elsewhere does not come to GitHub by itself, for it has a copy there.
    if (found !== null || !anyHost) return found;
  }
  const found = await lookAtAll();
  const [only, another] = found;
  if (another !== undefined) throw severalRemotes(found);
  return only ?? null;
}

async function lookAt(remote: RemoteSettings, anyHost: boolean): Promise<GitHubRemote | null> {
  const repository = await repositoryOf(remote.url, anyHost);
  if (repository === null) return null;
  return { remote: remote.name, repository, problem: await pushProblem(remote, repository) };
}

/** Of the URL that git uses, else of the one that stands there: either may be a name for the other. */
async function repositoryOf({ stored, used }: RewrittenUrl, anyHost: boolean): Promise<RemoteRepository | null> {
  const candidates = [...new Set([used, stored])].flatMap((url) => parseRemote(url) ?? []);
  for (const { repository } of candidates) if (await isGitHubHost(repository.host)) return repository;
  for (const candidate of candidates) {
    const repository = await behindAlias(candidate);
    if (repository !== null && (await isGitHubHost(repository.host))) return repository;
  }
  const [first] = candidates;
  return anyHost && first !== undefined ? ((await behindAlias(first)) ?? first.repository) : null;
}

/** With the host that ssh's own settings give for an alias; null where there is nothing behind it. */
async function behindAlias({ repository, sshHost }: ParsedRemote): Promise<RemoteRepository | null> {
  if (sshHost === null) return null;
  try {
    const { stdout } = await exec('ssh', ['-G', sshHost], { timeout: SSH_TIMEOUT });
    const real = /^hostname (\S+)$/im.exec(stdout)?.[1];
    if (real === undefined || real.toLowerCase() === sshHost.toLowerCase()) return null;
    return { ...repository, host: canonicalHost(real) };
  } catch (error) {
    if (!(error instanceof ToolError)) throw error;
    // Without an ssh, or with settings that it cannot read, the alias stays what it is.
    return null;
  }
}

/** Task branches, and the pull requests of them, must be in one repository. */
async function pushProblem(remote: RemoteSettings, repository: RemoteRepository): Promise<UserError | null> {
  for (const url of remote.pushUrls) {
    const target = await repositoryOf(url, true);
    if (target !== null && isSameRepository(target, repository)) continue;
    const place = target === null ? mask(url.stored) : repositoryPath(target);
    return new UserError(
      `remote ${remote.name} is fetched from ${repositoryPath(repository)} and pushed to ${place}: ` +
        'task branches and their pull requests must be in one repository',
      { hint: `git remote set-url --push ${remote.name} ${mask(remote.url.stored)}, or --forge local` },
    );
  }
  return null;
}

/** `gh repo set-default` may name a repository that another remote stands for. */
function resolvedRemote(named: RemoteSettings, found: readonly GitHubRemote[]): GitHubRemote | null {
  if (found.length === 0) return null;
  const words = (named.ghResolved ?? '').split('/');
  const [owner = '', name = ''] = words.slice(-2);
  const isMeant = ({ repository }: GitHubRemote) =>
    isSameRepository(repository, { host: repository.host, owner, name });
  const meant = found.filter(isMeant);
  const remote = meant.find((one) => one.remote === named.name) ?? meant[0];
  if (remote !== undefined) return remote;
  throw new UserError(`the default repository for gh is ${named.ghResolved}, and no remote names it`, {
    hint: `git remote add upstream URL, or gh repo set-default, or --forge local`,
  });
}

function severalRemotes(found: readonly GitHubRemote[]): UserError {
  const list = found.map(({ remote, repository }) => `${remote} (${repositoryPath(repository)})`).join(', ');
  return new UserError(`several remotes are on GitHub, and none is called origin: ${list}`, {
    hint: 'gh repo set-default says which one is meant, --forge local does without',
  });
}

function noRemote(settings: readonly RemoteSettings[]): UserError {
  if (settings.length === 0) {
    return new UserError('the repository has no remote, and pull requests need one on GitHub', {
      hint: 'git remote add origin git@github.com:OWNER/NAME.git, or --forge local',
    });
  }
  const list = settings.map(({ name, url }) => `${name} (${mask(url.stored)})`).join(', ');
  return new UserError(`no remote names a repository on GitHub: ${list}`, {
    hint: 'git remote set-url origin git@github.com:OWNER/NAME.git, or --forge local',
  });
}
