import { join } from 'node:path';
import { readJson } from '../log-file.ts';
import { type Menu, numberKeys, questionMenu } from '../menu.ts';
import type { Session, StartDialog, ToolUse } from '../personality.ts';
import { wrap } from '../terminal.ts';
import { modeOf } from './look.ts';

const FOOTER = ' Enter to confirm · Esc to cancel';

interface ClaudeJson {
  readonly projects?: Readonly<Record<string, { readonly hasTrustDialogAccepted?: boolean }>>;
  readonly skipDangerousModePermissionPrompt?: boolean;
}

/** Rows without numbers: only arrows and Enter do anything. */
function plainMenu(
  name: string,
  text: readonly string[],
  rows: readonly string[],
  preselected: number,
  bad: number[],
): Menu {
  return {
    name,
    rows,
    preselected,
    keys: {},
    escape: 'cancel',
    arrows: true,
    enter: true,
    bad,
    draw: ({ selected }, width) => [
      '',
      '─'.repeat(width - 1),
      ...text.flatMap((line) => wrap(` ${line}`, width - 1, ' ')),
      '',
      // A row that is set in takes its mark with it.
      ...rows.map((row, number) => row.replace(/^ */, (indent) => ` ${indent}${number === selected ? '❯' : ' '} `)),
      '',
      FOOTER,
    ],
  };
}

const NOT_TRUSTED = "Claude Code didn't start because this folder isn't trusted.";

export const CLAUDE_DIALOGS: Readonly<Record<string, StartDialog>> = {
  trust: {
    menu: plainMenu(
      'trust',
      [
        'Accessing workspace:',
        '',
        process.cwd(),
        '',
        'Quick safety check: Is this a project you created or one you trust? (Like your own code, a well-known open source project, or work from your team). If not, take a moment to review what is in this folder first.',
        '',
        "Claude Code'll be able to read, edit, and execute files here.",
        '',
        'Security guide',
      ],
      ['No, exit', 'Yes, I trust this folder'],
      0,
      [0],
    ),
    avoided: ({ home, cwd, env }) =>
      env.CLAUDE_CODE_SANDBOXED === '1' ||
      (readJson(join(home, '.claude.json')) as ClaudeJson | null)?.projects?.[cwd]?.hasTrustDialogAccepted === true,
    chosen: (row) => (row === 1 ? null : { ends: 1, text: NOT_TRUSTED }),
  },
  warning: {
    menu: plainMenu(
      'warning',
      [
        ' WARNING: Claude Code running in Bypass Permissions mode',
        '',
        ' In Bypass Permissions mode, Claude Code will not ask for your approval before running',
        ' potentially dangerous commands.',
        ' This mode should only be used in a sandboxed container/VM that has restricted internet access',
        ' and can easily be restored if damaged.',
        '',
        ' By proceeding, you accept all responsibility for actions taken while running in Bypass',
        ' Permissions mode.',
        '',
        ' https://code.claude.com/docs/en/security',
      ],
      [' No, exit', ' Yes, I accept'],
      0,
      [0],
    ),
    avoided: (session) => modeOf(session) !== 'bypassPermissions' || acceptedInSettings(session),
    chosen: (row) => (row === 1 ? null : { ends: 1, text: '' }),
  },
  api_key: {
    menu: plainMenu(
      'api_key',
      [
        ' Detected a custom API key in your environment',
        '',
        ' ANTHROPIC_API_KEY: sk-ant-...dummydummydummydummy',
        '',
        ' Do you want to use this API key?',
      ],
      [' Yes', ' No (recommended)'],
      1,
      [],
    ),
    avoided: ({ env }) => env.ANTHROPIC_API_KEY === undefined,
    chosen: () => null,
  },
  login: {
    menu: plainMenu(
      'login',
      [
        'Claude Code can be used with your Claude subscription or billed based on API usage',
        '',
        'Select login method:',
      ],
      [
        'Claude account with subscription · Pro, Max, Team, or Enterprise',
        'Anthropic Console account · API usage billing',
      ],
      0,
      [],
    ),
    avoided: ({ env }) => env.ANTHROPIC_API_KEY !== undefined || env.CLAUDE_CODE_OAUTH_TOKEN !== undefined,
    // A browser opens, and the same is asked until somebody has done it there.
    chosen: () => 'again',
  },
  mcp: {
    menu: plainMenu(
      'mcp',
      [
        'New MCP server found in .mcp.json: tracker',
        '',
        'MCP servers may execute code or access system resources. All tool calls require approval.',
      ],
      [
        'Use this MCP server',
        'Use this and all future MCP servers in this project',
        'Continue without using this MCP server',
      ],
      0,
      [],
    ),
    avoided: ({ args }) => args.flags.has('--strict-mcp-config'),
    chosen: () => null,
  },
};

function acceptedInSettings({ home, args }: Session): boolean {
  const files = [join(home, '.claude', 'settings.json'), ...(args.flags.get('--settings') ?? [])];
  return files.some(
    (file) =>
      (file.startsWith('{') ? (JSON.parse(file) as ClaudeJson) : (readJson(file) as ClaudeJson | null))
        ?.skipDangerousModePermissionPrompt === true,
  );
}

export function claudePermission(tool: ToolUse): { menu: Menu; allows: readonly number[] } {
  const isEdit = tool.kind === 'edit';
  const rows = isEdit
    ? [
        'Yes',
        'Yes, and switch to accept edits (auto-approve file edits and common file commands) for this session (shift+tab)',
        'No',
      ]
    : [
        'Yes',
        `Yes, and don’t ask again for: ${tool.text.split(' ')[0]} *`,
        'Yes, and switch to auto mode · auto mode handles these prompts for you',
        'No',
      ];
  const head = (width: number) => {
    const dots = '╌'.repeat(width - 1);
    const text = wrap(` ${tool.text}`, width - 1, ' ');
    return isEdit
      ? [
          ' Create file',
          ...text,
          dots,
          '  1 first line',
          '  2 second line',
          dots,
          ` Do you want to create ${tool.text}?`,
        ]
      : [' Bash command', dots, ...text, dots, ' This command requires approval', '', ' Do you want to proceed?'];
  };
  const menu: Menu = {
    name: 'permission',
    rows,
    preselected: 0,
    keys: numberKeys(rows),
    escape: 'cancel',
    arrows: true,
    enter: true,
    draw: ({ selected }, width) => [
      '',
      '─'.repeat(width - 1),
      ...head(width),
      ...rows.flatMap((row, n) => wrap(` ${n === selected ? '❯' : ' '} ${n + 1}. ${row}`, width - 1, '      ')),
      '',
      ' Esc to cancel · Tab to amend',
    ],
  };
  return { menu, allows: rows.map((_, row) => row).filter((row) => row < rows.length - 1) };
}

export function claudeQuestion({ text, choices }: ToolUse): Menu {
  return questionMenu(choices, ['Type something.', 'Chat about this'], (rows, { selected }, width) => [
    '─'.repeat(width - 1),
    ' ☐ Choice',
    '',
    ...wrap(text, width - 1),
    '',
    ...rows.flatMap((row, at) => [
      ...(at > choices.length ? ['─'.repeat(width - 1)] : []),
      `${at === selected ? '❯' : ' '} ${at + 1}. ${row}`,
    ]),
    '',
    'Enter to select · ↑/↓ to navigate · Esc to cancel',
  ]);
}
