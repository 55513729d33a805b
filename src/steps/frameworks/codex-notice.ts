import { z } from 'zod';
import type { HookRecord, Told } from './framework.ts';
import { report } from './report.ts';

const schema = z.object({
  type: z.literal('agent-turn-complete'),
  'thread-id': z.string().optional(),
  'input-messages': z.array(z.string()).optional(),
});

/** The program asks its model for the title of the window, and tells the end of that as well. */
const TITLE_PROMPT = /^Generate a concise, single-line task title/u;

/** What the program that is named as `notify` is told: that a turn has ended. */
export function readCodexNotice({ at, data }: HookRecord): Told | null {
  const read = schema.safeParse(data);
  if (!read.success) return null;
  const { 'thread-id': thread, 'input-messages': prompts = [] } = read.data;
  if (prompts.some((prompt) => TITLE_PROMPT.test(prompt))) return null;
  return { at, report: report('idle'), ...(thread === undefined ? {} : { session: thread }) };
}
