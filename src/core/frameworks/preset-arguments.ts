import type { KnownArguments } from './help-text.ts';
import type { PresetData } from './preset-data.ts';

/** Where an argument of a preset stands: its path in the config file, and the list that is there. */
export interface ArgumentList {
  readonly path: readonly string[];
  readonly args: readonly string[];
}

/** Arguments of a preset that the program does not take. */
export interface UnknownArguments extends ArgumentList {
  /** Flags, and names of sub-commands. */
  readonly unknown: readonly string[];
}

/** How a program is started: in a terminal, or by its mode for scripts. */
export type StartMode = 'terminal' | 'headless';

/** What of a preset's argument lists is not among what its program says that it takes, list by list. */
export function unknownArguments(
  data: PresetData,
  known: KnownArguments,
  modes: readonly StartMode[] = ['terminal'],
): UnknownArguments[] {
  const lists = modes.flatMap((mode) => (mode === 'terminal' ? argumentLists(data) : headlessLists(data)));
  const seen = new Set<string>();
  const once = lists.filter(({ path }) => !seen.has(path.join('.')) && seen.add(path.join('.')));
  return once.flatMap((list) => {
    const unknown = [
      ...commandsIn(list).filter((name) => !known.hasCommand(name)),
      ...flagsIn(list.args).filter((flag) => !known.flags.has(flag)),
    ];
    return unknown.length === 0 ? [] : [{ ...list, unknown }];
  });
}

/** Those that a program of this preset is started with: a list that none of its templates names is not used. */
function argumentLists(data: PresetData): ArgumentList[] {
  const templates: ArgumentList[] = [{ path: ['start'], args: data.start }];
  if (data.resume !== null) templates.push({ path: ['resume'], args: data.resume });
  return withGroups(templates, data, [
    { path: ['approvals', 'ask'], args: data.approvals.ask },
    { path: ['approvals', 'skip'], args: data.approvals.skip },
  ]);
}

function headlessLists(data: PresetData): ArgumentList[] {
  if (data.headless === null) return [];
  const { start, resume, ask, skip } = data.headless;
  const templates = [
    { path: ['headless', 'start'], args: start },
    { path: ['headless', 'resume'], args: resume },
  ];
  return withGroups(templates, data, [
    { path: ['headless', 'ask'], args: ask },
    { path: ['headless', 'skip'], args: skip },
  ]);
}

/** The templates, and the lists that they name. */
function withGroups(
  templates: readonly ArgumentList[],
  data: PresetData,
  approvals: readonly ArgumentList[],
): ArgumentList[] {
  const used = new Set(templates.flatMap(({ args }) => beforeEnd(args)));
  const groups: readonly (readonly [string, ...ArgumentList[]])[] = [
    ['approvals', ...approvals],
    ['model', { path: ['model'], args: data.model }],
    ['session', { path: ['session'], args: data.session }],
    ['hooks', { path: ['hooks'], args: data.hooks }],
    ['prompt', { path: ['prompt'], args: data.prompt ?? [] }],
  ];
  return [...templates, ...groups.flatMap(([name, ...lists]) => (used.has(`{${name}_args}`) ? lists : []))];
}

/** Behind `--` nothing is a flag. */
function beforeEnd(args: readonly string[]): readonly string[] {
  const end = args.indexOf('--');
  return end < 0 ? args : args.slice(0, end);
}

/** Without their values; one that is only known at the launch is left out. */
function flagsIn(args: readonly string[]): string[] {
  const names = beforeEnd(args).map((argument) => argument.replace(/=.*$/s, ''));
  return [...new Set(names.filter((name) => /^--?[^-{}\s][^{}\s]*$/.test(name)))];
}

/** The first argument of a start, where it is a plain word. */
function commandsIn({ path, args }: ArgumentList): string[] {
  const [first = ''] = args;
  return ['start', 'resume'].includes(path.at(-1) ?? '') && /^[a-z][\w-]*$/i.test(first) ? [first] : [];
}
