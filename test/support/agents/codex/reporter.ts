import { randomUUID } from 'node:crypto';
import { join } from 'node:path';
import { callHook } from '../hook-command.ts';
import type { LogFile } from '../log-file.ts';
import type { Reporter, Session, ToolUse } from '../personality.ts';
import type { Usage } from '../script.ts';
import { CODEX_VERSION } from './help.ts';
import { codexConfig, codexFolder } from './menus.ts';

interface HookEntry {
  readonly hooks?: readonly { readonly command: string }[];
}

const TITLE_PROMPT =
  'Generate a concise, single-line task title of at most 36 characters and under five words where possible.';
const NO_TOKENS = {
  input_tokens: 0,
  cached_input_tokens: 0,
  output_tokens: 0,
  reasoning_output_tokens: 0,
  total_tokens: 0,
};

/** `rollout-<time>-<id>.jsonl` in a folder of its day. */
export function codexRollout(session: Session): string {
  const time = session.startedAt.toISOString();
  const day = time.slice(0, 10).split('-');
  const name = `rollout-${time.slice(0, 19).replaceAll(':', '-')}-${session.id}.jsonl`;
  return join(codexFolder(session), 'sessions', ...day, name);
}

export function codexReporter(session: Session, rollout: LogFile): Reporter {
  const config = codexConfig(session);
  const model = session.args.flags.get('--model')?.at(-1) ?? 'gpt-5.5-codex';
  const hooksRun =
    session.args.flags.has('--dangerously-bypass-hook-trust') || session.script.start?.dialogs?.includes('hooks');
  let turnId = randomUUID();
  let startedAt = 0;
  let prompts: string[] = [];
  let isBegun = session.resumed;
  let total = NO_TOKENS;
  const line = (type: string, payload: object) => rollout.add({ timestamp: new Date().toISOString(), type, payload });
  const event = (type: string, payload: object) => line('event_msg', { type, ...payload });
  const item = (of: object) =>
    event('item_completed', { thread_id: session.id, turn_id: turnId, item: of, completed_at_ms: Date.now() });
  const seconds = () => Math.floor(Date.now() / 1000);

  const hook = async (name: string, data: object) => {
    const entries = (config.get(`hooks.${name}`) ?? []) as readonly HookEntry[];
    const input = {
      session_id: session.id,
      ...(name === 'SessionStart' ? {} : { turn_id: turnId }),
      transcript_path: rollout.path,
      cwd: session.cwd,
      hook_event_name: name,
      model,
      permission_mode: 'default',
      ...data,
    };
    const commands = entries.flatMap((each) => each.hooks ?? []).map((each) => each.command);
    if (hooksRun === true) await Promise.all(commands.map((command) => callHook(session, name, command, input)));
  };
  const notify = async (thread: string, messages: readonly string[], last: string | null) => {
    const command = config.get('notify');
    if (!Array.isArray(command)) return;
    const told = {
      type: 'agent-turn-complete',
      'thread-id': thread,
      'turn-id': turnId,
      cwd: session.cwd,
      client: 'codex-tui',
      'input-messages': messages,
      'last-assistant-message': last,
    };
    await callHook(session, 'notify', [...(command as string[]), JSON.stringify(told)], undefined);
  };
  const tokens = (usage: Usage) => {
    const input = usage.input + (usage.cacheRead ?? 0);
    const last = {
      input_tokens: input,
      cached_input_tokens: usage.cacheRead ?? 0,
      output_tokens: usage.output,
      reasoning_output_tokens: 0,
      total_tokens: input + usage.output,
    };
    total = sum(total, last);
    line('token_usage_record', { thread_id: session.id, turn_id: turnId, usage: last, thread_token_usage: total });
    tokenCount(last);
  };
  /** Also told again, with nothing new in it. */
  const tokenCount = (last: typeof NO_TOKENS) =>
    event('token_count', {
      info: { total_token_usage: total, last_token_usage: last, model_context_window: 258_400 },
      rate_limits: { limit_id: 'codex', primary: null, secondary: null, credits: null, plan_type: null },
    });
  const complete = (last: string | null, error?: object) =>
    event('task_complete', {
      turn_id: turnId,
      last_agent_message: last,
      ...(error === undefined ? {} : { error }),
      started_at: startedAt,
      completed_at: seconds(),
      duration_ms: 90,
    });
  const begin = async () => {
    if (isBegun) return;
    isBegun = true;
    const { id, cwd, startedAt: at } = session;
    const more = { originator: 'codex-tui', cli_version: CODEX_VERSION, source: 'cli', model_provider: 'openai' };
    line('session_meta', { session_id: id, id, timestamp: at.toISOString(), cwd, ...more });
    await hook('SessionStart', { source: 'startup' });
  };
  const aborted = () => {
    event('turn_aborted', { turn_id: turnId, reason: 'interrupted', started_at: startedAt, completed_at: seconds() });
  };

  return {
    // It tells nobody before its first prompt.
    async started() {},
    async queued() {},
    async prompted(text, { how }) {
      if (how !== 'steered') {
        turnId = randomUUID();
        startedAt = seconds();
        prompts = [];
      }
      prompts.push(text);
      const isFirst = !isBegun;
      await begin();
      if (how !== 'steered')
        event('task_started', { turn_id: turnId, started_at: startedAt, model_context_window: 258_400 });
      line('turn_context', { turn_id: turnId, cwd: session.cwd, approval_policy: 'on-request', model });
      await hook('UserPromptSubmit', { prompt: text });
      line('response_item', { type: 'message', role: 'user', content: [{ type: 'input_text', text }] });
      item({ type: 'UserMessage', id: randomUUID(), content: [{ type: 'text', text, text_elements: [] }] });
      // A thread that only finds a title, and ends before the work does.
      if (isFirst) void notify(randomUUID(), [`${TITLE_PROMPT}\n\nUser prompt:\n${text}`], 'Do the work');
    },
    async said(text, usage) {
      item({ type: 'AgentMessage', id: randomUUID(), content: [{ type: 'Text', text }] });
      line('response_item', { type: 'message', role: 'assistant', content: [{ type: 'output_text', text }] });
      tokens(usage);
    },
    async used(usage) {
      tokens(usage);
    },
    async toolAsked(tool) {
      line('response_item', { type: 'function_call', ...callOf(tool), call_id: tool.id });
      await hook('PreToolUse', { ...hookTool(tool), tool_use_id: tool.id });
    },
    async permissionAsked(tool) {
      if (tool.kind !== 'question') await hook('PermissionRequest', hookTool(tool));
    },
    async reminded() {},
    async toolDone(tool, output) {
      const command = ['/bin/bash', '-lc', tool.text];
      if (tool.kind === 'shell')
        item({ type: 'CommandExecution', id: tool.id, command, status: 'completed', exit_code: 0 });
      await hook('PostToolUse', { ...hookTool(tool), tool_response: output, tool_use_id: tool.id });
      line('response_item', { type: 'function_call_output', call_id: tool.id, output: `Output:\n${output}` });
    },
    async denied(tool) {
      line('response_item', { type: 'function_call_output', call_id: tool.id, output: 'aborted by user' });
      tokenCount(NO_TOKENS);
      aborted();
    },
    async interrupted() {
      aborted();
    },
    async troubled({ kind, text }) {
      tokenCount(NO_TOKENS);
      complete(null, { message: text, codex_error_info: kind === 'limit' ? 'usage_limit_exceeded' : 'other' });
    },
    async turnEnded(lastText) {
      complete(lastText);
      await hook('Stop', { stop_hook_active: false, last_assistant_message: lastText });
      await notify(session.id, prompts, lastText);
      return null;
    },
    async ended() {},
  };
}

