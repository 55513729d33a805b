import type { DialogData, PresetData } from '../../src/core/frameworks/preset-data.ts';
import { FRAMEWORKS } from '../../src/core/graph/known-names.ts';
import type { FrameworkPreset } from '../../src/steps/frameworks/framework.ts';
import { SHIPPED } from '../../src/steps/frameworks/shipped.ts';

const INTRODUCTION = `# The presets

<!-- Made by test/docs/generate.ts from src/steps/frameworks/; edit those. -->

What agentrelay knows of each agent program. \`primary_agent: {framework: NAME}\` of the graph file takes one; the
[config file](config.md#frameworks) changes one or makes another of it; [agents.md](agents.md) tells how they are used.
In arguments \`{prompt}\` stands for the first prompt, \`{model}\`, \`{session}\` (an id of its session), \`{folder}\` (the
attempt's signal directory), \`{bin}\` (the folder of the agent-side commands) and \`{worktree}\`. Between quotes
a path is written so that it ends none of them: within \`"\` as in JSON and TOML, within \`'\` as in a shell. What is
\`headless\` is for agents [without a terminal](agents.md#without-a-terminal), in place of what they start with in a window.

A program moves on faster than this page: \`agentrelay check\` says which are installed, and which of these flags the
installed version does not know.`;

/** docs/presets.md. */
export function presetsPage(): string {
  const sections = FRAMEWORKS.flatMap((name) => {
    const preset = SHIPPED[name];
    return preset?.data === undefined ? [] : [section(name, preset, preset.data)];
  });
  return `${[INTRODUCTION, ...sections].join('\n\n')}\n`;
}

function section(name: string, preset: FrameworkPreset, data: PresetData): string {
  const rows: readonly (readonly [string, string])[] = [
    ['program', data.program.map(code).join(' or ')],
    ['installed by', data.install === null ? "its makers' page" : code(data.install)],
    ['starts with', args(data.start)],
    ['goes on with', data.resume === null ? 'cannot' : args(data.resume)],
    ['`approvals: ask`', args(data.approvals.ask)],
    ['`approvals: skip`', args(data.approvals.skip)],
    ['model', args(data.model)],
    ['session', data.session.length === 0 ? 'an id of its own' : args(data.session)],
    ['hooks', args(data.hooks)],
    ['first prompt', data.prompt === null ? 'is typed' : args(data.prompt)],
    ...headless(data),
    ['environment', environment(data)],
    ['evidence', evidence(preset)],
    ['allows with, denies with', `${keys(data.keys.approve)}, ${keys(data.keys.deny)}`],
  ];
  const table = ['| | |', '|---|---|', ...rows.map(([what, value]) => `| ${what} | ${cell(value)} |`)];
  return [`## \`${name}\``, table.join('\n'), ...dialogs(data.dialogs)].join('\n\n');
}

function headless({ headless: mode }: PresetData): readonly (readonly [string, string])[] {
  if (mode === null) return [];
  return [
    ['headless', args(mode.start)],
    ['headless, goes on with', args(mode.resume)],
    ['headless, `approvals: ask`', args(mode.ask)],
    ['headless, `approvals: skip`', args(mode.skip)],
  ];
}

function dialogs(all: readonly DialogData[]): string[] {
  if (all.length === 0) return [];
  const rows = all.map(({ name, kind, keys: answer, when }) => {
    const who = answer === null ? 'a person' : when === 'skip' ? 'agentrelay, where `approvals: skip`' : 'agentrelay';
    return `| ${name.replaceAll('_', ' ')} | ${kind} | ${who} | ${cell(keys(answer))} |`;
  });
  return [['| dialog | kind | answered by | with |', '|---|---|---|---|', ...rows].join('\n')];
}

function environment({ env, unset }: PresetData): string {
  const set = Object.entries(env).map(([name, value]) => code(`${name}=${value}`));
  return [...set, ...unset.map((name) => `without ${code(name)}`)].join(' ') || 'as it is';
}

function evidence({ readHook, transcript, data }: FrameworkPreset): string {
  const titles = data === undefined ? [] : [...data.title.busy, ...data.title.idle];
  const kinds = [
    readHook === undefined ? '' : 'hooks',
    transcript === undefined ? '' : 'transcript',
    titles.length === 0 ? '' : 'title',
    'screen',
  ];
  return kinds.filter((kind) => kind !== '').join(', ');
}

function args(list: readonly string[]): string {
  return list.length === 0 ? 'nothing' : code(list.join(' '));
}

function keys(list: readonly string[] | null): string {
  return list === null ? 'nothing' : list.map(code).join(' ');
}

function code(text: string): string {
  return `\`${text}\``;
}

function cell(text: string): string {
  return text.replaceAll('|', '\\|');
}
