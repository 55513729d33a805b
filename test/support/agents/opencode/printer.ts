import { randomBytes } from 'node:crypto';
import { type Headless, type Printer, printLine, type Spent, TOOL_USAGE } from '../headless.ts';
import type { Session, ToolUse, Trouble } from '../personality.ts';
import type { Usage } from '../script.ts';

const TOOL_NAMES = { shell: 'bash', edit: 'write', question: 'question' } as const;

/** `opencode run --format json`. */
export const OPENCODE_HEADLESS: Headless = {
  help: `
opencode run [message..]
      --format <string>  format: default (formatted) or json (raw JSON events)
      --command <string>  the command to run, use message for args
      --thinking  show thinking blocks
`,
  applies: (argv) => argv[0] === 'run',
  readsInput: true,
  printer: opencodePrinter,
};

function id(prefix: string): string {
  return `${prefix}_${randomBytes(10).toString('hex')}`;
}

/** A step is told of when it has ended, and its tools with it. */
function opencodePrinter(session: Session, spent: Spent): Printer {
  const sessionID = session.id;
  let trouble: Trouble | null = null;
  let open: { messageID: string; usage: Usage } | null = null;
  const line = (type: string, data: object) => printLine({ type, timestamp: Date.now(), sessionID, ...data });
  const part = (type: string, data: object) =>
    line(type, { part: { id: id('prt'), messageID: open?.messageID, sessionID, ...data } });
  const begin = (usage: Usage) => {
    if (open !== null) return;
    open = { messageID: id('msg'), usage };
    part('step_start', { type: 'step-start' });
  };
  const finish = (reason: string) => {
    if (open === null) return;
    const { input, output, cacheRead, cacheWrite, costUsd } = spent.spend(open.usage);
    const tokens = { total: 0, input, output, reasoning: 0, cache: { read: cacheRead, write: cacheWrite } };
    part('step_finish', { type: 'step-finish', reason, tokens, cost: costUsd });
    open = null;
  };
  const words = (text: string) => part('text', { type: 'text', text });
  const tool = ({ id: callID, kind, text }: ToolUse, state: object) => {
    const input = kind === 'shell' ? { command: text } : { filePath: text };
    part('tool_use', { type: 'tool', tool: TOOL_NAMES[kind], callID, state: { input, ...state } });
    finish('tool-calls');
  };
  return {
    begun() {},
    prompted() {},
    said(text, usage) {
      finish('tool-calls');
      begin(usage);
      words(text);
    },
    used(usage) {
      finish('tool-calls');
      begin(usage);
      finish('tool-calls');
    },
    toolAsked() {
      begin(TOOL_USAGE);
    },
    toolDone: (used, output) => tool(used, { status: 'completed', output, title: used.text }),
    denied(used) {
      process.stderr.write(`! permission requested: ${TOOL_NAMES[used.kind]} (${used.text}); auto-rejecting\n`);
      tool(used, { status: 'error', error: 'The user rejected permission to use this specific tool call.' });
    },
    printed(lines) {
      begin(TOOL_USAGE);
      for (let at = 0; at < lines.length; at += 100) words(lines.slice(at, at + 100).join('\n'));
    },
    troubled(what) {
      // It tries again at a limit, without a word.
      if (what.kind === 'limit') return;
      trouble = what;
      finish('tool-calls');
      const statusCode = what.kind === 'login' ? 401 : 500;
      line('error', { error: { name: 'APIError', data: { message: what.text, statusCode, isRetryable: false } } });
    },
    ended(how) {
      if (how === 'done') finish('stop');
      return trouble === null ? 0 : 1;
    },
  };
}
