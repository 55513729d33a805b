import { randomUUID } from 'node:crypto';
import { type Headless, type Printer, printLine, type Spent, TOOL_USAGE } from '../headless.ts';
import type { Session, ToolUse, Trouble } from '../personality.ts';

/** `cursor-agent --print --output-format stream-json`, as its makers describe it. */
export const CURSOR_HEADLESS: Headless = {
  applies: (argv) => argv.includes('-p') || argv.includes('--print'),
  printer: cursorPrinter,
};

function cursorPrinter(session: Session, spent: Spent): Printer {
  let trouble: Trouble | null = null;
  const line = (type: string, data: object) => printLine({ type, ...data, session_id: session.id });
  const message = (role: string, text: string) => line(role, { message: { role, content: [{ type: 'text', text }] } });
  const call = (subtype: string, tool: ToolUse, result: object) =>
    line('tool_call', {
      subtype,
      call_id: tool.id,
      tool_call: { [KEYS[tool.kind]]: { args: argsOf(tool), ...result } },
    });
  return {
    begun() {
      line('system', {
        ...{ subtype: 'init', apiKeySource: 'login', cwd: session.cwd, model: 'Auto', permissionMode: 'default' },
      });
    },
    prompted(text) {
      message('user', text);
    },
    said(text, usage) {
      spent.spend(usage);
      message('assistant', text);
    },
    used(usage) {
      spent.spend(usage);
    },
    toolAsked(tool) {
      spent.spend(TOOL_USAGE);
      call('started', tool, {});
    },
    toolDone: (tool, output) => call('completed', tool, { result: { success: { stdout: output, exitCode: 0 } } }),
    denied: (tool) => call('completed', tool, { result: { rejected: { reason: 'not allowed' } } }),
    printed(lines) {
      for (let at = 0; at < lines.length; at += 100) message('assistant', lines.slice(at, at + 100).join('\n'));
    },
    troubled(what) {
      trouble = what;
      const code = { limit: 'resource_exhausted', login: 'unauthenticated', error: 'internal' }[what.kind];
      process.stderr.write(`Error: [${code}] ${what.text}\n`);
    },
    ended(_, lastText) {
      if (trouble !== null) return 1;
      const { input, output, cacheRead, cacheWrite } = spent.own();
      const usage = {
        inputTokens: input,
        outputTokens: output,
        cacheReadTokens: cacheRead,
        cacheWriteTokens: cacheWrite,
      };
      const times = { duration_ms: 1, duration_api_ms: 1 };
      line('result', {
        subtype: 'success',
        is_error: false,
        ...times,
        result: lastText,
        request_id: randomUUID(),
        usage,
      });
      return 0;
    },
  };
}

const KEYS = { shell: 'shellToolCall', edit: 'writeToolCall', question: 'askToolCall' } as const;

function argsOf({ kind, text }: ToolUse): object {
  return kind === 'shell' ? { command: text } : { path: text };
}
