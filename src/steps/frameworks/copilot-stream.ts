import { z } from 'zod';
import type { AttentionReport } from '../../core/attention.ts';
import { type CopilotEvent, copilotEvent, toldByCopilot } from './copilot-events.ts';
import type { Told } from './framework.ts';
import { jsonStream, timeOf } from './json-stream.ts';
import { report } from './report.ts';
import { actionOf, shownAction, shownEnd, shownError, shownLines, shownOutput } from './stream-words.ts';

/** The last line. */
const resultSchema = z.object({
  type: z.literal('result'),
  timestamp: z.string().optional(),
  sessionId: z.string().optional(),
  exitCode: z.number().default(0),
});
type Result = z.infer<typeof resultSchema>;

/** An event first: it is what has an id. */
const schema = z.union([copilotEvent, resultSchema]);
type Event = CopilotEvent | Result;

/** What comes word by word, and comes again as a whole. */
const SKIPPED =
  /^\{"type":"(?:assistant\.(?:message_delta|reasoning_delta|tool_call_delta)|session\.background_tasks_changed)"/u;

/** `copilot --prompt … --output-format json`: the lines of its transcript, but those that tell what it uses. */
export const copilotStream = jsonStream<Event>({
  schema,
  skipped: SKIPPED,
  reader: createReader,
  show,
  usageInTranscript: true,
});

function createReader(): (event: Event, now: number) => Told | null {
  let trouble: AttentionReport | null = null;
  let words = '';
  const toldBy = (event: CopilotEvent): Told | null => {
    switch (event.type) {
      case 'user.message':
        [trouble, words] = [null, ''];
        return toldByCopilot(event);
      case 'assistant.message':
        // What its helpers say is not what it says.
        if (event.data.parentToolCallId == null) words = event.data.content || words;
        return toldByCopilot(event);
      case 'session.error': {
        const told = toldByCopilot(event);
        trouble = told?.report ?? null;
        return told;
      }
      case 'tool.execution_start':
        return { report: report('working'), action: actionIn(event) };
      default:
        return toldByCopilot(event);
    }
  };
  return (event, now) => {
    const at = timeOf(event.timestamp, now);
    if (!isResult(event)) {
      const told = toldBy(event);
      return told === null ? null : { at, ...told };
    }
    return {
      at,
      report: trouble ?? report('idle'),
      ...(words === '' ? {} : { message: words }),
      ...(event.sessionId === undefined ? {} : { session: event.sessionId }),
    };
  };
}

function isResult(event: Event): event is Result {
  return !('data' in event);
}

function actionIn({ data }: CopilotEvent): string {
  return actionOf(data.toolName ?? '', data.arguments);
}

const outputSchema = z.object({ content: z.string() });

function show(event: Event): readonly string[] {
  if (isResult(event)) return shownEnd(...(event.exitCode === 0 ? [] : [`exit code ${event.exitCode}`]));
  const { type, data } = event;
  switch (type) {
    case 'user.message':
      return shownLines(data.content ?? '').map((line) => `> ${line}`);
    case 'assistant.message':
      return shownLines(data.content ?? '');
    case 'tool.execution_start':
      return shownAction(actionIn(event));
    case 'tool.execution_complete':
      return data.error == null
        ? shownOutput(outputSchema.safeParse(data.result).data?.content ?? '')
        : shownError(data.error.message);
    case 'session.error':
      return shownError(data.message ?? '');
    default:
      return [];
  }
}
