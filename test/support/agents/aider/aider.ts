import { randomUUID } from 'node:crypto';
import { appendFileSync, existsSync, readFileSync } from 'node:fs';
import { resolve } from 'node:path';
import { callHook } from '../hook-command.ts';
import type { Menu } from '../menu.ts';
import type { Look, Personality, Reporter, Session, StartDialog, ToolUse, View } from '../personality.ts';
import type { Usage } from '../script.ts';
import { type Live, wrap } from '../terminal.ts';
import { AIDER_HELP, AIDER_VERSION } from './help.ts';
import { AIDER_HEADLESS } from './printer.ts';

const SPINNER = ['░█        ', ' ░█       ', '  ░█      ', '   ░█     ', '    ░█    '];

function modelOf({ args }: Session): string {
  return args.flags.get('--model')?.at(-1) ?? 'gpt-5';
}

const LOOK: Look = {
  alternate: false,
  banner: (session, width) => [
    '─'.repeat(width - 1),
    `Aider v${AIDER_VERSION}`,
    `Main model: ${modelOf(session)} with diff edit format`,
    'Git repo: .git with 12 files',
    'Repo-map: using 4096 tokens, auto refresh',
  ],
  prompt: (text, width) => ['─'.repeat(width - 1), ...wrap(`> ${text}`, width - 1), ''],
  said: (text, width) => [...wrap(text, width - 1), ''],
  toolDone({ kind, text }, output) {
    if (kind === 'edit') return [`Applied edit to ${text}`, 'Commit 1234abc feat: add it'];
    return [`Running ${text}`, ...output.trimEnd().split('\n')];
  },
  denied: () => [],
  interrupted: () => ['', '^C again to exit'],
  trouble: ({ text }, width) => wrap(text, width - 1),
  turnDone: () => ['Tokens: 6.2k sent, 42 received. Cost: $0.0081 message, $0.0081 session.'],
  live: (view) => live(view),
  // It leaves the title alone.
  title: () => null,
};

function live({ busy, input, width, session }: View): Live {
  if (busy !== null) return { lines: [`${SPINNER[busy.frame % SPINNER.length]} Waiting for ${modelOf(session)}`] };
  const box = input.split('\n').map((line, number) => `${number === 0 ? '> ' : ''}${line}`);
  const lines = ['─'.repeat(width - 1), ...box];
  return { lines, cursor: [lines.length - 1, (lines.at(-1) ?? '').length] };
}

function confirm(
  name: string,
  text: readonly string[],
  answers: Readonly<Record<string, number>>,
  rows: readonly string[],
): Menu {
  return {
    name,
    rows,
    preselected: 0,
    keys: {},
    escape: 'nothing',
    arrows: false,
    enter: true,
    line: answers,
    stays: true,
    draw: ({ words }, width) => {
      const lines = text.flatMap((line) => wrap(line, width - 1));
      return [...lines.slice(0, -1), `${lines.at(-1) ?? ''} ${words ?? ''}`];
    },
  };
}

const YES_NO = { y: 0, n: 1, '': 0 };

function hasKey({ env, args }: Session): boolean {
  const given = ['--openai-api-key', '--anthropic-api-key', '--api-key'].some((flag) => args.flags.has(flag));
  return given || Object.keys(env).some((name) => name.endsWith('_API_KEY'));
}

const DIALOGS: Readonly<Record<string, StartDialog>> = {
  gitignore: {
    menu: confirm('gitignore', ['Add .aider* to .gitignore (recommended)? (Y)es/(N)o [Yes]:'], YES_NO, ['Yes', 'No']),
    avoided: ({ args }) =>
      args.flags.has('--no-gitignore') || args.flags.has('--no-git') || args.flags.has('--yes-always'),
    chosen: () => null,
  },
  docs: {
    menu: confirm(
      'docs',
      [
        'Warning: it is best to only add files that need changes to the chat.',
        'https://aider.chat/docs/troubleshooting/warnings.html',
        "Open documentation url for more info? (Y)es/(N)o/(D)on't ask again [Yes]:",
      ],
      { ...YES_NO, d: 2 },
      ['Yes', 'No', "Don't ask again"],
    ),
    avoided: ({ args }) => args.flags.has('--no-show-model-warnings'),
    chosen: () => null,
  },
  login: {
    menu: confirm(
      'login',
      [
        'No LLM model was specified and no API keys were provided.',
        'Login to OpenRouter or create a free account? (Y)es/(N)o [Yes]:',
      ],
      YES_NO,
      ['Yes', 'No'],
    ),
    avoided: hasKey,
    chosen: (row) => (row === 0 ? 'again' : { ends: 1, text: 'Please provide an API key and a model.' }),
  },
};

function historyFile({ args, env, cwd }: Session): string {
  const given = args.flags.get('--chat-history-file')?.at(-1) ?? env.AIDER_CHAT_HISTORY_FILE;
  return resolve(cwd, given ?? '.aider.chat.history.md');
}

function thousands(tokens: number): string {
  return tokens < 1000 ? String(tokens) : `${(tokens / 1000).toFixed(1)}k`;
}

