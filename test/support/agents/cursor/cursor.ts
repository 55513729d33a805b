import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { framed, framedMenu } from '../framed.ts';
import { callHook } from '../hook-command.ts';
import { readJson } from '../log-file.ts';
import { type Menu, questionMenu } from '../menu.ts';
import type { Look, Personality, Reporter, Session, StartDialog, ToolUse, View } from '../personality.ts';
import { type Live, wrap } from '../terminal.ts';
import { CURSOR_HEADLESS } from './printer.ts';

const VERSION = '2026.10.28-a1b2c3d';
const SPINNER = ['⬡', '⬢'];

const HELP = `Usage: agent [options] [command] [prompt...]

Start the Cursor Agent

Arguments:
  prompt                       Initial prompt for the agent

Options:
  -v, --version                Output the version number
  --api-key <key>              API key for authentication
  -H, --header <header>        Add custom header to agent requests
  -p, --print                  Print responses to console
  --output-format <format>     Output format (only works with --print)
  --stream-partial-output      Stream partial output as individual text deltas
  -c, --cloud                  Start in cloud mode
  --mode <mode>                Start in the given execution mode
  --plan                       Start in plan mode
  --resume [chatId]            Select a session to resume
  --continue                   Continue previous session
  --model <model>              Model to use (e.g., gpt-5, sonnet-4)
  --list-models                List available models and exit
  -f, --force                  Force allow commands unless explicitly denied
  --yolo                       Alias for --force (Run Everything)
  --sandbox <mode>             Explicitly enable or disable sandbox mode
  --approve-mcps               Automatically approve all MCP servers
  --trust                      Trust the current workspace without prompting (only works with --print)
  --workspace <path>           Workspace directory to use
  -h, --help                   Display help for command
`;

const LOOK: Look = {
  alternate: false,
  banner: (session) => ['', '  Cursor Agent', `  v${VERSION}`, '', `  ${session.cwd} · main`],
  prompt: (text, width) => ['', ...text.split('\n').flatMap((line) => wrap(`  ${line}`, width - 2, '  '))],
  said: (text, width) => ['', ...wrap(`  ${text}`, width - 2, '  ')],
  toolDone({ kind, text }, output) {
    const what = { shell: `$ ${text}`, edit: `Edited ${text}`, question: `${text} → ${output}` }[kind];
    return [
      '',
      `  ${what}`,
      ...output
        .trimEnd()
        .split('\n')
        .map((line) => `    ${line}`),
    ];
  },
  denied: ({ text }) => ['', `  $ ${text}`, '    Skipped by user'],
  interrupted: () => ['', '  Request cancelled'],
  trouble: ({ text }, width) => ['', ...wrap(`  ${text}`, width - 2, '  ')],
  turnDone: () => [],
  live: (view) => live(view),
  title: (state) => (state === 'start' ? null : 'Cursor Agent'),
};

function live(view: View): Live {
  const { busy, input, width, turns, session } = view;
  const placeholder = turns === 0 ? 'Plan, search, build anything' : 'Add a follow-up';
  const text = `→ ${input === '' ? placeholder : input}`
    .split('\n')
    .map((line, n) => `  ${n === 0 ? '' : '  '}${line}`);
  const [first = '', ...more] = text;
  const stop = busy === null ? '' : 'ctrl+c to stop'.padStart(Math.max(16, width - 3 - first.length));
  const working = busy === null ? [] : ['', ` ${SPINNER[busy.frame % 2]} Generating..  ${busy.seconds * 12} tokens`];
  const queued = view.queued.map((each) => `  ⧗ ${each.split('\n')[0]}`);
  const lines = [
    ...working,
    ...queued,
    '',
    ` ${'▄'.repeat(width - 3)}`,
    `${first}${stop}`,
    ...more,
    ` ${'▀'.repeat(width - 3)}`,
    `  Composer 2.5 Fast · 3.5%${skips(session) ? ' · Run Everything' : ''}`,
    `  ${session.cwd} · main`,
  ];
  return { lines, cursor: [lines.length - 4, input === '' ? 4 : (text.at(-1) ?? '').length] };
}

