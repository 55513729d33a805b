import { randomUUID } from 'node:crypto';
import { type Headless, type Printer, printLine, type Spent } from '../headless.ts';
import type { Session, ToolUse, Trouble } from '../personality.ts';

const MODEL = 'gpt-5-mini';
const TOOL_NAMES = { shell: 'bash', edit: 'create', question: 'ask_user' } as const;
/** As its transcript says. */
const TOOL_USAGE = { input: 1_020, output: 20, cacheRead: 100, costUsd: 0 };

/** `copilot --prompt … --output-format json`. */
export const COPILOT_HEADLESS: Headless = {
  applies: (argv) => argv.some((word) => /^(?:-p|--prompt)(?:=|$)/.test(word)),
  printer: copilotPrinter,
};

/** What it uses is only in its transcript. */
function copilotPrinter(session: Session, spent: Spent): Printer {
  let turn = 0;
  let trouble: Trouble | null = null;
  const line = (type: string, data: object, more: object = {}) =>
    printLine({ type, data, ...more, id: randomUUID(), timestamp: new Date().toISOString(), parentId: randomUUID() });
  const answer = (content: string, toolRequests: readonly object[]) => {
    line('assistant.turn_start', { turnId: `${turn}` });
    if (content !== '') line('assistant.message_delta', { deltaContent: content }, { ephemeral: true });
    line('assistant.message', { messageId: randomUUID(), model: MODEL, content, toolRequests, turnId: `${turn}` });
    turn += 1;
  };
  const done = (tool: ToolUse, more: object) => {
    line('tool.execution_complete', { toolCallId: tool.id, model: MODEL, ...more });
    line('assistant.turn_end', { turnId: `${turn}` });
  };
  return {
    begun() {
      line('session.mcp_servers_loaded', { servers: [] }, { ephemeral: true });
    },
    prompted(text) {
      line('user.message', { content: text, messageId: randomUUID(), delivery: 'idle' });
    },
    said(text, usage) {
      spent.spend({ costUsd: 0, ...usage });
      answer(text, []);
    },
    used(usage) {
      spent.spend({ costUsd: 0, ...usage });
      answer('Working.', [{ toolCallId: 'call_0', name: 'bash' }]);
    },
    toolAsked(tool) {
      spent.spend(TOOL_USAGE);
      const name = TOOL_NAMES[tool.kind];
      answer('', [{ toolCallId: tool.id, name }]);
      const given = tool.kind === 'shell' ? { command: tool.text, description: 'Run a command' } : { path: tool.text };
      line('tool.execution_start', { toolCallId: tool.id, toolName: name, arguments: given });
    },
    toolDone: (tool, content) => done(tool, { success: true, result: { content } }),
    denied(tool) {
      const message = 'Permission denied because no interactive user response was available.';
      done(tool, { success: false, error: { message, code: 'denied' } });
    },
    printed(lines) {
      for (let at = 0; at < lines.length; at += 100) answer(lines.slice(at, at + 100).join('\n'), [{ name: 'bash' }]);
    },
    troubled(what) {
      trouble = what;
      const errorType = { login: 'authentication', limit: 'rate_limit', error: 'query' }[what.kind];
      const statusCode = { login: 401, limit: 429, error: 500 }[what.kind];
      line('session.error', { errorType, message: what.text, statusCode });
    },
    ended() {
      line('assistant.idle', {}, { ephemeral: true });
      const exitCode = trouble === null ? 0 : 1;
      const usage = { premiumRequests: 0, totalApiDurationMs: 1, sessionDurationMs: 1 };
      printLine({ type: 'result', timestamp: new Date().toISOString(), sessionId: session.id, exitCode, usage });
      return exitCode;
    },
  };
}
