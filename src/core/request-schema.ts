import { z } from 'zod';
import type { Request } from './requests.ts';

const Task = z.string().min(1);
const by = z.object({ pid: z.number().int(), host: z.string() });
const change = z.object({
  note: z.string().nullable(),
  instructions: z.string().nullable(),
  framework: z.string().nullable(),
  model: z.string().nullable(),
  keep_work: z.boolean(),
  fresh: z.boolean(),
});

/** What a file of `commands/` must hold. */
export const requestSchema: z.ZodType<Request> = z.discriminatedUnion('action', [
  z.object({ action: z.literal('retry'), task: Task, change, by }),
  z.object({ action: z.literal('teardown'), task: Task, by }),
  z.object({ action: z.literal('undo_teardown'), task: Task, by }),
  z.object({ action: z.literal('cancel'), task: Task.nullable(), by }),
  z.object({ action: z.literal('send'), task: Task, text: z.string(), by }),
  z.object({ action: z.literal('answer'), task: Task, text: z.string(), since: z.string().optional(), by }),
  z.object({ action: z.literal('pause'), by }),
  z.object({ action: z.literal('unpause'), by }),
]);
