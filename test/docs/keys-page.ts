import { COMMAND_GROUPS, COMMANDS, type Command, type CommandGroup, type Mode } from '../../src/ui/keymap/commands.ts';
import { keyText } from '../../src/ui/keymap/key-text.ts';
import { createKeymap, MODE_NAMES } from '../../src/ui/keymap/keymap.ts';

const INTRODUCTION = `# The keys of the dashboard

<!-- Made by test/docs/generate.ts from src/ui/keymap/commands.ts; edit that. -->

\`?\` in the dashboard lists them too, finds them as you type, and says why one does nothing just now. The name of a
command is what [your config file](config.md#keys) knows it by; one that is *fixed* keeps its keys, and one that is *spare*
may have none.
`;

const GROUPS: Readonly<Record<CommandGroup, string>> = {
  move: 'Move',
  look: 'Look',
  act: 'Act on tasks',
  run: 'The run',
  dialog: 'Dialogs',
};

/** docs/dashboard-keys.md. */
export function keysPage(): string {
  const sections = COMMAND_GROUPS.map((group) => {
    const rows = COMMANDS.filter((command) => command.group === group).map(row);
    const table = ['| keys | command | what it does | where |', '|---|---|---|---|', ...rows];
    return [`## ${GROUPS[group]}`, '', ...table, ''].join('\n');
  });
  return [INTRODUCTION, ...sections].join('\n');
}

function row({ id, keys, does, modes, fixed }: Command): string {
  const isSpare = createKeymap({ [id]: [] }).problems.length === 0;
  const mark = fixed ? ', *fixed*' : isSpare ? ', *spare*' : '';
  const shown = keys.map((key) => `\`${keyText(key)}\``).join(' ');
  const cells = [shown, `\`${id}\`${mark}`, does, places(modes)];
  return `| ${cells.map((cell) => cell.replaceAll('|', '\\|')).join(' | ')} |`;
}

function places(modes: readonly Mode[]): string {
  return modes.length === Object.keys(MODE_NAMES).length
    ? 'everywhere'
    : modes.map((mode) => MODE_NAMES[mode]).join(', ');
}
