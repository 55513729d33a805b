import type { Git } from '../tools/git.ts';

/** A remote as git's settings have it. */
export interface RemoteSettings {
  readonly name: string;
  /** As it stands there, and what `insteadOf` makes of it. */
  readonly url: RewrittenUrl;
  /** Where it is pushed to, if that is somewhere else. */
  readonly pushUrls: readonly RewrittenUrl[];
  /** What `gh repo set-default` has noted: `base`, or `owner/name`. */
  readonly ghResolved: string | null;
}

export interface RewrittenUrl {
  readonly stored: string;
  readonly used: string;
}

const WANTED = '^(remote\\..*\\.(url|pushurl|gh-resolved)|url\\..*\\.(insteadof|pushinsteadof))$';

interface Rewrites {
  readonly fetch: Map<string, string>;
  readonly push: Map<string, string>;
}

/** Every remote that has a URL, in the order of the settings; one git process. */
export async function readRemotes(git: Git): Promise<RemoteSettings[]> {
  const { stdout } = await git.run(['config', '--null', '--get-regexp', WANTED], { accept: [0, 1] });
  const remotes = new Map<string, Map<string, string[]>>();
  const rewrites: Rewrites = { fetch: new Map(), push: new Map() };
  for (const entry of stdout.split('\0')) {
    const at = entry.indexOf('\n');
    if (at < 0) continue;
    const [, section = '', name = '', key = ''] = /^(remote|url)\.([\s\S]*)\.([^.]+)$/.exec(entry.slice(0, at)) ?? [];
    const value = entry.slice(at + 1);
    if (section === 'url') (key === 'insteadof' ? rewrites.fetch : rewrites.push).set(value, name);
    if (section !== 'remote') continue;
    const values = remotes.get(name) ?? new Map<string, string[]>();
    remotes.set(name, values.set(key, [...(values.get(key) ?? []), value]));
  }
  return [...remotes].flatMap(([name, values]) => remote(name, values, rewrites) ?? []);
}

function remote(
  name: string,
  values: ReadonlyMap<string, readonly string[]>,
  rewrites: Rewrites,
): RemoteSettings | null {
  const [first, ...others] = values.get('url') ?? [];
  if (first === undefined) return null;
  const url = { stored: first, used: rewritten(first, rewrites.fetch) };
  const ghResolved = values.get('gh-resolved')?.at(-1) ?? null;
  const explicit = values.get('pushurl') ?? [];
  if (explicit.length > 0) {
    const pushUrls = explicit.map((stored) => ({ stored, used: rewritten(stored, rewrites.fetch) }));
    return { name, url, pushUrls, ghResolved };
  }
  // A remote with several URLs is fetched from the first, and pushed to all.
  const more = others.map((stored) => ({ stored, used: rewritten(stored, rewrites.fetch) }));
  const used = rewritten(first, rewrites.push);
  const moved = used === first ? [] : [{ stored: first, used }];
  return { name, url, pushUrls: [...moved, ...more], ghResolved };
}

/** By the longest prefix that fits, as git does it. */
function rewritten(url: string, rewrites: ReadonlyMap<string, string>): string {
  const prefixes = [...rewrites.keys()].filter((prefix) => url.startsWith(prefix));
  const [longest] = prefixes.toSorted((one, other) => other.length - one.length);
  return longest === undefined ? url : `${rewrites.get(longest)}${url.slice(longest.length)}`;
}
