import { randomUUID } from 'node:crypto';
import { existsSync } from 'node:fs';
import type { Personality } from '../personality.ts';
import { CLAUDE_HELP, CLAUDE_VERSION } from './help.ts';
import { CLAUDE_LOOK, modeOf } from './look.ts';
import { CLAUDE_DIALOGS, claudePermission, claudeQuestion } from './menus.ts';
import { CLAUDE_HEADLESS } from './printer.ts';
import { claudeReporter, claudeTranscript } from './reporter.ts';

const UUID = /^[0-9a-f]{8}(-[0-9a-f]{4}){3}-[0-9a-f]{12}$/i;
const MODES = ['acceptEdits', 'auto', 'bypassPermissions', 'manual', 'dontAsk', 'plan'];
const ROOT = '--dangerously-skip-permissions cannot be used with root/sudo privileges for security reasons';

export const CLAUDE: Personality = {
  name: 'claude_code',
  executables: ['claude'],
  version: `${CLAUDE_VERSION} (Claude Code)`,
  help: CLAUDE_HELP,
  helpFlags: ['-h', '--help'],
  versionFlags: ['-v', '--version'],
  refused: (flag) => ({ text: `error: unknown option '${flag}'`, code: 1 }),
  objection(session) {
    const { args, env, script } = session;
    const id = args.flags.get('--session-id')?.at(-1);
    if (id !== undefined && !UUID.test(id))
      return { text: 'Error: Invalid session ID. Must be a valid UUID.', code: 1 };
    if (id !== undefined && existsSync(claudeTranscript(session, id))) {
      return { text: `Error: Session ID ${id} is already in use.`, code: 1 };
    }
    const lost = (args.flags.get('--settings') ?? []).find((file) => !file.startsWith('{') && !existsSync(file));
    if (lost !== undefined) return { text: `Error processing settings: Settings file not found: ${lost}`, code: 1 };
    const mode = args.flags.get('--permission-mode')?.at(-1);
    // Not told any more, and still taken.
    if (mode !== undefined && mode !== 'default' && !MODES.includes(mode)) {
      return {
        text: `error: option '--permission-mode <mode>' argument '${mode}' is invalid. Allowed choices are ${MODES.join(', ')}.`,
        code: 1,
      };
    }
    const resumed = args.flags.get('--resume')?.at(-1);
    if (resumed !== undefined && resumed !== '' && !existsSync(claudeTranscript(session, resumed))) {
      return { text: `No conversation found with session ID: ${resumed}`, code: 1 };
    }
    const isRoot = process.getuid?.() === 0 && env.IS_SANDBOX !== '1' && modeOf(session) === 'bypassPermissions';
    return isRoot && script.start?.refuseRoot === true ? { text: ROOT, code: 1 } : null;
  },
  prompt: (args) => args.rest[0] ?? null,
  session(args) {
    const resumed = args.flags.get('--resume')?.at(-1) ?? '';
    if (resumed !== '') return { id: resumed, resumed: true };
    return { id: args.flags.get('--session-id')?.at(-1) ?? randomUUID(), resumed: false };
  },
  skipsApprovals: (session, tool) =>
    ['bypassPermissions', 'auto', 'dontAsk'].includes(modeOf(session)) ||
    (tool.kind === 'edit' && modeOf(session) === 'acceptEdits'),
  look: CLAUDE_LOOK,
  dialogs: CLAUDE_DIALOGS,
  permission: claudePermission,
  question: claudeQuestion,
  input: {
    fold(text, number) {
      const breaks = text.split('\n').length - 1;
      if (text.length <= 800 && breaks < 4) return null;
      return `[Pasted text #${number}${breaks === 0 ? '' : ` +${breaks} lines`}]`;
    },
    enterGuardMs: 0,
    whileBusy: 'queue',
    joint: '\n',
    interrupt: ['Escape', 'C-c'],
    restores: true,
    quit: ['C-c', 'C-d'],
  },
  headless: CLAUDE_HEADLESS,
  limit: 'ends',
  remindMs: 6_500,
  reporter: claudeReporter,
};
