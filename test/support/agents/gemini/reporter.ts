import { createHash, randomUUID } from 'node:crypto';
import { existsSync, mkdirSync, statSync, writeFileSync } from 'node:fs';
import { basename, dirname, join } from 'node:path';
import { callHook } from '../hook-command.ts';
import { logFile, readJson } from '../log-file.ts';
import type { Reporter, Session, ToolUse } from '../personality.ts';
import type { Usage } from '../script.ts';

interface HookEntry {
  readonly matcher?: string;
  readonly hooks?: readonly { readonly command: string }[];
}

export interface GeminiSettings {
  readonly hooks?: Readonly<Record<string, readonly HookEntry[]>>;
  readonly security?: { readonly auth?: { readonly selectedType?: string } };
}

const TOOL_NAMES = { shell: 'run_shell_command', edit: 'write_file', question: 'ask_user' } as const;
const DETAILS = { shell: 'exec', edit: 'edit', question: 'ask_user' } as const;
const MODEL = 'gemini-2.5-flash';

export function geminiFolder({ home, env }: Pick<Session, 'home' | 'env'>): string {
  return join(env.GEMINI_CLI_HOME ?? home, '.gemini');
}

/** Only files of root in folders of root that nobody else may write to. */
function isSafe(path: string): boolean {
  if (!existsSync(path)) return false;
  for (let at = path; ; at = dirname(at)) {
    const { uid, mode } = statSync(at);
    if (uid !== 0 || (mode & 0o022) !== 0) return false;
    if (at === dirname(at)) return true;
  }
}

export function geminiSettings(session: Session): readonly GeminiSettings[] {
  const system = [session.env.GEMINI_CLI_SYSTEM_SETTINGS_PATH, session.env.GEMINI_CLI_SYSTEM_DEFAULTS_PATH];
  const files = [
    ...system.filter((path) => path !== undefined).filter(isSafe),
    join(geminiFolder(session), 'settings.json'),
    join(session.cwd, '.gemini', 'settings.json'),
  ];
  return files.map((file) => readJson(file) as GeminiSettings | null).filter((each) => each !== null);
}

/** Each folder has a short name, which stands in a file. */
export function projectName(session: Session): string {
  const file = join(geminiFolder(session), 'projects.json');
  const known = (readJson(file) as { projects?: Record<string, string> } | null)?.projects ?? {};
  const name =
    known[session.cwd] ??
    basename(session.cwd)
      .toLowerCase()
      .replace(/[^a-z0-9]+/g, '-');
  mkdirSync(geminiFolder(session), { recursive: true });
  writeFileSync(file, JSON.stringify({ projects: { ...known, [session.cwd]: name } }));
  return name;
}

