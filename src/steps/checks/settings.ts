import { existsSync } from 'node:fs';
import { DEFAULT_CONFIG, type UserConfig } from '../../core/user-config/user-config.ts';
import { type Extensions, loadExtensions } from '../extensions.ts';
import { configFile, type LoadUserConfigOptions, loadUserConfig } from '../user-config.ts';
import { type Finding, findingOf, ok } from './finding.ts';

export interface SettingsChecks extends LoadUserConfigOptions {
  /** Absolute. */
  readonly root: string;
  /** What `--config` names. */
  readonly configModule: string | null;
}

/** The files that a person has written for agentrelay. What the module brings is empty where it cannot be loaded. */
export async function checkSettings(
  options: SettingsChecks,
): Promise<{ readonly findings: Finding[]; readonly extensions: Extensions; readonly config: UserConfig }> {
  const [{ finding, extensions }, own] = await Promise.all([moduleFinding(options), userFinding(options)]);
  return { findings: [finding, own.finding], extensions, config: own.config };
}

async function moduleFinding({
  root,
  configModule,
}: SettingsChecks): Promise<{ readonly finding: Finding; readonly extensions: Extensions }> {
  try {
    const extensions = await loadExtensions(root, configModule);
    const names = [...Object.keys(extensions.frameworks ?? {}), ...Object.keys(extensions.steps ?? {})];
    return { finding: ok('config module', names.length === 0 ? 'none' : `brings ${names.join(', ')}`), extensions };
  } catch (error) {
    return { finding: findingOf('config module', error), extensions: {} };
  }
}

async function userFinding(
  options: LoadUserConfigOptions,
): Promise<{ readonly finding: Finding; readonly config: UserConfig }> {
  const { path } = configFile(options.env, options.home);
  try {
    const config = await loadUserConfig(options);
    return { finding: ok('user config', existsSync(path) ? path : 'none'), config };
  } catch (error) {
    return { finding: findingOf('user config', error), config: DEFAULT_CONFIG };
  }
}
