import type { RemoteRepository } from './repository.ts';

const PROTOCOLS = new Set(['https:', 'http:', 'ssh:', 'git+ssh:', 'ssh+git:', 'git:']);
const SSH = new Set(['ssh:', 'git+ssh:', 'ssh+git:']);

/** What a remote's URL names, and whether ssh has a say in which host that is. */
export interface ParsedRemote {
  readonly repository: RemoteRepository;
  /** The host as ssh is told it, which may be an alias; null where ssh is not used. */
  readonly sshHost: string | null;
}

/** The repository that a remote's URL names: never its credentials. Null for a path, and for what is no `owner/name`. */
export function parseRemoteUrl(url: string): RemoteRepository | null {
  return parseRemote(url)?.repository ?? null;
}

/** The same, with the host that ssh is told. */
export function parseRemote(url: string): ParsedRemote | null {
  // What git reads as a URL, else as `host:path` where the colon comes before any slash.
  if (url.includes('://')) return parseUrl(url);
  const short = /^(?:[^\s/:@]+@)?([^\s/:@]+):(?!\/\/)(.+)$/.exec(url);
  return short === null ? null : parsed(short[1] ?? '', short[2] ?? '', true);
}

function parseUrl(url: string): ParsedRemote | null {
  const address = URL.canParse(url) ? new URL(url) : null;
  if (address === null || !PROTOCOLS.has(address.protocol)) return null;
  if (address.search !== '' || address.hash !== '') return null;
  return parsed(address.hostname, address.pathname, SSH.has(address.protocol));
}

function parsed(host: string, path: string, isSsh: boolean): ParsedRemote | null {
  const [owner = '', file = '', ...rest] = path.replace(/^\/+|\/+$/g, '').split('/');
  const name = file.replace(/\.git$/, '');
  if (rest.length > 0 || !isName(owner) || !isName(name) || !HOST.test(host)) return null;
  const sshHost = isSsh ? host : null;
  return { repository: { host: canonicalHost(host), owner, name }, sshHost };
}

const HOST = /^[A-Za-z0-9_]([A-Za-z0-9_.-]*[A-Za-z0-9_])?$/;

function isName(text: string): boolean {
  return /^[A-Za-z0-9_.-]+$/.test(text) && text !== '.' && text !== '..';
}

/** Where a host has several names, the one that the API has. */
export function canonicalHost(host: string): string {
  const lower = host.toLowerCase();
  return lower === 'ssh.github.com' || lower === 'www.github.com' ? 'github.com' : lower;
}
