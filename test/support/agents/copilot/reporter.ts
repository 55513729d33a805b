import { randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callHook } from '../hook-command.ts';
import { logFile, readJson } from '../log-file.ts';
import type { Reporter, Session, ToolUse } from '../personality.ts';
import type { Usage } from '../script.ts';
import { COPILOT_VERSION } from './help.ts';

interface HooksFile {
  readonly hooks?: Readonly<Record<string, readonly HookEntry[]>>;
}

/** A line for a shell, or a program and its arguments. */
interface HookEntry {
  readonly bash?: string;
  readonly exec?: string;
  readonly args?: readonly string[];
}

const TOOL_NAMES = { shell: 'bash', edit: 'create', question: 'ask_user' } as const;
const MODEL = 'gpt-5-mini';
/** A paste of more is put into a file, and the prompt only names it. */
const MAX_PASTE = 30_000;

export function copilotState({ home, env }: Pick<Session, 'home' | 'env'>, id: string): string {
  return join(env.COPILOT_HOME ?? join(home, '.copilot'), 'session-state', id);
}

function hooksOf(session: Session): readonly HooksFile[] {
  const plugins = (session.args.flags.get('--plugin-dir') ?? []).map((folder) => {
    const plugin = readJson(join(folder, 'plugin.json')) as { hooks?: string } | null;
    return plugin?.hooks === undefined ? null : (readJson(join(folder, plugin.hooks)) as HooksFile | null);
  });
  const project = readJson(join(session.cwd, '.github', 'hooks', 'hooks.json')) as HooksFile | null;
  return [...plugins, project].filter((each) => each !== null);
}

