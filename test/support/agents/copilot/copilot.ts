import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { framedMenu } from '../framed.ts';
import { type Menu, questionMenu } from '../menu.ts';
import type { Personality, Session, StartDialog, ToolUse } from '../personality.ts';
import { COPILOT_HELP, COPILOT_VERSION } from './help.ts';
import { COPILOT_LOOK } from './look.ts';
import { COPILOT_HEADLESS } from './printer.ts';
import { copilotReporter, copilotState } from './reporter.ts';

const FOOT = '↑/↓ to navigate · enter to select · esc to cancel';

const DIALOGS: Readonly<Record<string, StartDialog>> = {
  trust: {
    menu: framedMenu({
      name: 'trust',
      head: [
        'Confirm folder trust',
        '────────────────────',
        process.cwd(),
        '',
        'Copilot can read files in this folder and, with your permission, edit them or run code and shell commands. It will remember your permissions for the rest of this session.',
        '',
        'Do you trust the files in this folder?',
      ],
      rows: ['Yes', 'Yes, and remember this folder for future sessions', 'No (Esc)'],
      foot: [FOOT],
      sign: '❯',
      bad: [1, 2],
    }),
    avoided: ({ env }) => env.COPILOT_ALLOW_ALL === 'true',
    chosen: (row) => (row === 0 || row === 1 ? null : { ends: 0, text: '' }),
  },
  login: {
    menu: {
      name: 'login',
      rows: ['GitHub.com', 'GitHub Enterprise Cloud (*.ghe.com)'],
      preselected: 0,
      keys: { 1: 0, 2: 1 },
      escape: 'nothing',
      arrows: true,
      enter: true,
      draw: ({ selected }) => [
        ' What account do you want to log into?',
        '',
        ` ${selected === 0 ? '❯' : ' '} 1. GitHub.com`,
        ` ${selected === 1 ? '❯' : ' '} 2. GitHub Enterprise Cloud (*.ghe.com)`,
        '',
        ' ↑/↓ to navigate · enter to select',
      ],
    },
    avoided: ({ env }) => ['COPILOT_GITHUB_TOKEN', 'GH_TOKEN', 'GITHUB_TOKEN'].some((name) => env[name] !== undefined),
    chosen: () => 'again',
  },
};

function permission(tool: ToolUse, session: Session): { menu: Menu; allows: readonly number[] } {
  const isEdit = tool.kind === 'edit';
  const what = isEdit
    ? [
        'Create file',
        `${tool.text} +2 -0`,
        '',
        '1 +   first line',
        '',
        `Do you want to create ${join(session.cwd, tool.text)}?`,
      ]
    : ['Run a command', tool.text, '', 'Do you want to run this command?'];
  const always = isEdit ? 'file operations when' : `\`${tool.text.split(' ')[0]}\``;
  const rows = [
    'Yes',
    `Yes, and don't ask again for ${always} in this repo (${session.cwd})`,
    'No, and tell Copilot what to do differently (Esc to stop)',
  ];
  return { menu: framedMenu({ name: 'permission', head: what, rows, foot: [FOOT], sign: '❯' }), allows: [0, 1] };
}

/** A form: its rows have no numbers, and digits do nothing. */
function question({ text, choices }: ToolUse): Menu {
  const menu = questionMenu(choices, ['Other (type your answer)'], (rows, { selected }, width) => [
    '',
    ' ○ Asking user Waiting for response',
    '',
    '─'.repeat(width - 1),
    ' Copilot needs information.',
    ` ${text}`,
    '',
    ' Choice:',
    ...rows.map((row, at) => ` ${at === selected ? '❯' : ' '} ${row}`),
    '',
    ' ↑/↓ select · enter accept · ctrl+d decline · esc cancel',
    '─'.repeat(width - 1),
  ]);
  return { ...menu, keys: {} };
}

export const COPILOT: Personality = {
  name: 'copilot',
  executables: ['copilot'],
  version: `${COPILOT_VERSION}\nCommit: 0000000`,
  help: COPILOT_HELP,
  helpFlags: ['--help'],
  versionFlags: ['--version'],
  refused: (flag) => ({
    text: `error: unknown option '${flag}'\n\nTry 'copilot --help' for more information.`,
    code: 1,
  }),
  objection(session) {
    const { rest, flags } = session.args;
    if (rest[0] !== undefined)
      return { text: `error: too many arguments. Expected 0 arguments but got ${rest.length}.`, code: 1 };
    const id = flags.get('--resume')?.at(-1) ?? '';
    const isLost = id !== '' && !existsSync(join(copilotState(session, id), 'events.jsonl'));
    return isLost ? { text: `Error: No session, task, or name matched '${id}'`, code: 1 } : null;
  },
  prompt: ({ flags }) => flags.get('--prompt')?.at(-1) ?? flags.get('--interactive')?.at(-1) ?? null,
  session({ flags }, env) {
    const resumed = flags.get('--resume')?.at(-1) ?? '';
    const id = resumed === '' ? flags.get('--session-id')?.at(-1) : resumed;
    const isKnown =
      id !== undefined && existsSync(join(copilotState({ home: env.HOME ?? '', env }, id), 'events.jsonl'));
    return { id: id ?? randomUUID(), resumed: isKnown };
  },
  skipsApprovals: ({ args, env }) =>
    env.COPILOT_ALLOW_ALL === 'true' ||
    ['--yolo', '--allow-all', '--allow-all-tools'].some((flag) => args.flags.has(flag)),
  look: COPILOT_LOOK,
  dialogs: DIALOGS,
  permission,
  question,
  headless: COPILOT_HEADLESS,
  limit: 'ends',
  input: {
    fold(text, number) {
      const lines = text.split('\n').length;
      if (text.length > 30_000)
        return `[Saved pasted content to workspace (${(text.length / 1024).toFixed(1)} KB) id=${number}]`;
      return lines > 10 ? `[Paste #${number} - ${lines} lines]` : null;
    },
    enterGuardMs: 0,
    whileBusy: 'queue',
    joint: '\n\n',
    interrupt: ['Escape'],
    interruptTwice: true,
    restores: true,
    quit: ['C-c'],
  },
  remindMs: 600_000,
  reporter: copilotReporter,
};
