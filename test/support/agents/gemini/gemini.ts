import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { basename, join } from 'node:path';
import { framed, framedMenu } from '../framed.ts';
import { readJson } from '../log-file.ts';
import type { Menu } from '../menu.ts';
import type { Personality, Session, StartDialog, ToolUse } from '../personality.ts';
import { GEMINI_HELP, GEMINI_HIDDEN, GEMINI_VERSION } from './help.ts';
import { GEMINI_LOOK, isYolo } from './look.ts';
import { GEMINI_HEADLESS } from './printer.ts';
import { geminiFolder, geminiReporter, geminiSettings, projectName } from './reporter.ts';

function isTrusted(session: Session): boolean {
  const { args, env, cwd } = session;
  if (args.flags.has('--skip-trust') || env.GEMINI_CLI_TRUST_WORKSPACE === 'true') return true;
  const folders = readJson(join(geminiFolder(session), 'trustedFolders.json')) as Record<string, string> | null;
  return folders?.[cwd] === 'TRUST_FOLDER';
}

const UNTRUSTED =
  'Gemini CLI is not running in a trusted directory. To proceed, either use `--skip-trust`, or trust this directory.';

const DIALOGS: Readonly<Record<string, StartDialog>> = {
  trust: {
    menu: framedMenu({
      name: 'trust',
      head: [
        '',
        'Do you trust the files in this folder?',
        '',
        'Trusting a folder allows Gemini CLI to load its local configurations, including custom commands, hooks, MCP servers, agent skills, and settings. These configurations could execute code on your behalf or change the behavior of the CLI.',
        '',
      ],
      rows: [`Trust folder (${basename(process.cwd())})`, 'Trust parent folder (work)', "Don't trust"],
      sign: '●',
      onEscape: 'nothing',
      bad: [1, 2],
    }),
    leaksPrompt: true,
    avoided: isTrusted,
    chosen: () => null,
  },
  login: {
    menu: framedMenu({
      name: 'login',
      head: ['', '? Get started', '', '  How would you like to authenticate for this project?'],
      rows: ['Sign in with Google', 'Use Gemini API Key', 'Vertex AI'],
      foot: ['  No authentication method selected.', '', '  (Use Enter to select)'],
      sign: '●',
      onEscape: 'nothing',
    }),
    avoided: (session) => geminiSettings(session).some((each) => each.security?.auth?.selectedType !== undefined),
    // A browser opens, and the same is asked until somebody has done it there.
    chosen: () => 'again',
  },
};

function permission(tool: ToolUse): { menu: Menu; allows: readonly number[] } {
  const isEdit = tool.kind === 'edit';
  const head = isEdit
    ? [`? WriteFile  Writing to ${tool.text}`, '1 first line', '2 second line', 'Apply this change?']
    : [`? Shell  ${tool.text}`, ...framed([tool.text], 80), 'Allow execution of [Shell]?'];
  const rows = isEdit
    ? ['Allow once', 'Allow for this session', 'Modify with external editor', 'No, suggest changes (esc)']
    : ['Allow once', 'Allow for this session', 'No, suggest changes (esc)'];
  return { menu: framedMenu({ name: 'permission', head, rows, sign: '●' }), allows: [0, 1] };
}

function limitMenu(text: string): Menu {
  const head = ['', text, '/stats model for usage details', '/model to switch models.', ''];
  return framedMenu({ name: 'limit', head, rows: ['Keep trying', 'Stop'], sign: '●', onEscape: 'nothing' });
}

/** A session that is to go on: by its id, or the latest. */
function resumed(session: Session, name: string): boolean {
  const folder = join(geminiFolder(session), 'tmp', projectName(session), 'chats');
  if (!existsSync(folder)) return false;
  return name === 'latest' || readdirSync(folder).some((file) => file.includes(name.slice(0, 8)));
}

export const GEMINI: Personality = {
  name: 'gemini',
  executables: ['gemini'],
  version: GEMINI_VERSION,
  help: GEMINI_HELP,
  hidden: GEMINI_HIDDEN,
  helpFlags: ['--help'],
  versionFlags: ['--version'],
  refused: (flag) => ({ text: `${GEMINI_HELP}\nUnknown argument: ${flag.replace(/^-+/, '')}`, code: 1 }),
  objection(session) {
    const { flags, rest } = session.args;
    if (flags.has('--prompt-interactive') && rest.length > 0) {
      return { text: 'Cannot use both a positional prompt and the --prompt-interactive (-i) flag together', code: 1 };
    }
    if (flags.has('--yolo') && flags.has('--approval-mode')) {
      return { text: 'Cannot use both --yolo (-y) and --approval-mode together.', code: 1 };
    }
    if (flags.has('--prompt') && !isTrusted(session)) return { text: UNTRUSTED, code: 55 };
    const name = flags.get('--resume')?.at(-1);
    const isLost = name !== undefined && !resumed(session, name);
    return isLost ? { text: `Error resuming session: Invalid session identifier "${name}".`, code: 42 } : null;
  },
  prompt: ({ flags, rest }) =>
    flags.get('--prompt')?.at(-1) ??
    flags.get('--prompt-interactive')?.at(-1) ??
    (rest.length > 0 ? rest.join(' ') : null),
  session({ flags }) {
    const name = flags.get('--resume')?.at(-1);
    if (name !== undefined && name !== 'latest') return { id: name, resumed: true };
    return { id: flags.get('--session-id')?.at(-1) ?? randomUUID(), resumed: false };
  },
  skipsApprovals: (session, tool) =>
    isYolo(session) || (tool.kind === 'edit' && session.args.flags.get('--approval-mode')?.at(-1) === 'auto_edit'),
  look: GEMINI_LOOK,
  dialogs: DIALOGS,
  permission,
  question: (tool) =>
    framedMenu({
      name: 'question',
      head: ['Answer Questions', '', tool.text],
      rows: [...tool.choices, 'Enter a custom value'],
      foot: ['Enter to select · ↑/↓ to navigate · Esc to cancel'],
      sign: '●',
      words: tool.choices.length,
    }),
  headless: GEMINI_HEADLESS,
  limit: limitMenu,
  input: {
    fold: (text) =>
      text.length > 1000 || text.split('\n').length > 5 ? `[Pasted Text: ${text.split('\n').length} lines]` : null,
    enterGuardMs: 40,
    whileBusy: 'queue',
    joint: '\n\n',
    interrupt: ['Escape', 'C-c'],
    restores: false,
    quit: ['C-c', 'C-d'],
  },
  remindMs: 600_000,
  reporter: geminiReporter,
};