export function copilotReporter(session: Session): Reporter {
  const files = hooksOf(session);
  const folder = copilotState(session, session.id);
  const events = logFile(join(folder, 'events.jsonl'));
  const isNew = !existsSync(events.path);
  const total = { inputTokens: 0, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0 };
  let parentId: string | null = null;
  let request = '';

  const line = (type: string, data: object) => {
    const id = randomUUID();
    events.add({ type, data, id, timestamp: new Date().toISOString(), parentId });
    parentId = id;
  };
  const hook = async (event: string, data: object) => {
    const input = { sessionId: session.id, timestamp: Date.now(), cwd: session.cwd, ...data };
    const commands = files.flatMap((each) => each.hooks?.[event] ?? []).flatMap(commandOf);
    const results = await Promise.all(commands.map((command) => callHook(session, event, command, input)));
    line('hook.end', { hookType: event, success: true });
    return results;
  };
  const message = (content: string, usage: Usage, tools: readonly object[]) => {
    const tokens = {
      inputTokens: usage.input + (usage.cacheRead ?? 0) + (usage.cacheWrite ?? 0),
      outputTokens: usage.output,
      cacheReadTokens: usage.cacheRead ?? 0,
      cacheWriteTokens: usage.cacheWrite ?? 0,
    };
    line('assistant.turn_start', { turnId: '0' });
    line('session.usage_record', { usage: { model: MODEL, ...tokens, cost: usage.costUsd ?? 0 } });
    for (const key of Object.keys(total) as (keyof typeof total)[]) total[key] += tokens[key];
    line('assistant.message', { messageId: randomUUID(), model: MODEL, content, toolRequests: tools, turnId: '0' });
    line('assistant.turn_end', { turnId: '0' });
  };
  const error = (text: string) =>
    hook('errorOccurred', { errorContext: 'model_call', recoverable: true, error: { message: text, name: 'Error' } });

  return {
    async started() {
      mkdirSync(folder, { recursive: true });
      writeFileSync(join(folder, 'workspace.yaml'), `id: ${session.id}\ncwd: ${session.cwd}\n`);
      const context = { cwd: session.cwd, gitRoot: session.cwd, branch: 'main' };
      if (isNew) {
        line('session.start', {
          sessionId: session.id,
          version: 1,
          copilotVersion: COPILOT_VERSION,
          selectedModel: MODEL,
          context,
        });
      }
      const initialPrompt = session.args.flags.get('--interactive')?.at(-1);
      await hook('sessionStart', {
        source: session.resumed ? 'resume' : 'new',
        ...(initialPrompt === undefined ? {} : { initialPrompt }),
      });
    },
    async queued() {},
    async prompted(text, { folded }) {
      const path = join(folder, 'files', `paste-${Date.now()}.txt`);
      const isSaved = folded && text.length > MAX_PASTE;
      const prompt = isSaved ? `<pasted_content file="${path}" size="100.5 KB" lines="1602" />` : text;
      if (isSaved) {
        mkdirSync(join(folder, 'files'), { recursive: true });
        writeFileSync(path, text);
      }
      await hook('userPromptSubmitted', { prompt });
      line('user.message', { content: prompt, transformedContent: prompt, messageId: randomUUID(), delivery: 'idle' });
    },
    async said(text, usage) {
      message(text, usage, []);
    },
    async used(usage) {
      message('Working.', usage, [{ toolCallId: 'call_0', name: 'bash' }]);
    },
    async toolAsked(tool) {
      message('', { input: 1020, output: 20, cacheRead: 100 }, [{ toolCallId: tool.id, name: TOOL_NAMES[tool.kind] }]);
      await hook('preToolUse', { toolName: TOOL_NAMES[tool.kind], toolArgs: argsOf(tool) });
      line('tool.execution_start', { toolCallId: tool.id, toolName: TOOL_NAMES[tool.kind], arguments: argsOf(tool) });
    },
    async permissionAsked(tool) {
      request = randomUUID();
      if (tool.kind === 'question') {
        const told = { message: 'Information requested', title: 'Information requested' };
        await hook('notification', {
          ...told,
          hook_event_name: 'Notification',
          notification_type: 'elicitation_dialog',
        });
        return;
      }
      const kind = tool.kind === 'shell' ? 'shell' : 'write';
      await hook('permissionRequest', {
        hookName: 'permissionRequest',
        toolName: TOOL_NAMES[tool.kind],
        toolInput: argsOf(tool),
      });
      line('permission.requested', { requestId: request, permissionRequest: { kind, fullCommandText: tool.text } });
      const told = { message: `Run command: ${tool.text}`, title: 'Permission needed' };
      await hook('notification', { ...told, hook_event_name: 'Notification', notification_type: 'permission_prompt' });
    },
    async reminded() {},
    async toolDone(tool, output) {
      if (request !== '' && tool.kind !== 'question') {
        line('permission.completed', {
          requestId: request,
          result: { kind: 'approved' },
          decisionSource: 'human_response',
        });
      }
      request = '';
      line('tool.execution_complete', { toolCallId: tool.id, success: true, result: { content: output } });
      const toolResult = { resultType: 'success', textResultForLlm: output };
      await hook('postToolUse', { toolName: TOOL_NAMES[tool.kind], toolArgs: argsOf(tool), toolResult });
    },
    async denied() {
      line('permission.completed', { requestId: request, result: { kind: 'cancelled' } });
      line('abort', { reason: 'user_initiated' });
      request = '';
    },
    async interrupted() {
      line('abort', { reason: 'user_initiated' });
    },
    async troubled({ kind, text }) {
      await error(text);
      await error(text);
      const errorType = { login: 'authentication', limit: 'rate_limit', error: 'query' }[kind];
      line('session.error', { errorType, message: text, statusCode: { login: 401, limit: 429, error: 500 }[kind] });
    },
    async turnEnded() {
      const results = await hook('agentStop', {
        transcriptPath: events.path,
        stopReason: 'end_turn',
        stop_hook_active: false,
      });
      return results.find((result) => result.stdout.includes('"block"'))?.stdout ?? null;
    },
    async ended() {
      const usage = { requests: { count: 1, cost: 0 }, usage: total };
      line('session.shutdown', { accountingSnapshot: { modelMetrics: { [MODEL]: usage } } });
      await hook('sessionEnd', { reason: 'user_exit' });
    },
  };
}

function commandOf({ bash, exec, args = [] }: HookEntry): readonly (string | readonly string[])[] {
  return exec === undefined ? [bash ?? 'true'] : [[exec, ...args]];
}

function argsOf({ kind, text, choices }: ToolUse): object {
  if (kind === 'shell') return { command: text, description: 'Run a command' };
  if (kind === 'edit') return { path: text, file_text: 'first line\nsecond line\n' };
  return {
    message: text,
    requestedSchema: { type: 'object', properties: { choice: { type: 'string', enum: choices } } },
  };
}
