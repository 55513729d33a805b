import { existsSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DispatchKey, StepFactory } from '../core/dispatch.ts';
import { UserError } from '../core/errors.ts';
import type { TaskKickoff, TaskLauncher } from '../core/steps.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';

/** What a user's config module adds to the tables of agentrelay, without a fork. */
export interface Extensions {
  /** Run in tmux like the ones that come with agentrelay; the graph file names them as `framework`. */
  readonly frameworks?: Readonly<Record<string, FrameworkPreset>>;
  /** For places of the user's own: `framework/environment` to a launcher. */
  readonly launchers?: Readonly<Record<DispatchKey, StepFactory<TaskLauncher>>>;
  readonly kickoffs?: Readonly<Record<DispatchKey, StepFactory<TaskKickoff>>>;
}

const NAMES = ['agentrelay.config.ts', 'agentrelay.config.mjs', 'agentrelay.config.js'];

/** Loads the module that `path` names, else the repository's own; nothing when there is none. Throws `UserError`. */
export async function loadExtensions(root: string, path: string | null): Promise<Extensions> {
  const named = path === null ? null : resolve(path);
  if (named !== null && !existsSync(named)) throw new UserError(`there is no config module ${named}`);
  const file = named ?? NAMES.map((name) => join(root, name)).find((candidate) => existsSync(candidate));
  if (file === undefined) return {};
  const module = (await import(pathToFileURL(file).href).catch((cause: unknown) => {
    throw new UserError(`the config module ${file} cannot be loaded: ${String(cause)}`, { cause });
  })) as { default?: unknown };
  return check(module.default, file);
}

const TABLES = ['frameworks', 'launchers', 'kickoffs'] as const;

function check(value: unknown, file: string): Extensions {
  const wrong = (what: string) =>
    new UserError(`${file}: ${what}`, { hint: `export default { ${TABLES.map((name) => `${name}: {}`).join(', ')} }` });
  if (typeof value !== 'object' || value === null) throw wrong('its default export is not an object');
  for (const [name, table] of Object.entries(value)) {
    if (!(TABLES as readonly string[]).includes(name)) throw wrong(`it has no place for ${name}`);
    if (typeof table !== 'object' || table === null) throw wrong(`${name} is not an object`);
  }
  const extensions = value as Extensions;
  for (const [name, preset] of Object.entries(extensions.frameworks ?? {})) {
    if (typeof preset?.argv !== 'function') throw wrong(`framework ${name} has no function argv`);
  }
  return extensions;
}

/** The framework and environment names that a graph file may use besides the known ones. */
export function namesOf(extensions: Extensions): { extraFrameworks: string[]; extraEnvironments: string[] } {
  const keys = Object.keys(extensions.launchers ?? {}).map((key) => key.split('/'));
  return {
    extraFrameworks: [...Object.keys(extensions.frameworks ?? {}), ...keys.flatMap(([framework]) => framework ?? [])],
    extraEnvironments: keys.flatMap(([, environment]) => environment ?? []),
  };
}
