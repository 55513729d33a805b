import type { TokenTier } from '../graph/graph.ts';
import { asMap } from '../graph/outline.ts';
import type { Problem, ProblemPath } from '../graph/problem.ts';
import type { AnthropicCredential, Credentials } from './credentials.ts';
import { contentProblems, schemaProblems, secretProblems } from './problems.ts';
import { type AccountFile, type CredentialsFile, credentialsSchema, type ValueFile } from './schema.ts';

/** A file that the credentials file names, and what was in it. */
export interface NamedFile {
  /** Where it is named. */
  readonly path: ProblemPath;
  /** As it is written there. */
  readonly file: string;
  /** An OAuth file is read at each launch, and only looked at here. */
  readonly kind: 'secret' | 'oauth';
}

/** `content` is the secret that the file holds; of an OAuth file its path stands in for it, with the secrets in it. */
export type ReadNamed = (named: NamedFile) => ReadFile | { readonly problem: Problem };

interface ReadFile {
  /** Absolute. */
  readonly absolute: string;
  readonly content: string;
  readonly secrets: readonly string[];
}

export type ParsedCredentials =
  | { readonly credentials: Credentials; readonly problems: readonly [] }
  | { readonly credentials: null; readonly problems: readonly Problem[] };

/** Checks what a credentials file holds; all that is wrong with it in one go, without any of its values. */
export function parseCredentials(value: unknown, file: string, read: ReadNamed): ParsedCredentials {
  const parsed = credentialsSchema.safeParse(value, { reportInput: true });
  const problems = parsed.success ? [] : schemaProblems(parsed.error.issues);
  const top = asMap(value) ?? {};
  problems.push(...contentProblems(top));
  const contents = new Map<string, string>();
  const secrets: string[] = [];
  const files = [file];
  for (const named of namedFiles(top)) {
    const found = read(named);
    if ('problem' in found) {
      problems.push(found.problem);
      continue;
    }
    if (named.kind === 'secret') problems.push(...secretProblems(found.content, named.path));
    contents.set(JSON.stringify(named.path), found.content);
    secrets.push(...found.secrets);
    files.push(found.absolute);
  }
  if (!parsed.success || problems.length > 0) return { credentials: null, problems };
  return { credentials: build(parsed.data, { files, contents, secrets }), problems: [] };
}

function namedFiles(top: Readonly<Record<string, unknown>>): NamedFile[] {
  const found: NamedFile[] = [];
  const add = (file: unknown, path: ProblemPath, kind: NamedFile['kind']): void => {
    if (typeof file === 'string' && file !== '') found.push({ path, file, kind });
  };
  for (const [tier, map] of Object.entries(asMap(top.tiers) ?? {})) {
    for (const [name, value] of Object.entries(asMap(map) ?? {})) {
      add(asMap(value)?.file, ['tiers', tier, name, 'file'], 'secret');
    }
  }
  for (const [name, value] of Object.entries(asMap(top.anthropic) ?? {})) {
    add(asMap(value)?.api_key_file, ['anthropic', name, 'api_key_file'], 'secret');
    add(asMap(value)?.oauth_file, ['anthropic', name, 'oauth_file'], 'oauth');
  }
  return found;
}

interface Contents {
  readonly files: readonly string[];
  readonly contents: ReadonlyMap<string, string>;
  readonly secrets: readonly string[];
}

function build(written: CredentialsFile, { files, contents, secrets }: Contents): Credentials {
  const all = [...secrets];
  const contentOf = (path: ProblemPath): string => contents.get(JSON.stringify(path)) ?? '';
  const textOf = (value: ValueFile, path: ProblemPath): string => {
    if (typeof value === 'object' && 'plain' in value) return value.plain;
    const secret = typeof value === 'string' ? value : contentOf([...path, 'file']);
    all.push(secret);
    return secret;
  };
  const accountOf = (account: AccountFile, path: ProblemPath): AnthropicCredential => {
    if (account.oauth_file !== undefined) return { kind: 'oauth_file', path: contentOf([...path, 'oauth_file']) };
    const key = account.api_key ?? contentOf([...path, 'api_key_file']);
    all.push(key);
    return { kind: 'api_key', key };
  };
  const tiers = mapped(written.tiers ?? {}, (map, tier) =>
    mapped(map ?? {}, (value, name) => textOf(value, ['tiers', tier, name])),
  ) as Partial<Record<TokenTier, Record<string, string>>>;
  const anthropic = mapped(written.anthropic ?? {}, (account, name) => accountOf(account, ['anthropic', name]));
  const [file = ''] = files;
  const secretsOnce = [...new Set(all)];
  return { file, files, tiers: written.tiers === undefined ? null : tiers, anthropic, secrets: secretsOnce };
}

function mapped<T, R>(map: Readonly<Record<string, T>>, change: (value: T, name: string) => R): Record<string, R> {
  return Object.fromEntries(Object.entries(map).map(([name, value]) => [name, change(value, name)]));
}
