import { join } from 'node:path';
import { z } from 'zod';
import { type AttentionReport, MAX_QUESTION } from '../../core/attention.ts';
import type { AgentInvocation, HookRecord, Told } from './framework.ts';
import { report } from './report.ts';

/** A folder below the attempt's signal directory. */
export const COPILOT_PLUGIN = 'copilot-plugin';

/** None of those that may forbid a tool by failing. */
const EVENTS = [
  'sessionStart',
  'userPromptSubmitted',
  'postToolUse',
  'postToolUseFailure',
  'notification',
  'agentStop',
] as const;

const SECONDS = 10;

/** A plugin for one start: the person's own settings and hooks stay as they are. */
export function copilotFiles({ bin }: AgentInvocation): Record<string, string> {
  const plugin = { name: 'agentrelay', description: 'Tells agentrelay what this agent does.', version: '1.0.0' };
  const hook = (event: string) => ({
    type: 'command',
    exec: join(bin, 'agentrelay-hook'),
    args: [event],
    timeoutSec: SECONDS,
  });
  const hooks = Object.fromEntries(EVENTS.map((event) => [event, [hook(event)]]));
  return {
    [`${COPILOT_PLUGIN}/plugin.json`]: text({ ...plugin, hooks: 'hooks.json' }),
    [`${COPILOT_PLUGIN}/hooks.json`]: text({ version: 1, hooks }),
  };
}

function text(value: object): string {
  return `${JSON.stringify(value, null, 2)}\n`;
}

const schema = z.object({
  sessionId: z.string().optional(),
  transcriptPath: z.string().optional(),
  prompt: z.string().optional(),
  initialPrompt: z.string().optional(),
  notification_type: z.string().optional(),
  message: z.string().optional(),
});

type HookData = z.infer<typeof schema>;

/** What a hook of Copilot CLI tells. A turn that a person has ended, or an error, ends without one. */
export function readCopilotHook({ at, event, data }: HookRecord): Told | null {
  const read = schema.safeParse(data);
  if (!read.success) return null;
  const { sessionId, transcriptPath, prompt } = read.data;
  const state = reportOf(event, read.data);
  return {
    at,
    ...(sessionId === undefined ? {} : { session: sessionId }),
    ...(transcriptPath === undefined ? {} : { transcript: transcriptPath }),
    ...(event === 'userPromptSubmitted' && prompt !== undefined ? { prompt } : {}),
    ...(state === null ? {} : { report: state }),
  };
}

function reportOf(event: string, data: HookData): AttentionReport | null {
  switch (event) {
    case 'sessionStart':
      return data.initialPrompt === undefined ? report('idle') : null;
    case 'userPromptSubmitted':
    case 'postToolUse':
    case 'postToolUseFailure':
      return report('working');
    case 'notification':
      return notified(data);
    case 'agentStop':
      return report('idle');
    default:
      return null;
  }
}

/** The message of a question is not the question. */
function notified({ notification_type, message }: HookData): AttentionReport | null {
  if (notification_type === 'elicitation_dialog') return report('waiting_input');
  if (notification_type !== 'permission_prompt') return null;
  return { ...report('waiting_permission'), question: message?.slice(0, MAX_QUESTION) ?? null };
}
