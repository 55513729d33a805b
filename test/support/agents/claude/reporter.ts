import { randomUUID } from 'node:crypto';
import { mkdirSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { callHook } from '../hook-command.ts';
import { logFile, readJson } from '../log-file.ts';
import type { Reporter, Session, ToolUse, Trouble } from '../personality.ts';
import type { Usage } from '../script.ts';
import { CLAUDE_VERSION } from './help.ts';
import { modeOf } from './look.ts';

interface HookEntry {
  readonly matcher?: string;
  readonly hooks?: readonly { readonly type: string; readonly command: string }[];
}

interface Settings {
  readonly hooks?: Readonly<Record<string, readonly HookEntry[]>>;
  readonly statusLine?: { readonly command?: string };
}

const MODEL = 'claude-opus-5-5';
const TOOL_NAMES = { shell: 'Bash', edit: 'Write', question: 'AskUserQuestion' } as const;

function claudeFolder({ home, env }: Pick<Session, 'home' | 'env'>): string {
  return env.CLAUDE_CONFIG_DIR ?? join(home, '.claude');
}

/** Where a session's lines go: each folder has one of its own. */
export function claudeTranscript(session: Pick<Session, 'home' | 'env' | 'cwd'>, id: string): string {
  return join(claudeFolder(session), 'projects', session.cwd.replace(/[^a-zA-Z0-9]/g, '-'), `${id}.jsonl`);
}

/** All that apply: the user's, the project's and those of the command line. */
function settingsOf(session: Session): readonly Settings[] {
  const files = [
    join(claudeFolder(session), 'settings.json'),
    join(session.cwd, '.claude', 'settings.json'),
    join(session.cwd, '.claude', 'settings.local.json'),
  ];
  const given = (session.args.flags.get('--settings') ?? []).map((text) =>
    text.trimStart().startsWith('{') ? (JSON.parse(text) as Settings) : (readJson(text) as Settings | null),
  );
  return [...files.map((file) => readJson(file) as Settings | null), ...given].filter((each) => each !== null);
}

export function claudeReporter(session: Session): Reporter {
  const settings = settingsOf(session);
  const transcript = logFile(claudeTranscript(session, session.id));
  const status = statusFile(session);
  const total = { cost: 0, input: 0, output: 0, cacheRead: 0, cacheWrite: 0 };
  let promptId = randomUUID();
  let parent: string | null = null;
  let open: { id: string; usage: object } | null = null;
  let turnBegan = Date.now();
  let calls = 0;
  /** The program holds a prompt back until its hooks are through. */
  const hook = async (event: string, data: object, matched = '') => {
    const input = {
      session_id: session.id,
      transcript_path: transcript.path,
      cwd: session.cwd,
      ...(event === 'SessionStart' ? {} : { prompt_id: promptId }),
      hook_event_name: event,
      ...data,
    };
    const entries = settings.flatMap((each) => each.hooks?.[event] ?? []).filter((each) => matches(each, matched));
    return Promise.all(
      entries.flatMap((each) => each.hooks ?? []).map((each) => callHook(session, event, each.command, input)),
    );
  };
  const mode = () => {
    const permission_mode = modeOf(session) === 'manual' ? 'default' : modeOf(session);
    return { permission_mode, effort: { level: 'medium' } };
  };
  const entry = (line: object) => {
    const uuid = randomUUID();
    transcript.add({
      parentUuid: parent,
      isSidechain: false,
      ...line,
      uuid,
      timestamp: new Date().toISOString(),
      session_id: session.id,
      userType: 'external',
      entrypoint: 'cli',
      cwd: session.cwd,
      sessionId: session.id,
      version: CLAUDE_VERSION,
      gitBranch: 'main',
    });
    parent = uuid;
  };
  const count = (usage: Usage) => {
    total.cost += usage.costUsd ?? 0.00814;
    total.input += usage.input;
    total.output += usage.output;
    total.cacheRead += usage.cacheRead ?? 0;
    total.cacheWrite += usage.cacheWrite ?? 0;
    return {
      input_tokens: usage.input,
      cache_creation_input_tokens: usage.cacheWrite ?? 0,
      cache_read_input_tokens: usage.cacheRead ?? 0,
      output_tokens: usage.output,
      server_tool_use: { web_search_requests: 0, web_fetch_requests: 0 },
      service_tier: 'standard',
    };
  };
  /** One answer of the model stands on several lines, each with the usage of all of it. */
  const assistant = (content: object, stop: 'end_turn' | 'tool_use') => {
    calls += 1;
    entry({
      message: {
        id: open?.id,
        type: 'message',
        role: 'assistant',
        model: MODEL,
        content: [content],
        stop_reason: stop,
        stop_sequence: null,
        usage: open?.usage,
      },
      requestId: `req_${calls}`,
      type: 'assistant',
      madeBy: 'model',
    });
  };
  const message = (usage: Usage) => ({
    id: `msg_${randomUUID().replaceAll('-', '').slice(0, 24)}`,
    usage: count(usage),
  });
  const user = (content: unknown, more: object) =>
    entry({ promptId, type: 'user', message: { role: 'user', content }, ...more });
  const toolResult = (tool: ToolUse, content: string, isError: boolean, more: object) =>
    user([{ tool_use_id: tool.id, type: 'tool_result', content, is_error: isError }], more);

  return {
    async started() {
      status.write('idle');
      await hook('SessionStart', { source: session.resumed ? 'resume' : 'startup', model: MODEL }, 'startup');
    },
    async queued(text) {
      transcript.add({
        type: 'queue-operation',
        operation: 'enqueue',
        timestamp: new Date().toISOString(),
        sessionId: session.id,
        content: text,
      });
      await hook('UserPromptSubmit', { permission_mode: mode().permission_mode, prompt: text });
    },
    async prompted(text, { how, folded }) {
      const queued = how === 'queued';
      promptId = randomUUID();
      turnBegan = Date.now();
      open = null;
      status.write('busy');
      const prompt = folded ? `\n\n<pasted_content id="cf4c">\n${text}\n</pasted_content>\n` : text;
      if (queued) transcript.add({ type: 'queue-operation', operation: 'dequeue', sessionId: session.id });
      else {
        for (const type of ['mode', 'permission-mode', 'file-history-snapshot'])
          transcript.add({ type, sessionId: session.id });
        await hook('UserPromptSubmit', { permission_mode: mode().permission_mode, prompt });
      }
      user(prompt, { origin: { kind: 'human' }, promptSource: queued ? 'queued' : 'typed' });
    },
    async said(text, usage) {
      open = message(usage);
      assistant({ type: 'text', text }, 'end_turn');
    },
    async used(usage) {
      open = message(usage);
      assistant({ type: 'thinking', thinking: '' }, 'end_turn');
      assistant({ type: 'text', text: 'Working.' }, 'end_turn');
    },
    async toolAsked(tool) {
      open ??= message({ input: 1200, output: 42, cacheRead: 5000, cacheWrite: 300 });
      assistant(
        { type: 'tool_use', id: tool.id, name: TOOL_NAMES[tool.kind], input: inputOf(tool, session) },
        'tool_use',
      );
      const data = {
        ...mode(),
        tool_name: TOOL_NAMES[tool.kind],
        tool_input: inputOf(tool, session),
        tool_use_id: tool.id,
      };
      await hook('PreToolUse', data, TOOL_NAMES[tool.kind]);
    },
    async permissionAsked(tool) {
      status.write('waiting', tool.kind === 'question' ? 'input needed' : 'permission prompt');
      const name = TOOL_NAMES[tool.kind];
      // The dialog is there while the hook runs.
      void hook('PermissionRequest', { ...mode(), tool_name: name, tool_input: inputOf(tool, session) }, name);
    },
    async reminded() {
      const data = { message: 'Claude needs your permission', notification_type: 'permission_prompt' };
      await hook('Notification', data, 'permission_prompt');
    },
    async toolDone(tool, output) {
      status.write('busy');
      open = null;
      const response = tool.kind === 'question' ? { answers: { [tool.text]: output } } : { stdout: output, stderr: '' };
      const data = { tool_name: TOOL_NAMES[tool.kind], tool_input: inputOf(tool, session), tool_response: response };
      await hook('PostToolUse', { ...mode(), ...data, tool_use_id: tool.id, duration_ms: 1 }, TOOL_NAMES[tool.kind]);
      toolResult(tool, output === '' ? '(Bash completed with no output)' : output, false, { toolUseResult: response });
    },
    async denied(tool) {
      status.write('busy');
      toolResult(tool, "The user doesn't want to proceed with this tool use.", true, {
        toolUseResult: 'User rejected tool use',
      });
      user([{ type: 'text', text: '[Request interrupted by user for tool use]' }], {});
      status.write('idle');
    },
    async interrupted() {
      user([{ type: 'text', text: '[Request interrupted by user]' }], {});
      status.write('idle');
    },
    async troubled(trouble) {
      const { error, code } = errorOf(trouble);
      const text = trouble.kind === 'error' ? `API Error: ${trouble.text}` : trouble.text;
      entry({
        type: 'assistant',
        message: {
          id: randomUUID(),
          model: '<synthetic>',
          role: 'assistant',
          stop_reason: 'stop_sequence',
          type: 'message',
          usage: { input_tokens: 0, output_tokens: 0, cache_creation_input_tokens: 0, cache_read_input_tokens: 0 },
          content: [{ type: 'text', text }],
        },
        error,
        isApiErrorMessage: true,
        apiErrorStatus: code,
        ...(trouble.kind === 'limit' ? { apiError: 'usage_limit_reached' } : {}),
        madeBy: 'model',
      });
      status.write('idle');
      await hook('StopFailure', { effort: { level: 'medium' }, error, last_assistant_message: text });
    },
    async turnEnded(lastText) {
      const data = { ...mode(), stop_hook_active: false, last_assistant_message: lastText };
      const results = await hook('Stop', { ...data, background_tasks: [], session_crons: [] });
      status.write('idle');
      const blocked = results.find((result) => result.code === 2 || result.stdout.includes('"decision":"block"'));
      if (blocked !== undefined) return blocked.code === 2 ? blocked.stderr : blocked.stdout;
      entry({ type: 'system', subtype: 'turn_duration', durationMs: Date.now() - turnBegan, isMeta: false });
      return null;
    },
    async ended(reason) {
      status.remove();
      const modelUsage = { [MODEL]: { inputTokens: total.input, outputTokens: total.output, costUSD: total.cost } };
      transcript.add({ type: 'cost-state', sessionId: session.id, totalCostUSD: total.cost, modelUsage });
      await hook('SessionEnd', { reason });
    },
    async statusLine() {
      const command = settings.findLast((each) => each.statusLine?.command !== undefined)?.statusLine?.command;
      if (command === undefined) return null;
      const result = await callHook(session, 'statusLine', command, {
        session_id: session.id,
        transcript_path: transcript.path,
        cwd: session.cwd,
        model: { id: MODEL, display_name: 'Opus 5.5' },
        workspace: { current_dir: session.cwd, project_dir: session.cwd },
        version: CLAUDE_VERSION,
        cost: { total_cost_usd: total.cost, total_duration_ms: Date.now() - session.startedAt.getTime() },
      });
      return result.stdout.split('\n')[0] ?? null;
    },
  };
}

function matches({ matcher = '' }: HookEntry, name: string): boolean {
  return matcher === '' || matcher === '*' || name === '' || new RegExp(`^(?:${matcher})$`).test(name);
}

function inputOf(tool: ToolUse, session: Session): object {
  if (tool.kind === 'shell') return { command: tool.text, description: 'Run a command' };
  if (tool.kind === 'edit') return { file_path: join(session.cwd, tool.text), content: 'first line\nsecond line\n' };
  const options = tool.choices.map((label) => ({ label, description: '' }));
  return { questions: [{ question: tool.text, header: 'Choice', options, multiSelect: false }] };
}

function errorOf({ kind, text }: Trouble): { error: string; code: number } {
  if (kind === 'limit') return { error: 'rate_limit', code: 429 };
  if (kind === 'login') return { error: /credit/i.test(text) ? 'billing_error' : 'authentication_failed', code: 401 };
  return text.includes('429') ? { error: 'rate_limit', code: 429 } : { error: 'server_error', code: 529 };
}

/** What the program keeps of each live process. */
function statusFile(session: Session): { write(status: string, waitingFor?: string): void; remove(): void } {
  const folder = join(claudeFolder(session), 'sessions');
  const path = join(folder, `${process.pid}.json`);
  return {
    write(status, waitingFor) {
      mkdirSync(folder, { recursive: true });
      const { id, cwd, startedAt } = session;
      const state = { pid: process.pid, sessionId: id, cwd, startedAt: startedAt.getTime(), version: CLAUDE_VERSION };
      const more = waitingFor === undefined ? {} : { waitingFor };
      writeFileSync(path, JSON.stringify({ ...state, kind: 'interactive', status, ...more, updatedAt: Date.now() }));
    },
    remove: () => rmSync(path, { force: true }),
  };
}
