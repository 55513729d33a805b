import { randomBytes } from 'node:crypto';
import { existsSync } from 'node:fs';
import { setTimeout as delay } from 'node:timers/promises';
import { run } from './hook-command.ts';
import type { Menu } from './menu.ts';
import type { Personality, Reporter, Retry, Session, ToolUse, Trouble } from './personality.ts';
import type { Action, PermissionScript, QuestionScript, TurnEnd } from './script.ts';

export interface Chosen {
  /** From 0; null for none. */
  readonly row: number | null;
  readonly words: string | null;
}

/** What a turn may do to its program. */
export interface TurnHost {
  readonly session: Session;
  readonly personality: Personality;
  readonly reporter: Reporter;
  /** Aborted when the turn is broken off. */
  readonly signal: AbortSignal;
  readonly width: number;
  show(lines: readonly string[]): void;
  ask(menu: Menu, to: string): Promise<Chosen>;
  retrying(retry: Retry | null): void;
  trouble(trouble: Trouble | null): void;
  /** Goes on with the next prompt, if the turn is broken off. */
  keepFor(left: readonly Action[]): void;
  exit(code: number, text: string): Promise<never>;
  freeze(): void;
  goOnAfter(ms: number): void;
}

export interface TurnResult {
  readonly how: TurnEnd;
  /** What goes on with the next prompt. */
  readonly left: readonly Action[];
  readonly lastText: string;
}

const DEFAULT_USAGE = { input: 1200, output: 42, cacheRead: 5000, cacheWrite: 300 };
const RETRY_MS = 300;

/** Does what a script says for one prompt, in order. */
export async function runActions(actions: readonly Action[], host: TurnHost): Promise<TurnResult> {
  let lastText = '';
  for (const [at, action] of actions.entries()) {
    if ('say' in action) lastText = action.say;
    const left = actions.slice(at + 1);
    const end = await act(action, left, host);
    if (end === null) continue;
    if (typeof end !== 'string') return runActions(end, host);
    const goesOn = 'limitUntilContinue' in action || ('limit' in action && action.continuesAfter !== undefined);
    return { how: end, left: goesOn ? left : [], lastText };
  }
  return { how: 'done', left: [], lastText };
}

type End = TurnEnd | readonly Action[] | null;

async function act(action: Action, left: readonly Action[], host: TurnHost): Promise<End> {
  host.signal.throwIfAborted();
  if ('say' in action) return say(action.say, host);
  if ('screen' in action) return shown(action.screen.split('\n'), host);
  if ('print' in action) return print(action.print, host);
  if ('work' in action) return worked(delay(action.work, undefined, { signal: host.signal }));
  if ('waitFor' in action) return waitFor(action.waitFor, host);
  if ('usage' in action) return worked(host.reporter.used(action.usage));
  if ('shell' in action) return shell(action.shell, host);
  if ('permission' in action) return permission(action.permission, host);
  if ('question' in action) return question(action.question, host);
  return ending(action, left, host);
}

async function ending(action: Action, left: readonly Action[], host: TurnHost): Promise<End> {
  if ('limit' in action || 'limitUntilContinue' in action) return limited(action, left, host);
  if ('loginError' in action) return troubled({ kind: 'login', text: action.loginError }, host);
  if ('apiError' in action) return apiError(action.apiError, action.retries ?? 0, host);
  if ('crash' in action) return host.exit(action.crash, CRASH);
  if ('exit' in action) return host.exit(action.exit, '');
  if ('hang' in action) return hang(action.hang === 'frozen', host);
  return 'done';
}

type Limit = Extract<Action, { limit: string } | { limitUntilContinue: string }>;

async function limited(action: Limit, left: readonly Action[], host: TurnHost): Promise<End> {
  const text = 'limit' in action ? action.limit : action.limitUntilContinue;
  const after = 'limit' in action ? action.continuesAfter : undefined;
  const trouble: Trouble = { kind: 'limit', text };
  const { limit } = host.personality;
  if (limit === 'retries') return retriesAtLimit(trouble, after, 'limit' in action ? [] : left, host);
  if (typeof limit === 'function') {
    const menu = limit(text);
    while ((await host.ask(menu, 'limit')).row !== menu.rows.length - 1) {
      await delay(RETRY_MS, undefined, { signal: host.signal });
    }
  } else if (after !== undefined) host.goOnAfter(after);
  return troubled(trouble, host);
}

/** Its own tries go on until one succeeds, or somebody breaks it off. */
async function retriesAtLimit(
  trouble: Trouble,
  after: number | undefined,
  left: readonly Action[],
  host: TurnHost,
): Promise<End> {
  host.trouble(trouble);
  await host.reporter.troubled(trouble);
  host.keepFor(left);
  await delay(after ?? 2 ** 30, undefined, { signal: host.signal });
  host.trouble(null);
  await host.reporter.wentOn?.();
  return null;
}