export function geminiReporter(session: Session): Reporter {
  const settings = geminiSettings(session);
  const time = new Date().toISOString();
  const name = `session-${time.slice(0, 16).replace(':', '-')}-${session.id.slice(0, 8)}.jsonl`;
  const transcript = logFile(join(geminiFolder(session), 'tmp', projectName(session), 'chats', name));
  let prompt = '';
  let answers: string[] = [];
  let open: { id: string; content: string; tokens: object } | null = null;
  let isBegun = false;
  const now = () => new Date().toISOString();

  const hook = async (event: string, data: object) => {
    const input = {
      session_id: session.id,
      transcript_path: transcript.path,
      cwd: session.cwd,
      hook_event_name: event,
      timestamp: now(),
      ...data,
    };
    const entries = settings.flatMap((each) => each.hooks?.[event] ?? []);
    const commands = entries.flatMap((each) => each.hooks ?? []).map((each) => each.command);
    return Promise.all(commands.map((command) => callHook(session, event, command, input)));
  };
  const line = (of: object) => {
    if (!isBegun) {
      const projectHash = createHash('sha256').update(session.cwd).digest('hex');
      transcript.add({ sessionId: session.id, projectHash, startTime: time, lastUpdated: time, kind: 'main' });
      const context = [{ text: '<session_context>\nThis is the Gemini CLI.\n</session_context>' }];
      transcript.add({ $set: { messages: [{ id: randomUUID(), timestamp: time, type: 'user', content: context }] } });
      isBegun = true;
    }
    transcript.add(of);
    transcript.add({ $set: { lastUpdated: now() } });
  };
  const model = (content: string, usage: Usage) => {
    const input = usage.input + (usage.cacheRead ?? 0);
    const tokens = {
      input,
      output: usage.output,
      cached: usage.cacheRead ?? 0,
      thoughts: 0,
      tool: 0,
      total: input + usage.output,
    };
    open = { id: randomUUID(), content, tokens };
    line({ id: open.id, timestamp: now(), type: 'gemini', content, thoughts: [], tokens, model: MODEL });
  };
  const ended = async (text: string) => {
    const results = await hook('AfterAgent', { prompt, prompt_response: text, stop_hook_active: false });
    const blocked = results.find((result) => result.code === 2 || result.stdout.includes('"decision":"block"'));
    return blocked === undefined ? null : blocked.stderr + blocked.stdout;
  };
  /** A tool is written down when it is over, with the message that called it once more. */
  const toolLine = (tool: ToolUse, status: string, output: string) => {
    const response = [{ functionResponse: { id: tool.id, name: TOOL_NAMES[tool.kind], response: { output } } }];
    const call = { id: tool.id, name: TOOL_NAMES[tool.kind], args: inputOf(tool), result: response, status };
    if (open === null) model('', { input: 1010, output: 20 });
    line({ ...open, timestamp: now(), type: 'gemini', thoughts: [], model: MODEL, toolCalls: [call] });
    line({ id: randomUUID(), timestamp: now(), type: 'user', content: response });
  };

  return {
    async started() {
      await hook('SessionStart', { source: session.resumed ? 'resume' : 'startup' });
    },
    async queued() {},
    async prompted(text) {
      prompt = text;
      answers = [];
      open = null;
      await hook('BeforeAgent', { prompt: text });
      await hook('PreCompress', { trigger: 'auto' });
      line({ id: randomUUID(), timestamp: now(), type: 'user', content: [{ text }] });
    },
    async said(text, usage) {
      answers.push(text);
      model(text, usage);
    },
    async used(usage) {
      model('Working.', usage);
    },
    async toolAsked(tool) {
      await hook('BeforeTool', { tool_name: TOOL_NAMES[tool.kind], tool_input: inputOf(tool) });
    },
    async permissionAsked(tool) {
      const details = { type: DETAILS[tool.kind], title: `Confirm ${tool.kind}`, ...inputOf(tool) };
      const data = { notification_type: 'ToolPermission', message: 'Tool requires confirmation', details };
      await hook('Notification', data);
    },
    async reminded() {},
    async toolDone(tool, output) {
      const data = {
        tool_name: TOOL_NAMES[tool.kind],
        tool_input: inputOf(tool),
        tool_response: { llmContent: output },
      };
      await hook('AfterTool', data);
      toolLine(tool, 'success', output);
    },
    async denied(tool) {
      toolLine(tool, 'cancelled', '');
      line({ id: randomUUID(), timestamp: now(), type: 'info', content: 'Request cancelled.' });
    },
    async interrupted() {
      line({ id: randomUUID(), timestamp: now(), type: 'info', content: 'Request cancelled.' });
      await ended(answers.join(' \n'));
    },
    async troubled({ text }) {
      line({ id: randomUUID(), timestamp: now(), type: 'error', content: `[API Error: ${text}]` });
      await ended('[no response text]');
    },
    turnEnded: () => ended(answers.join(' \n')),
    async ended() {
      await hook('SessionEnd', { reason: 'exit' });
    },
  };
}

function inputOf({ kind, text, choices }: ToolUse): object {
  if (kind === 'shell') return { command: text, description: 'Run a command' };
  if (kind === 'edit') return { file_path: text, content: 'first line\nsecond line\n' };
  return { questions: [{ question: text, header: 'Choice', options: choices.map((label) => ({ label })) }] };
}
