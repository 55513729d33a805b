import { randomBytes } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { type Menu, questionMenu } from '../menu.ts';
import type { Personality, Session, StartDialog, ToolUse } from '../personality.ts';
import { wrap } from '../terminal.ts';
import { OPENCODE_HELP, OPENCODE_VERSION } from './help.ts';
import { OPENCODE_LOOK, skipsPermissions } from './look.ts';
import { OPENCODE_HEADLESS } from './printer.ts';
import { opencodeReporter } from './reporter.ts';

const BAR = '  ┃';

function inBar(lines: readonly string[]): string[] {
  return ['', ...['', ...lines, ''].map((line) => `${BAR}  ${line}`.trimEnd())];
}

/** Three buttons in a row. */
function permission(tool: ToolUse): { menu: Menu; allows: readonly number[] } {
  const rows = ['Allow once', 'Allow always', 'Reject'];
  const what =
    tool.kind === 'edit'
      ? [`  → Edit ${tool.text}`, '', '1 + first line']
      : ['  # Shell command', '', `$ ${tool.text}`];
  const menu: Menu = {
    name: 'permission',
    rows,
    preselected: 0,
    keys: {},
    escape: 2,
    arrows: true,
    sideways: true,
    enter: true,
    draw: ({ selected }) => {
      const buttons = rows.map((row, number) => (number === selected ? `\u001b[7m${row}\u001b[27m` : row)).join('   ');
      return inBar([
        '△ Permission required',
        ...what,
        '',
        ` ${buttons}      ctrl+f fullscreen  ⇆ select  enter confirm`,
      ]);
    },
  };
  return { menu, allows: [0, 1] };
}

function question({ text, choices }: ToolUse): Menu {
  return questionMenu(choices, ['Type your own answer'], (rows, _, width) =>
    inBar([
      ...wrap(text, width - 8),
      '',
      ...rows.map((row, at) => `${at + 1}. ${row}`),
      '',
      '↑↓ select  enter submit  esc dismiss',
    ]),
  );
}

const DIALOGS: Readonly<Record<string, StartDialog>> = {
  login: {
    menu: {
      name: 'login',
      rows: ['Anthropic (API key)', 'Other Custom provider'],
      preselected: 0,
      keys: {},
      escape: 'cancel',
      arrows: true,
      enter: true,
      draw: () => [
        '                        Connect a provider                               esc',
        '',
        '                        Search',
        '',
        '                        Popular',
        '                        Anthropic (API key)',
        '',
        '                        Providers',
        '                        Other Custom provider',
        '',
        '             ┃  Build · No provider selected Connect a provider',
        '                      ● Tip Run /connect to add an AI provider and start coding',
      ],
    },
    avoided: () => false,
    chosen: () => 'again',
  },
};

/** The program's own database, as far as it matters: which sessions there are. */
function sessionFile({ home, env }: Pick<Session, 'home' | 'env'>, id: string): string {
  return join(env.XDG_DATA_HOME ?? join(home, '.local', 'share'), 'opencode', 'stand-in', id);
}

export const OPENCODE: Personality = {
  name: 'opencode',
  executables: ['opencode'],
  version: OPENCODE_VERSION,
  help: OPENCODE_HELP,
  helpFlags: ['--help'],
  versionFlags: ['--version'],
  refused: () => ({ text: OPENCODE_HELP, code: 1 }),
  objection(session) {
    const file = sessionFile(session, session.id);
    if (session.resumed && !existsSync(file)) return { text: `Session not found: ${session.id}`, code: 1 };
    mkdirSync(join(file, '..'), { recursive: true });
    writeFileSync(file, '');
    return null;
  },
  prompt: ({ flags, rest }) => (rest[0] === 'run' ? rest.slice(1).join(' ') : (flags.get('--prompt')?.at(-1) ?? null)),
  session({ flags }) {
    const resumed = flags.get('--session')?.at(-1);
    return { id: resumed ?? `ses_${randomBytes(12).toString('hex')}`, resumed: resumed !== undefined };
  },
  skipsApprovals: skipsPermissions,
  look: OPENCODE_LOOK,
  dialogs: DIALOGS,
  permission,
  question,
  headless: OPENCODE_HEADLESS,
  limit: 'retries',
  input: {
    fold(text) {
      const lines = text.trimEnd().split('\n').length;
      return lines >= 3 || text.length > 150 ? `[Pasted ~${lines} lines]` : null;
    },
    enterGuardMs: 0,
    whileBusy: 'queue',
    joint: null,
    interrupt: ['Escape'],
    interruptTwice: true,
    restores: false,
    quit: ['C-c', 'C-d'],
  },
  remindMs: 600_000,
  reporter: (session) => opencodeReporter(session, skipsPermissions),
};
