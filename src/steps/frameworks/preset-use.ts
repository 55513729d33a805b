import { isAbsolute } from 'node:path';
import type { DispatchKey } from '../../core/dispatch.ts';
import { UserError } from '../../core/errors.ts';
import type { PresetData } from '../../core/frameworks/preset-data.ts';
import type { Graph, GraphTask } from '../../core/graph/graph.ts';
import { isInWindow } from '../environments/needs-tmux.ts';
import type { Extensions } from '../extensions.ts';
import { type FoundProgram, findFirstProgram } from '../tools/find-program.ts';
import { SHIPPED } from './shipped.ts';

/** A preset that is data, shipped or a person's own. */
export interface PresetUse {
  readonly name: string;
  readonly data: PresetData;
  /** Of the graph; those that start its program here. */
  readonly tasks: readonly GraphTask[];
  readonly program: FoundProgram | null;
  /** There is no such program, and no worktree can bring it. */
  readonly isMissing: boolean;
}

export interface PresetUseOptions {
  /** Null where none is looked at. */
  readonly graph: Graph | null;
  readonly extensions: Extensions;
  /** Where programs with a slash in their names are looked for; absolute. */
  readonly root: string;
}

/** All presets, those that the graph needs first. */
export function presetUses({ graph, extensions, root }: PresetUseOptions): PresetUse[] {
  const uses = Object.entries({ ...SHIPPED, ...extensions.frameworks }).flatMap(([name, { data }]): PresetUse[] => {
    if (data === undefined) return [];
    const tasks = graph?.tasks.filter((task) => startsHere(task, name, extensions)) ?? [];
    const program = findFirstProgram(data.program, root, process.env.PATH ?? '');
    const isMissing = program === null && !data.program.some(isOfWorktree);
    return [{ name, data, tasks, program, isMissing }];
  });
  return [...uses.filter(({ tasks }) => tasks.length > 0), ...uses.filter(({ tasks }) => tasks.length === 0)];
}

/** Without a terminal. */
export function isProcess({ primaryAgent }: GraphTask): boolean {
  return primaryAgent.environment.type === 'process';
}

/** In a window or as a process, and by no launcher of the user's own, which may start it anywhere. */
function startsHere(task: GraphTask, name: string, { steps = {} }: Extensions): boolean {
  const { framework, environment, isolation } = task.primaryAgent;
  const key: DispatchKey = `${name}/${environment.type}`;
  const own = steps.launcher ?? {};
  if (framework !== name || (!isInWindow(task) && !isProcess(task))) return false;
  // A container has its own.
  if (isolation.sandbox === 'oci') return false;
  return own[key] === undefined && own.default === undefined;
}

/** Such a path is only known in each worktree. */
function isOfWorktree(program: string): boolean {
  return program.includes('/') && !isAbsolute(program);
}

/** What to say of a program that is missing. */
export function missingProgram({ name, data, tasks }: PresetUse): UserError {
  const programs = data.program.join(' or ');
  const users = tasks.length === 0 ? '' : `, and ${taskNames(tasks)} ${tasks.length === 1 ? 'needs' : 'need'} it`;
  return new UserError(`${programs}, the program of framework ${name}, is not installed${users}`, {
    hint: data.install ?? `install it, or name it: frameworks: {${name}: {program: [PATH]}} in the config file`,
  });
}

const SHOWN = 3;

/** `task a`, or the first of them with the number of the others. */
export function taskNames(tasks: readonly GraphTask[]): string {
  const shown = tasks.slice(0, SHOWN).map(({ id }) => id);
  const more = tasks.length - shown.length;
  const names = more > 0 ? `${shown.join(', ')} and ${more} more` : shown.join(', ');
  return `${tasks.length === 1 ? 'task' : 'tasks'} ${names}`;
}
