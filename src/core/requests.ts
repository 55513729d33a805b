import { z } from 'zod';

const Task = z.string().min(1);

/** Who asked, for the eyes of people. */
const By = z.object({ pid: z.number().int(), host: z.string() });

const Change = z.object({
  note: z.string().nullable(),
  instructions: z.string().nullable(),
  framework: z.string().nullable(),
  model: z.string().nullable(),
  keep_work: z.boolean(),
  fresh: z.boolean(),
});

/** What a file of `commands/` holds: one wish to whoever owns the run, now or next. */
export const Request = z.discriminatedUnion('action', [
  z.object({ action: z.literal('retry'), task: Task, change: Change, by: By }),
  z.object({ action: z.literal('teardown'), task: Task, by: By }),
  z.object({ action: z.literal('cancel'), task: Task.nullable(), by: By }),
  z.object({ action: z.literal('send'), task: Task, text: z.string(), by: By }),
  z.object({ action: z.literal('pause'), by: By }),
  z.object({ action: z.literal('unpause'), by: By }),
]);

export type Request = z.infer<typeof Request>;

/** The task that a request is about; null for the whole run. */
export function taskOfRequest(request: Request): string | null {
  return 'task' in request ? request.task : null;
}
