import { z } from 'zod';
import { type AttentionReport, MAX_QUESTION } from '../../core/attention.ts';
import type { HookRecord, Told } from './framework.ts';
import { report } from './report.ts';

const schema = z.object({
  session_id: z.string().optional(),
  transcript_path: z.string().optional(),
  prompt: z.string().optional(),
  notification_type: z.string().optional(),
  message: z.string().optional(),
  details: z.object({ type: z.string().optional(), command: z.string().optional() }).optional(),
});

type HookData = z.infer<typeof schema>;

/** What a hook of Gemini CLI tells, where a person has set it up to call `agentrelay-hook`. */
export function readGeminiHook({ at, event, data }: HookRecord): Told | null {
  const read = schema.safeParse(data);
  if (!read.success) return null;
  const { session_id, transcript_path, prompt } = read.data;
  const state = reportOf(event, read.data);
  return {
    at,
    ...(session_id === undefined ? {} : { session: session_id }),
    ...(transcript_path === undefined ? {} : { transcript: transcript_path }),
    ...(event === 'BeforeAgent' && prompt !== undefined ? { prompt } : {}),
    ...(state === null ? {} : { report: state }),
  };
}

/** A turn that a person has denied or cancelled ends without a hook. */
function reportOf(event: string, data: HookData): AttentionReport | null {
  switch (event) {
    case 'SessionStart':
    case 'AfterAgent':
      return report('idle');
    case 'BeforeAgent':
    case 'BeforeTool':
    case 'AfterTool':
      return report('working');
    case 'Notification':
      return data.notification_type === 'ToolPermission' ? asked(data) : null;
    default:
      return null;
  }
}

function asked({ details, message }: HookData): AttentionReport {
  if (details?.type === 'ask_user') return report('waiting_input');
  const question = details?.command ?? message ?? null;
  return { ...report('waiting_permission'), question: question?.slice(0, MAX_QUESTION) ?? null };
}
