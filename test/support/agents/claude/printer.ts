import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { type Headless, type Printer, printLine, type Spent, TOOL_USAGE, type Used } from '../headless.ts';
import type { Session, ToolUse, Trouble } from '../personality.ts';
import { CLAUDE_VERSION } from './help.ts';
import { modeOf } from './look.ts';

const MODEL = 'claude-opus-5-5';
const TOOL_NAMES = { shell: 'Bash', edit: 'Write', question: 'AskUserQuestion' } as const;

/** `claude -p … --output-format stream-json --verbose`. */
export const CLAUDE_HEADLESS: Headless = {
  applies: (argv) => argv.includes('-p') || argv.includes('--print'),
  printer: claudePrinter,
};

function claudePrinter(session: Session, spent: Spent): Printer {
  const before = spent.total();
  let open: { id: string; usage: Used } | null = null;
  let turns = 0;
  let trouble: Trouble | null = null;
  const denials: object[] = [];
  const line = (type: string, data: object) =>
    printLine({
      type,
      ...data,
      parent_tool_use_id: null,
      session_id: session.id,
      uuid: randomUUID(),
      timestamp: new Date().toISOString(),
    });
  const answer = (content: object) => {
    turns += 1;
    // The first that is known of an answer: all that went in, and the first token that came out.
    const { input = 0, cacheRead = 0, cacheWrite = 0 } = open?.usage ?? {};
    const usage = {
      input_tokens: input,
      cache_read_input_tokens: cacheRead,
      cache_creation_input_tokens: cacheWrite,
      output_tokens: 1,
    };
    line('assistant', {
      message: {
        id: open?.id,
        type: 'message',
        role: 'assistant',
        model: MODEL,
        content: [content],
        stop_reason: null,
        usage,
      },
    });
  };
  const message = (usage: Used) => ({ id: `msg_${randomUUID()}`, usage });
  const result = (tool: ToolUse, content: string, is_error: boolean) =>
    line('user', {
      message: { role: 'user', content: [{ tool_use_id: tool.id, type: 'tool_result', content, is_error }] },
    });
  return {
    begun() {
      printLine({
        ...{
          type: 'system',
          subtype: 'init',
          cwd: session.cwd,
          session_id: session.id,
          tools: ['Bash', 'Read', 'Write'],
        },
        ...{ model: MODEL, permissionMode: modeOf(session), claude_code_version: CLAUDE_VERSION, uuid: randomUUID() },
      });
    },
    prompted() {},
    said(text, usage) {
      open = message(spent.spend(usage));
      answer({ type: 'text', text });
    },
    used(usage) {
      open = message(spent.spend(usage));
      answer({ type: 'text', text: 'Working.' });
    },
    toolAsked(tool) {
      open ??= message(spent.spend(TOOL_USAGE));
      answer({ type: 'tool_use', id: tool.id, name: TOOL_NAMES[tool.kind], input: inputOf(tool, session) });
      printLine({ type: 'rate_limit_event', rate_limit_info: { status: 'allowed' }, session_id: session.id });
    },
    toolDone(tool, output) {
      open = null;
      result(tool, output, false);
    },
    denied(tool) {
      open = null;
      const said = `Claude requested permissions to use ${TOOL_NAMES[tool.kind]}, but you haven't granted it yet.`;
      line('system', {
        subtype: 'permission_denied',
        tool_name: TOOL_NAMES[tool.kind],
        tool_use_id: tool.id,
        message: said,
      });
      denials.push({ tool_name: TOOL_NAMES[tool.kind], tool_use_id: tool.id });
      result(tool, said, true);
    },
    printed(lines) {
      open ??= message(spent.spend(TOOL_USAGE));
      for (let at = 0; at < lines.length; at += 100)
        answer({ type: 'text', text: lines.slice(at, at + 100).join('\n') });
    },
    troubled(what) {
      trouble = what;
      const error = { limit: 'rate_limit', login: 'authentication_failed', error: 'server_error' }[what.kind];
      line('assistant', {
        message: {
          ...{
            id: randomUUID(),
            model: '<synthetic>',
            role: 'assistant',
            stop_reason: 'stop_sequence',
            type: 'message',
          },
          usage: { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
          content: [{ type: 'text', text: wordsOf(what) }],
        },
        ...{ error, is_api_error_message: true, api_error_status: statusOf(what) },
      });
    },
    ended(_, lastText) {
      const now = spent.total();
      const own = spent.own();
      printLine({
        ...{
          type: 'result',
          subtype: 'success',
          is_error: trouble !== null,
          session_id: session.id,
          uuid: randomUUID(),
        },
        ...{ num_turns: turns, duration_ms: 1, duration_api_ms: 1, permission_denials: denials },
        ...{
          result: trouble === null ? lastText : wordsOf(trouble),
          api_error_status: trouble === null ? null : statusOf(trouble),
        },
        // Of the session.
        ...{ total_cost_usd: now.costUsd, modelUsage: modelUsage(now) },
        // Of the process: of this turn, and of no other.
        ...{
          usage: { input_tokens: own.input, output_tokens: own.output },
          model_usage_since_last_result: modelUsage(minus(now, before)),
        },
      });
      return trouble === null ? 0 : 1;
    },
  };
}

function modelUsage({ input, output, cacheRead, cacheWrite, costUsd }: Used): object {
  const cache = { cacheReadInputTokens: cacheRead, cacheCreationInputTokens: cacheWrite };
  return { [MODEL]: { inputTokens: input, outputTokens: output, ...cache, costUSD: costUsd } };
}

function minus(a: Used, b: Used): Used {
  return {
    input: a.input - b.input,
    output: a.output - b.output,
    cacheRead: a.cacheRead - b.cacheRead,
    cacheWrite: a.cacheWrite - b.cacheWrite,
    costUsd: a.costUsd - b.costUsd,
  };
}

function wordsOf({ kind, text }: Trouble): string {
  if (kind === 'login') return `Failed to authenticate. ${text}`;
  return kind === 'error' ? `API Error: ${text}` : text;
}

function statusOf({ kind }: Trouble): number {
  return { limit: 429, login: 401, error: 529 }[kind];
}

function inputOf(tool: ToolUse, { cwd }: Session): object {
  if (tool.kind === 'shell') return { command: tool.text, description: 'Run a command' };
  if (tool.kind === 'edit') return { file_path: join(cwd, tool.text), content: 'first line\nsecond line\n' };
  return { questions: [{ question: tool.text, options: tool.choices.map((label) => ({ label })) }] };
}