function aiderReporter(session: Session): Reporter {
  const path = historyFile(session);
  const write = (text: string) => appendFileSync(path, text);
  let cost = 0;
  const tokens = (usage: Usage) => {
    const paid = usage.costUsd ?? 0.0081;
    cost += paid;
    const sent = thousands(usage.input + (usage.cacheRead ?? 0));
    write(
      `> Tokens: ${sent} sent, ${thousands(usage.output)} received. Cost: $${paid.toFixed(4)} message, $${cost.toFixed(4)} session.  \n\n`,
    );
  };
  /** It rings when it waits for somebody. */
  const ring = async () => {
    const { flags } = session.args;
    const command = flags.get('--notifications-command')?.at(-1) ?? session.env.AIDER_NOTIFICATIONS_COMMAND;
    const isOn = flags.has('--notifications') || session.env.AIDER_NOTIFICATIONS === 'true';
    if (isOn && command !== undefined) await callHook(session, 'notifications-command', command, undefined);
    else if (isOn) process.stdout.write('\u0007');
  };
  return {
    async started() {
      write(`\n# aider chat started at ${session.startedAt.toISOString().slice(0, 19).replace('T', ' ')}\n\n`);
      write(
        `> aider ${process.argv.slice(3).join(' ')}  \n> Aider v${AIDER_VERSION}  \n> Main model: ${modelOf(session)} with diff edit format  \n`,
      );
    },
    async queued() {},
    async prompted(text) {
      write(
        `\n${text
          .split('\n')
          .map((line) => `#### ${line}`)
          .join('  \n')}  \n\n`,
      );
    },
    async said(text, usage) {
      write(`${text}\n\n`);
      tokens(usage);
    },
    async used(usage) {
      tokens(usage);
    },
    async toolAsked() {},
    permissionAsked: ring,
    async reminded() {},
    async toolDone(tool, output) {
      write(tool.kind === 'edit' ? `> Applied edit to ${tool.text}  \n` : `> Running ${tool.text}  \n> ${output}  \n`);
    },
    async denied() {},
    async interrupted() {
      write('> ^C again to exit  \n');
    },
    async troubled({ text }) {
      write(`> ${text}  \n`);
      await ring();
    },
    async turnEnded() {
      await ring();
      return null;
    },
    async ended() {},
  };
}

function permission(tool: ToolUse): { menu: Menu; allows: readonly number[] } {
  const menu =
    tool.kind === 'edit'
      ? confirm('permission', [tool.text, 'Allow creation of new file? (Y)es/(N)o [Yes]:'], YES_NO, ['Yes', 'No'])
      : confirm(
          'permission',
          [tool.text, "Run shell command? (Y)es/(N)o/(D)on't ask again [Yes]:"],
          { ...YES_NO, d: 2 },
          ['Yes', 'No', "Don't ask again"],
        );
  return { menu, allows: [0] };
}

/** It has no questions with choices: only words are taken. */
function question(tool: ToolUse): Menu {
  const answers = Object.fromEntries(tool.choices.map((choice, row) => [choice.toLowerCase(), row]));
  return confirm('question', [`${tool.text} (${tool.choices.join('/')}):`], answers, tool.choices);
}

export const AIDER: Personality = {
  name: 'aider',
  executables: ['aider'],
  version: `aider ${AIDER_VERSION}`,
  help: AIDER_HELP,
  helpFlags: ['--help'],
  versionFlags: ['--version'],
  refused: (flag) => ({
    text: `usage: aider [-h] [--model] ...\naider: error: unrecognized arguments: ${flag}`,
    code: 2,
  }),
  objection({ args, cwd }) {
    const file = args.flags.get('--message-file')?.at(-1);
    const isLost = file !== undefined && !existsSync(resolve(cwd, file));
    return isLost ? { text: `Message file not found: ${file}`, code: 1 } : null;
  },
  prompt({ flags }) {
    const file = flags.get('--message-file')?.at(-1);
    if (file !== undefined) return readFileSync(file, 'utf8');
    return flags.get('--message')?.at(-1) ?? flags.get('--msg')?.at(-1) ?? null;
  },
  runsOnce: ({ flags }) => ['--message', '--msg', '--message-file'].some((flag) => flags.has(flag)),
  // Its chat is that of its history file, wherever that is.
  session: ({ flags }) =>
    flags.has('--message')
      ? { id: 'chat', resumed: flags.has('--restore-chat-history') }
      : { id: randomUUID(), resumed: false },
  skipsApprovals: ({ args, env }) => args.flags.has('--yes-always') || env.AIDER_YES_ALWAYS === 'true',
  look: LOOK,
  dialogs: DIALOGS,
  permission,
  question,
  headless: AIDER_HEADLESS,
  limit: 'ends',
  input: {
    fold: () => null,
    enterGuardMs: 0,
    // It reads nothing while it works, and finds in its terminal what was typed.
    whileBusy: 'queue',
    joint: null,
    interrupt: ['C-c'],
    restores: false,
    quit: ['C-c', 'C-d'],
  },
  remindMs: 600_000,
  reporter: aiderReporter,
};