const CRASH = `
TypeError: Cannot read properties of undefined (reading 'content')
    at async main (file:///usr/lib/agent/dist/index.js:1:1)
`;

async function worked(work: Promise<void>): Promise<End> {
  await work;
  return null;
}

async function say(text: string, host: TurnHost): Promise<End> {
  host.show(host.personality.look.said(text, host.width));
  await host.reporter.said(text, DEFAULT_USAGE);
  return null;
}

function shown(lines: readonly string[], host: TurnHost): End {
  host.show(lines);
  return null;
}

function print(count: number, host: TurnHost): End {
  return shown(
    Array.from({ length: count }, (_, number) => `  output line ${number + 1}`),
    host,
  );
}

async function waitFor(path: string, host: TurnHost): Promise<End> {
  while (!existsSync(path)) await delay(20, undefined, { signal: host.signal });
  return null;
}

async function hang(frozen: boolean, host: TurnHost): Promise<End> {
  if (frozen) host.freeze();
  await new Promise((_, reject) => {
    host.signal.addEventListener('abort', () => reject(host.signal.reason));
    // Nothing else may keep the process alive.
    setInterval(() => {}, 1_000_000);
  });
  return null;
}

async function troubled(trouble: Trouble, host: TurnHost): Promise<End> {
  host.show(host.personality.look.trouble(trouble, host.width));
  host.trouble(trouble);
  await host.reporter.troubled(trouble);
  return trouble.kind;
}

async function apiError(text: string, retries: number, host: TurnHost): Promise<End> {
  for (let attempt = 2; attempt < retries + 2; attempt += 1) {
    host.retrying({ attempt, text });
    await delay(RETRY_MS, undefined, { signal: host.signal });
  }
  host.retrying(null);
  return troubled({ kind: 'error', text }, host);
}

function toolUse(kind: ToolUse['kind'], text: string, choices: readonly string[] = []): ToolUse {
  return { id: `toolu_${randomBytes(12).toString('hex')}`, kind, text, choices };
}

async function shell(command: string, host: TurnHost): Promise<End> {
  const tool = toolUse('shell', command);
  await host.reporter.toolAsked(tool);
  await finish(tool, command, host);
  return null;
}

async function finish(tool: ToolUse, command: string | undefined, host: TurnHost): Promise<void> {
  let output = '';
  if (command !== undefined) {
    const result = await run(['/bin/sh', '-c', command], host.session, '');
    output = result.stdout + result.stderr;
    host.session.record({ kind: 'shell', command, code: result.code, output });
  }
  host.signal.throwIfAborted();
  host.show(host.personality.look.toolDone(tool, output, host.width));
  await host.reporter.toolDone(tool, output);
}

async function permission(asked: PermissionScript, host: TurnHost): Promise<End> {
  const { personality, session, reporter } = host;
  const tool = toolUse(asked.tool, asked.text);
  await reporter.toolAsked(tool);
  if (asked.always === true || !personality.skipsApprovals(session, tool)) {
    const { menu, allows } = personality.permission(tool, session);
    const chosen = await answered(tool, menu, host);
    if (chosen.row === null || !allows.includes(chosen.row)) {
      return denied(tool, chosen.row === null ? 'escape' : 'no', asked.denied ?? 'denied', host);
    }
  }
  await finish(tool, asked.run, host);
  return null;
}

async function answered(tool: ToolUse, menu: Menu, host: TurnHost): Promise<Chosen> {
  await host.reporter.permissionAsked(tool);
  const reminder = setTimeout(() => void host.reporter.reminded(tool), host.personality.remindMs);
  try {
    return await host.ask(menu, tool.kind === 'question' ? 'question' : 'permission');
  } finally {
    clearTimeout(reminder);
  }
}

async function denied(tool: ToolUse, how: 'no' | 'escape', then: End, host: TurnHost): Promise<End> {
  host.show(host.personality.look.denied(tool, how, host.width));
  await host.reporter.denied(tool, how);
  return then;
}

async function question({ text, choices }: QuestionScript, host: TurnHost): Promise<End> {
  const tool = toolUse('question', text, choices);
  await host.reporter.toolAsked(tool);
  const chosen = await answered(tool, host.personality.question(tool), host);
  const answer = chosen.words ?? (chosen.row === null ? undefined : choices[chosen.row]);
  if (answer === undefined) return denied(tool, 'escape', 'denied', host);
  host.show(host.personality.look.toolDone(tool, answer, host.width));
  await host.reporter.toolDone(tool, answer);
  return null;
}
