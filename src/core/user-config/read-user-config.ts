import { ownPresetProblems } from '../frameworks/own-presets.ts';
import { type Problem, type ProblemPath, problem } from '../graph/problem.ts';
import { schemaProblems } from '../graph/schema-problems.ts';
import { notifyProblems } from './notify-command.ts';
import { type UserConfigFile, userConfigSchema } from './schema.ts';
import { type ConfigNames, DEFAULT_CONFIG, type UserConfig } from './user-config.ts';

export type ReadUserConfig =
  | { readonly config: UserConfig; readonly problems: readonly [] }
  | { readonly config: null; readonly problems: readonly Problem[] };

/** Checks and completes what a config file holds; all that is wrong with it in one go. */
export function readUserConfig(value: unknown, names: ConfigNames): ReadUserConfig {
  const schema = userConfigSchema(names);
  const parsed = schema.safeParse(value, { reportInput: true });
  if (!parsed.success) return { config: null, problems: schemaProblems(parsed.error.issues, schema) };
  const config = complete(parsed.data, names);
  const { command } = config.notify;
  const problems = [
    ...clashes(parsed.data, config, names),
    ...ownPresetProblems(config.frameworks),
    ...(command === null ? [] : notifyProblems(command, ['notify', 'command'])),
  ];
  return problems.length === 0 ? { config, problems: [] } : { config: null, problems };
}

function complete({ dashboard = {}, notify = {}, frameworks = {} }: UserConfigFile, names: ConfigNames): UserConfig {
  const { colours = {}, keys = {}, screen_reader: screenReader, ...rest } = dashboard;
  return {
    dashboard: {
      ...DEFAULT_CONFIG.dashboard,
      ...known(rest),
      ...known({ screenReader }),
      colours: known(colours),
      keys: Object.fromEntries(Object.entries(known(keys)).map(([id, own]) => [id, keysOf(own, names)])),
    },
    notify: { ...DEFAULT_CONFIG.notify, ...known(notify) },
    frameworks,
  };
}

/** Without keys that stand for nothing. */
function known<Value extends object>(value: Value): { [key in keyof Value]: Exclude<Value[key], undefined> } {
  const entries = Object.entries(value).filter(([, own]) => own !== undefined);
  return Object.fromEntries(entries) as { [key in keyof Value]: Exclude<Value[key], undefined> };
}

function listOf(own: string | readonly string[]): readonly string[] {
  return typeof own === 'string' ? [own] : own;
}

function keysOf(own: string | readonly string[], names: ConfigNames): string[] {
  return listOf(own).flatMap((written) => {
    const read = names.readKey(written);
    return 'key' in read ? [read.key] : [];
  });
}

/** At the key that is to blame, as the person has written it. */
function clashes(file: UserConfigFile, { dashboard }: UserConfig, names: ConfigNames): Problem[] {
  return names.keyProblems(dashboard.keys).map(({ command, key, message, hint }) => {
    const written = file.dashboard?.keys?.[command];
    const at = key === null ? -1 : (dashboard.keys[command] ?? []).indexOf(key);
    const path: ProblemPath = ['dashboard', 'keys', command];
    const isInList = at >= 0 && typeof written !== 'string';
    const said = hint === null ? message : `${message}: ${hint}`;
    return problem(isInList ? [...path, at] : path, said, { atKey: key === null });
  });
}
