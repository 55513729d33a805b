import { join } from 'node:path';
import { z } from 'zod';
import { type AttentionReport, MAX_QUESTION } from '../../core/attention.ts';
import { claudeCost, claudeError, claudeQuestions, plainWords } from './claude-words.ts';
import type { AgentInvocation, HookRecord, Told } from './framework.ts';
import { report } from './report.ts';

/** Below the attempt's signal directory. */
export const CLAUDE_SETTINGS = 'claude-settings.json';

/** Of `Notification` only what no other hook tells. */
const EVENTS: Readonly<Record<string, string | undefined>> = {
  SessionStart: undefined,
  UserPromptSubmit: undefined,
  PreToolUse: undefined,
  PermissionRequest: undefined,
  PostToolUse: undefined,
  PostToolUseFailure: undefined,
  Notification: 'idle_prompt|elicitation_dialog',
  Stop: undefined,
  StopFailure: undefined,
  PreCompact: undefined,
};

const SECONDS = 10;

/** The settings that make the program call `agentrelay-hook`; its other settings stay as the person has them. */
export function claudeSettings({ bin, folder, approvals }: AgentInvocation): string {
  const program = quoted(join(bin, 'agentrelay-hook'));
  const command = (event: string) => ({ type: 'command', command: `${program} ${event}`, timeout: SECONDS });
  const hooks = Object.entries(EVENTS).map(([event, matcher]) => [
    event,
    [{ ...(matcher === undefined ? {} : { matcher }), hooks: [command(event)] }],
  ]);
  return `${JSON.stringify(
    {
      hooks: Object.fromEntries(hooks),
      // The one place where the program tells what its work costs; it stands where the person's own line would.
      statusLine: { type: 'command', command: `${program} StatusLine` },
      ...(approvals === 'skip'
        ? { skipDangerousModePermissionPrompt: true }
        : // It could not even read what it is to do without asking: both are outside of its worktree.
          { permissions: { allow: [`Read(/${folder}/**)`, `Bash(${join(bin, 'agentrelay-')}*)`] } }),
    },
    null,
    2,
  )}\n`;
}

/** For the shell that the program runs hooks with. */
function quoted(path: string): string {
  return `'${path.replaceAll("'", `'\\''`)}'`;
}

const schema = z.object({
  session_id: z.string().optional(),
  transcript_path: z.string().optional(),
  source: z.string().optional(),
  prompt: z.string().optional(),
  tool_name: z.string().optional(),
  tool_input: z.unknown().optional(),
  message: z.string().optional(),
  notification_type: z.string().optional(),
  error: z.string().optional(),
  last_assistant_message: z.string().optional(),
  cost: z.object({ total_cost_usd: z.number() }).optional(),
});

type HookData = z.infer<typeof schema>;

/** What a hook of Claude Code tells. That a person has denied or interrupted something is told by none of them. */
export function readClaudeHook({ at, event, data }: HookRecord): Told | null {
  const read = schema.safeParse(data);
  if (!read.success) return null;
  const { session_id, transcript_path, prompt, cost } = read.data;
  const state = reportOf(event, read.data, at);
  return {
    at,
    ...(session_id === undefined ? {} : { session: session_id }),
    ...(transcript_path === undefined ? {} : { transcript: transcript_path }),
    ...(event === 'UserPromptSubmit' && prompt !== undefined ? { prompt: plainWords(prompt) } : {}),
    ...(state === null ? {} : { report: state }),
    ...(event === 'StatusLine' && cost !== undefined ? { usage: claudeCost(cost.total_cost_usd) } : {}),
  };
}

function reportOf(event: string, data: HookData, at: number): AttentionReport | null {
  switch (event) {
    case 'SessionStart':
      // A session that was compacted goes on with what it did.
      return data.source === 'compact' ? null : report('idle');
    case 'UserPromptSubmit':
    case 'PostToolUse':
    case 'PostToolUseFailure':
    case 'PreCompact':
      return report('working');
    case 'PreToolUse':
      return data.tool_name === 'AskUserQuestion' ? claudeQuestions(data.tool_input) : report('working');
    case 'PermissionRequest':
      return data.tool_name === 'AskUserQuestion'
        ? claudeQuestions(data.tool_input)
        : { ...report('waiting_permission'), question: toolWords(data) };
    case 'Notification':
      return notified(data);
    case 'Stop':
      return report('idle');
    case 'StopFailure':
      return claudeError(data.error ?? '', data.last_assistant_message ?? '', at);
    default:
      return null;
  }
}

function notified({ notification_type, message }: HookData): AttentionReport | null {
  const question = message?.slice(0, MAX_QUESTION) ?? null;
  switch (notification_type) {
    case 'idle_prompt':
      return report('idle');
    case 'elicitation_dialog':
      return { ...report('waiting_input'), question };
    case 'permission_prompt':
      return { ...report('waiting_permission'), question };
    default:
      return null;
  }
}

const toolSchema = z.object({
  command: z.string().optional(),
  file_path: z.string().optional(),
  url: z.string().optional(),
  plan: z.string().optional(),
});

function toolWords({ tool_name = 'a tool', tool_input }: HookData): string {
  const { command, file_path, url, plan } = toolSchema.safeParse(tool_input).data ?? {};
  const what = command ?? file_path ?? url ?? plan ?? '';
  return `${tool_name}${what === '' ? '' : `: ${what}`}`.slice(0, MAX_QUESTION);
}
