import { isAbsolute, join, resolve } from 'node:path';
import { readUserConfig } from '../core/user-config/read-user-config.ts';
import { type ConfigNames, DEFAULT_CONFIG, type UserConfig } from '../core/user-config/user-config.ts';
import { byPosition, FileError, locatedProblems, syntaxProblems } from './tools/file-problems.ts';
import { readYaml } from './tools/graph-yaml.ts';
import { readTextFile } from './tools/text-file.ts';

export interface LoadUserConfigOptions {
  readonly env: Readonly<Record<string, string | undefined>>;
  readonly home: string;
  /** Asked for where there is something to be measured by them. */
  readonly names: () => Promise<ConfigNames>;
}

/** The settings of the person at the keyboard. Throws `UserError` with all that is wrong with the file. */
export async function loadUserConfig({ env, home, names }: LoadUserConfigOptions): Promise<UserConfig> {
  const { path, isNamed } = configFile(env, home);
  const text = await readTextFile(path, 'config file');
  if (typeof text === 'string') return parseUserConfig(text, path, await names());
  const { code, message, cause } = text;
  if (!isNamed && (code === 'ENOENT' || code === 'ENOTDIR')) return DEFAULT_CONFIG;
  const hint = text.hint ?? (isNamed ? 'AGENTRELAY_CONFIG names it' : null);
  throw new FileError([{ file: path, line: null, column: null, path: '', message, hint }], { cause });
}

/** The file that is read; a variable that is empty counts as none. */
export function configFile(env: LoadUserConfigOptions['env'], home: string): { path: string; isNamed: boolean } {
  const named = env.AGENTRELAY_CONFIG ?? '';
  if (named !== '') return { path: resolve(named), isNamed: true };
  const base = env.XDG_CONFIG_HOME ?? '';
  // As its specification says: one that is not absolute is not there.
  return { path: join(isAbsolute(base) ? base : join(home, '.config'), 'agentrelay', 'config.yaml'), isNamed: false };
}

/** The settings in `text`, with `file` as its name in problems. */
export function parseUserConfig(text: string, file: string, names: ConfigNames): UserConfig {
  if (text.split('\n').every((line) => /^\s*(?:#|$)/.test(line))) return DEFAULT_CONFIG;
  const yaml = readYaml(text);
  const syntax = syntaxProblems(yaml, file);
  if (yaml.fatal) throw new FileError(syntax);
  const { config, problems } = readUserConfig(yaml.value, names);
  if (config !== null && syntax.length === 0) return config;
  const { found, omitted } = locatedProblems(yaml, problems, file);
  throw new FileError([...syntax, ...found].toSorted(byPosition), { omitted });
}
