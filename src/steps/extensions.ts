import { existsSync } from 'node:fs';
import { dirname, join, resolve } from 'node:path';
import { pathToFileURL } from 'node:url';
import type { DispatchKey } from '../core/dispatch.ts';
import { UserError } from '../core/errors.ts';
import { nearest } from '../core/graph/problem.ts';
import type { StepTables } from '../core/task-runner.ts';
import type { TaskRuntime } from '../core/task-runtime.ts';
import type { AgentCommand } from './agent-command.ts';
import type { FrameworkPreset } from './frameworks/framework.ts';

/** What a user's config module adds to agentrelay, without a fork. */
export interface Extensions {
  /** Run in tmux like the ones that come with agentrelay; the graph file names them as `framework`. */
  readonly frameworks?: Readonly<Record<string, FrameworkPreset>>;
  /** Steps of the user's own, each in its table; a launcher and a kickoff for a new environment make that one. */
  readonly steps?: OwnSteps;
}

export type OwnSteps = { readonly [S in keyof StepTables]?: OwnStepTable<StepOf<S>> };

/** Before what comes with agentrelay: the entry for a task's `framework/environment`, else `default`. */
export type OwnStepTable<T> = Readonly<Partial<Record<DispatchKey | 'default', OwnStepFactory<T>>>>;

/** Called whenever the step is needed, which may be several times in an attempt. */
export type OwnStepFactory<T> = (runtime: TaskRuntime, given: GivenToStep<T>) => T;

/** What a step of the user's own can build on. */
export interface GivenToStep<T> {
  /** Makes the step that agentrelay would take. Throws `PreconditionError` where it has none. */
  shipped(): T;
  /** What starts the task's agent; of a launcher. Throws `PreconditionError` where its framework has no preset. */
  agentCommand(): AgentCommand;
}

/** What a table of steps holds. */
export type StepOf<S extends keyof StepTables> = ReturnType<StepTables[S]['for']>;

const NAMES = ['agentrelay.config.ts', 'agentrelay.config.mjs', 'agentrelay.config.js'];

/** The repository that a folder is in, without asking git; the folder itself where it is in none. Absolute. */
export function findRoot(folder: string): string {
  const start = resolve(folder);
  for (let at = start; ; at = dirname(at)) {
    if (existsSync(join(at, '.git'))) return at;
    if (dirname(at) === at) return start;
  }
}

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

const KEYS = ['frameworks', 'steps'] as const;
const STEPS = [
  'preparer',
  'launcher',
  'kickoff',
  'completionChecker',
  'gateChecker',
  'merger',
  'teardown',
] as const satisfies readonly (keyof StepTables)[];

const STEP_KEY = /^(default|[^/\s]+\/[^/\s]+)$/;

/** The functions are trusted to be what they are for; that they are functions, in their places, is checked. */
function check(value: unknown, file: string): Extensions {
  const wrong = (what: string) =>
    new UserError(`${file}: ${what}`, { hint: 'export default { frameworks: {}, steps: {} }; see docs/extending.md' });
  const entriesOf = (what: string, map: unknown): [string, unknown][] => {
    if (map === undefined) return [];
    if (typeof map !== 'object' || map === null || Array.isArray(map)) throw wrong(`${what} is not an object`);
    return Object.entries(map);
  };
  const known = (kind: string, name: string, names: readonly string[]) => {
    if (names.includes(name)) return;
    const near = nearest(name, names);
    throw wrong(`unknown ${kind} ${name}; ${near === null ? `it has ${names.join(', ')}` : `did you mean ${near}?`}`);
  };
  if (value === undefined) throw wrong('it has no default export');
  for (const [key] of entriesOf('its default export', value)) known('key', key, KEYS);
  const extensions = value as Extensions;
  for (const [name, preset] of entriesOf('frameworks', extensions.frameworks)) {
    const fault = frameworkFault((preset ?? {}) as Partial<FrameworkPreset>);
    if (fault !== null) throw wrong(`framework ${name} ${fault}`);
  }
  for (const [step, table] of entriesOf('steps', extensions.steps)) {
    known('step', step, STEPS);
    for (const [key, factory] of entriesOf(`steps.${step}`, table)) {
      if (!STEP_KEY.test(key)) throw wrong(`steps.${step}: ${key} is neither default nor framework/environment`);
      if (typeof factory !== 'function') throw wrong(`steps.${step}: the entry ${key} is not a function`);
    }
  }
  return extensions;
}

/** Null for one that is in order. */
function frameworkFault({ argv, kickoff, terminal }: Partial<FrameworkPreset>): string | null {
  if (typeof argv !== 'function') return 'has no function argv';
  if (kickoff === 'typed' && terminal === undefined) {
    return "says kickoff: 'typed', and has no terminal that tells when it can be typed";
  }
  if (kickoff === 'argv' || kickoff === 'typed') return null;
  return "must say kickoff: 'argv' (the command line has the prompt) or 'typed'";
}

/** The framework and environment names that a graph file may use besides the known ones. */
export function namesOf(extensions: Extensions): { extraFrameworks: string[]; extraEnvironments: string[] } {
  const keys = Object.keys(extensions.steps?.launcher ?? {}).filter((key) => key !== 'default');
  const pairs = keys.map((key) => key.split('/'));
  return {
    extraFrameworks: [...Object.keys(extensions.frameworks ?? {}), ...pairs.flatMap(([framework]) => framework ?? [])],
    extraEnvironments: pairs.flatMap(([, environment]) => environment ?? []),
  };
}
