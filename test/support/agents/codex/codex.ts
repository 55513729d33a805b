import { randomUUID } from 'node:crypto';
import { existsSync, readdirSync } from 'node:fs';
import { join } from 'node:path';
import type { Arguments } from '../flags.ts';
import { logFile } from '../log-file.ts';
import type { Personality, Session } from '../personality.ts';
import { CODEX_HELP, CODEX_HIDDEN, CODEX_VERSION } from './help.ts';
import { CODEX_LOOK } from './look.ts';
import { CODEX_DIALOGS, codexConfig, codexFolder, codexPermission, codexQuestion } from './menus.ts';
import { CODEX_HEADLESS } from './printer.ts';
import { codexReporter, codexRollout } from './reporter.ts';

/** Without the name of the sub-command that needs no terminal. */
function wordsOf({ rest }: Arguments): readonly string[] {
  return rest[0] === 'exec' || rest[0] === 'e' ? rest.slice(1) : rest;
}

/** `resume` takes an id and then perhaps a prompt. */
function resumedId(args: Arguments): string | null {
  const [command, id] = wordsOf(args);
  return command === 'resume' && !args.flags.has('--last') ? (id ?? null) : null;
}

function promptOf(args: Arguments): string | null {
  const words = wordsOf(args);
  return (words[0] === 'resume' ? words[args.flags.has('--last') ? 1 : 2] : words[0]) ?? null;
}

function rolloutOf(session: Session, id: string): string | null {
  const folder = join(codexFolder(session), 'sessions');
  if (!existsSync(folder)) return null;
  const files = readdirSync(folder, { recursive: true, encoding: 'utf8' });
  const found = files.find((file) => file.endsWith(`${id}.jsonl`));
  return found === undefined ? null : join(folder, found);
}

export const CODEX: Personality = {
  name: 'codex',
  executables: ['codex'],
  version: `codex-cli ${CODEX_VERSION}`,
  help: CODEX_HELP,
  hidden: CODEX_HIDDEN,
  helpFlags: ['--help'],
  versionFlags: ['--version'],
  refused: (flag) => ({
    text: `error: unexpected argument '${flag}' found\n\nUsage: codex [OPTIONS] [PROMPT]\n\nFor more information, try '--help'.`,
    code: 2,
  }),
  objection(session) {
    const policy = session.args.flags.get('--ask-for-approval')?.at(-1);
    if (policy !== undefined && !['on-request', 'never'].includes(policy)) {
      return { text: `error: invalid value '${policy}' for '--ask-for-approval <APPROVAL_POLICY>'`, code: 2 };
    }
    const id = resumedId(session.args);
    const isOwn = ['--no-daemon', '--config', '--dangerously-bypass-hook-trust'].some((flag) =>
      session.args.flags.has(flag),
    );
    // A server that outlives it would do the work, with the environment of whoever started that one.
    if (!isOwn) session.record({ kind: 'mistake', key: 'no --no-daemon', where: 'start' });
    if (id !== null && rolloutOf(session, id) === null)
      return { text: `ERROR: No saved session found with ID ${id}`, code: 1 };
    return null;
  },
  prompt: promptOf,
  session(args) {
    const id = resumedId(args);
    return id === null ? { id: randomUUID(), resumed: false } : { id, resumed: true };
  },
  skipsApprovals(session) {
    const { flags } = session.args;
    const isBypassed = flags.has('--dangerously-bypass-approvals-and-sandbox') || flags.has('--yolo');
    const policy = flags.get('--ask-for-approval')?.at(-1) ?? codexConfig(session).get('approval_policy');
    return isBypassed || flags.has('--approve-for-me') || policy === 'never';
  },
  look: CODEX_LOOK,
  dialogs: CODEX_DIALOGS,
  permission: codexPermission,
  question: codexQuestion,
  input: {
    fold: (text) => (text.length > 1000 ? `[Pasted Content ${[...text].length} chars]` : null),
    enterGuardMs: 0,
    whileBusy: 'steer',
    queueKey: 'Tab',
    joint: '\n',
    interrupt: ['Escape', 'C-c'],
    restores: false,
    quit: ['C-c', 'C-d'],
  },
  headless: CODEX_HEADLESS,
  limit: 'ends',
  remindMs: 60_000,
  reporter: (session) =>
    codexReporter(session, logFile((session.resumed ? rolloutOf(session, session.id) : null) ?? codexRollout(session))),
};