function skips({ args }: Session): boolean {
  return args.flags.has('--force') || args.flags.has('--yolo');
}

const DIALOGS: Readonly<Record<string, StartDialog>> = {
  trust: {
    menu: framedMenu({
      name: 'trust',
      head: [
        '⚠ Workspace Trust Required',
        '',
        'Cursor Agent can execute code and access files in this directory.',
        'Do you trust the contents of this directory?',
        '',
        process.cwd(),
      ],
      rows: ['[a] Trust this workspace', '[q] Quit'],
      foot: ['Use arrow keys to navigate, Enter to select, or press the key shown'],
      sign: '▶',
      plain: true,
      keys: { a: 0, q: 1 },
      bad: [1],
    }),
    avoided: ({ home, cwd }) => {
      const name = cwd.replace(/^\//, '').replace(/[^a-zA-Z0-9]/g, '-');
      return existsSync(join(home, '.cursor', 'projects', name, '.workspace-trusted'));
    },
    chosen: (row) => (row === 0 ? null : { ends: 0, text: '' }),
  },
  mcp: {
    menu: framedMenu({
      name: 'mcp',
      head: ['MCP Server Approval Required', '', 'tracker (.cursor/mcp.json)'],
      rows: ['[a] Approve all servers', '[c] Continue without approving', '[q] Quit'],
      sign: '▶',
      plain: true,
      keys: { a: 0, c: 1, q: 2 },
      bad: [2],
    }),
    avoided: ({ args }) => args.flags.has('--approve-mcps'),
    chosen: (row) => (row === 2 ? { ends: 0, text: '' } : null),
  },
  login: {
    menu: {
      name: 'login',
      rows: ['Log in'],
      preselected: 0,
      keys: {},
      escape: 'nothing',
      arrows: false,
      enter: true,
      draw: () => ['', '  Cursor Agent', '', '  Press any key to log in...'],
    },
    avoided: ({ env, args }) => env.CURSOR_API_KEY !== undefined || args.flags.has('--api-key'),
    chosen: () => 'again',
  },
};

function permission(tool: ToolUse): { menu: Menu; allows: readonly number[] } {
  const isEdit = tool.kind === 'edit';
  const rows = isEdit
    ? ['Proceed (y)', `Add Write(${tool.text}) to allowlist? (tab)`, 'Reject & propose changes (esc or n or p)']
    : [
        'Run (once) (y)',
        `Add Shell(${tool.text.split(' ')[0]}) to allowlist? (tab)`,
        'Run Everything (shift+tab)',
        'Skip (esc or n)',
      ];
  const no = rows.length - 1;
  const head = isEdit
    ? [` ${tool.text}`, '', ' Write to this file?']
    : [` $  ${tool.text} in .`, '', ' Run this command?', ` Not in allowlist: ${tool.text.split(' ')[0]}`];
  const menu: Menu = {
    name: 'permission',
    rows,
    preselected: 0,
    keys: { y: 0, n: no, Tab: 1, ...(isEdit ? { p: no } : { BTab: 2 }) },
    escape: no,
    arrows: true,
    enter: true,
    draw: ({ selected }, width) => [
      '',
      '─'.repeat(width - 1),
      ...head,
      ...rows.map((row, number) => `  ${number === selected ? '→' : ' '} ${row}`),
    ],
  };
  return { menu, allows: rows.map((_, row) => row).filter((row) => row !== no) };
}

function question({ text, choices }: ToolUse): Menu {
  return questionMenu(choices, ['Other'], (rows, { selected }, width) => {
    const drawn = rows.map((row, at) => `${at === selected ? '→' : ' '} ${at + 1}. ${row}`);
    return ['', ...framed([text, '', ...drawn, '', 'enter to select · esc to skip'], width)];
  });
}

interface HooksFile {
  readonly hooks?: Readonly<Record<string, readonly { readonly command: string }[]>>;
}

function cursorReporter(session: Session): Reporter {
  const files = [join(session.home, '.cursor', 'hooks.json'), join(session.cwd, '.cursor', 'hooks.json')];
  const all = files.map((file) => readJson(file) as HooksFile | null).filter((each) => each !== null);
  let generation = randomUUID();
  const hook = async (event: string, data: object) => {
    const input = {
      conversation_id: session.id,
      generation_id: generation,
      hook_event_name: event,
      cursor_version: VERSION,
      workspace_roots: [session.cwd],
      ...data,
    };
    const commands = all.flatMap((each) => each.hooks?.[event] ?? []).map((each) => each.command);
    await Promise.all(commands.map((command) => callHook(session, event, command, input)));
  };
  const nothing = async () => {};
  return {
    async started() {
      mkdirSync(chatFolder(session, session.id), { recursive: true });
      // A database whose contents nobody reads.
      writeFileSync(join(chatFolder(session, session.id), 'store.db'), '');
      await hook('sessionStart', {});
    },
    queued: nothing,
    async prompted(text) {
      generation = randomUUID();
      await hook('beforeSubmitPrompt', { prompt: text, attachments: [] });
    },
    said: (text) => hook('afterAgentResponse', { text }),
    used: nothing,
    async toolAsked(tool) {
      if (tool.kind === 'shell') await hook('beforeShellExecution', { command: tool.text, cwd: session.cwd });
    },
    permissionAsked: nothing,
    reminded: nothing,
    async toolDone(tool) {
      if (tool.kind === 'edit') await hook('afterFileEdit', { file_path: join(session.cwd, tool.text), edits: [] });
    },
    denied: nothing,
    interrupted: () => hook('stop', { status: 'aborted', loop_count: 0 }),
    troubled: () => hook('stop', { status: 'error', loop_count: 0 }),
    async turnEnded() {
      await hook('stop', { status: 'completed', loop_count: 0 });
      return null;
    },
    ended: nothing,
  };
}

function chatFolder({ home }: Pick<Session, 'home'>, id: string): string {
  return join(home, '.cursor', 'chats', 'stand-in', id);
}

export const CURSOR: Personality = {
  name: 'cursor',
  executables: ['agent', 'cursor-agent'],
  version: VERSION,
  help: HELP,
  helpFlags: ['--help'],
  versionFlags: ['--version'],
  refused: (flag) => ({ text: `error: unknown option '${flag}'`, code: 1 }),
  objection(session) {
    if (session.args.flags.has('--trust') && !session.args.flags.has('--print')) {
      return { text: 'Error: --trust can only be used with --print/headless mode', code: 1 };
    }
    if (
      session.args.flags.has('--print') &&
      !session.args.flags.has('--trust') &&
      DIALOGS.trust?.avoided(session) !== true
    ) {
      return { text: 'Error: Workspace Trust Required. Pass --trust to trust this directory.', code: 1 };
    }
    const isLost = session.resumed && !existsSync(chatFolder(session, session.id));
    return isLost ? { text: `Error: Chat ${session.id} not found`, code: 1 } : null;
  },
  prompt: ({ rest }) => (rest.length > 0 ? rest.join(' ') : null),
  session({ flags }) {
    const resumed = flags.get('--resume')?.at(-1) ?? '';
    return { id: resumed === '' ? randomUUID() : resumed, resumed: resumed !== '' };
  },
  skipsApprovals: skips,
  look: LOOK,
  dialogs: DIALOGS,
  permission,
  question,
  headless: CURSOR_HEADLESS,
  limit: 'ends',
  input: {
    fold: (text) => (text.split('\n').length > 10 ? `[Pasted text #1 +${text.split('\n').length} lines]` : null),
    enterGuardMs: 0,
    whileBusy: 'queue',
    joint: null,
    interrupt: ['C-c', 'Escape'],
    restores: false,
    quit: ['C-c', 'C-d'],
  },
  remindMs: 600_000,
  reporter: cursorReporter,
};
