import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import { pathToFileURL } from 'node:url';
import { readJson } from '../log-file.ts';
import type { Session } from '../personality.ts';

interface Config {
  readonly plugin?: readonly string[];
  readonly permission?: unknown;
}

/** The user's, the one that the environment names, the project's, and what stands in the environment itself. */
export function opencodeConfig(session: Session): Config {
  const { env, home, cwd } = session;
  const files = [join(home, '.config', 'opencode', 'opencode.json'), env.OPENCODE_CONFIG, join(cwd, 'opencode.json')];
  const found = files.filter((file) => file !== undefined).map((file) => readJson(file) as Config | null);
  const given = env.OPENCODE_CONFIG_CONTENT;
  const all = [...found, given === undefined ? null : (JSON.parse(given) as Config)].filter((each) => each !== null);
  return { ...Object.assign({}, ...all), plugin: all.flatMap((each) => each.plugin ?? []) } as Config;
}

/** Plugins by their addresses: those of the configuration, and those that lie in the folders for them. */
export function pluginUrls(session: Session): readonly string[] {
  const { env, home, cwd } = session;
  if (session.args.flags.has('--pure')) return [];
  const roots = [join(home, '.config', 'opencode'), env.OPENCODE_CONFIG_DIR, join(cwd, '.opencode')];
  const folders = roots.flatMap((root) => (root === undefined ? [] : [join(root, 'plugin'), join(root, 'plugins')]));
  const lying = folders
    .filter((folder) => existsSync(folder))
    .flatMap((folder) => readdirSync(folder).map((name) => join(folder, name)))
    .filter((file) => /\.(js|ts|mjs)$/.test(file));
  const given = opencodeConfig(session).plugin ?? [];
  return [
    ...given.filter((each) => each.startsWith('file:') || each.startsWith('/')).map(asUrl),
    ...lying.map((file) => pathToFileURL(file).href),
  ];
}

function asUrl(plugin: string): string {
  return plugin.startsWith('/') ? pathToFileURL(plugin).href : plugin;
}
