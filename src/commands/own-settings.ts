import { homedir } from 'node:os';
import type { UserConfig } from '../core/user-config/user-config.ts';
import { type Extensions, loadExtensions } from '../steps/extensions.ts';
import { ownFrameworks } from '../steps/frameworks/own-frameworks.ts';
import { SHIPPED } from '../steps/frameworks/shipped.ts';
import { loadUserConfig } from '../steps/user-config.ts';

/** The config file of the person at the keyboard. Throws `UserError`. */
export async function userConfig(): Promise<UserConfig> {
  // The keys that it may name are those of the dashboard, which most runs do without.
  const names = async () => (await import('../ui/config-names.ts')).CONFIG_NAMES;
  return await loadUserConfig({ env: process.env, home: homedir(), names });
}

/** What the repository's config module and the person's config file add. Throws `UserError`. */
export async function loadOwnSettings(
  root: string,
  configModule: string | null,
): Promise<{ readonly config: UserConfig; readonly extensions: Extensions }> {
  const [module, config] = await Promise.all([loadExtensions(root, configModule), userConfig()]);
  return { config, extensions: withOwnFrameworks(module, config) };
}

/** A framework of the config module comes before one of the same name in the config file. */
export function withOwnFrameworks(module: Extensions, { frameworks }: UserConfig): Extensions {
  return { ...module, frameworks: { ...ownFrameworks(frameworks, SHIPPED), ...module.frameworks } };
}
