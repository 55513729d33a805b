import { z } from 'zod';
import type { Told } from './framework.ts';
import { jsonStream } from './json-stream.ts';
import { openCodeError, openCodeFailure, openCodeUsage, openCodeUse } from './opencode-hooks.ts';
import { report } from './report.ts';
import { actionOf, shownAction, shownEnd, shownError, shownLines, shownOutput } from './stream-words.ts';

const of = { timestamp: z.number().optional(), sessionID: z.string() };

const schema = z.discriminatedUnion('type', [
  z.object({ ...of, type: z.literal('step_start') }),
  z.object({ ...of, type: z.literal('text'), part: z.object({ text: z.string() }) }),
  z.object({ ...of, type: z.literal('reasoning'), part: z.object({ text: z.string() }) }),
  z.object({
    ...of,
    type: z.literal('tool_use'),
    part: z.object({
      tool: z.string(),
      state: z.object({
        status: z.string().optional(),
        input: z.unknown().optional(),
        output: z.string().optional(),
        error: z.string().optional(),
      }),
    }),
  }),
  z.object({
    ...of,
    ...{
      type: z.literal('step_finish'),
      part: z.object({ ...openCodeUse, messageID: z.string(), reason: z.string() }),
    },
  }),
  z.object({ ...of, type: z.literal('error'), error: openCodeError }),
]);

type Event = z.infer<typeof schema>;

/** `opencode run --format json`. While it tries again at a limit it prints nothing: only its plugin tells of that. */
export const openCodeStream = jsonStream({ schema, reader: createReader, show });

/** Prompts are not in it. A tool is told of when it has ended. */
function createReader(): (event: Event, now: number) => Told | null {
  let words = '';
  return (event, now) => {
    const at = event.timestamp ?? now;
    const told = { at, session: event.sessionID, report: report('working') };
    switch (event.type) {
      case 'step_start':
        words = '';
        return told;
      case 'text':
        words = event.part.text;
        return told;
      case 'reasoning':
        return told;
      case 'tool_use':
        return { ...told, action: actionOf(event.part.tool, event.part.state.input) };
      case 'step_finish': {
        // As its plugin names it, so that nothing counts twice.
        const usage = openCodeUsage({ ...event.part, id: event.part.messageID });
        const more = usage === null ? {} : { usage };
        if (event.part.reason === 'tool-calls') return { ...told, ...more };
        return { ...told, ...more, report: report('idle'), ...(words === '' ? {} : { message: words }) };
      }
      case 'error':
        return { ...told, report: openCodeFailure(event.error, at) ?? report('idle') };
    }
  };
}

function show(event: Event): readonly string[] {
  switch (event.type) {
    case 'step_start':
      return [];
    case 'text':
    case 'reasoning':
      return shownLines(event.part.text);
    case 'tool_use': {
      const { tool, state } = event.part;
      const action = shownAction(actionOf(tool, state.input));
      return [...action, ...(state.error === undefined ? shownOutput(state.output ?? '') : shownError(state.error))];
    }
    case 'step_finish':
      return event.part.reason === 'tool-calls' ? [] : shownEnd();
    case 'error':
      return shownError(event.error.data?.message ?? event.error.name ?? '');
  }
}