function sum(total: typeof NO_TOKENS, last: typeof NO_TOKENS): typeof NO_TOKENS {
  return {
    input_tokens: total.input_tokens + last.input_tokens,
    cached_input_tokens: total.cached_input_tokens + last.cached_input_tokens,
    output_tokens: total.output_tokens + last.output_tokens,
    reasoning_output_tokens: 0,
    total_tokens: total.total_tokens + last.total_tokens,
  };
}

function callOf({ kind, text, choices }: ToolUse): { name: string; arguments: string } {
  if (kind === 'shell') return { name: 'exec_command', arguments: JSON.stringify({ cmd: text }) };
  if (kind === 'edit') return { name: 'apply_patch', arguments: JSON.stringify({ input: `*** Add File: ${text}` }) };
  const options = choices.map((label) => ({ label, description: '' }));
  const questions = [{ id: 'q', header: 'Choice', question: text, options }];
  return { name: 'request_user_input', arguments: JSON.stringify({ questions }) };
}

function hookTool({ kind, text, choices }: ToolUse): { tool_name: string; tool_input: object } {
  if (kind === 'shell') return { tool_name: 'Bash', tool_input: { command: text } };
  if (kind === 'edit') return { tool_name: 'apply_patch', tool_input: { command: `*** Add File: ${text}` } };
  return { tool_name: 'request_user_input', tool_input: { questions: [{ question: text, options: choices }] } };
}
