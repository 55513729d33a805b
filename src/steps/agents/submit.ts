import type { PromptEvidence } from '../../core/agent-events.ts';
import { type AgentAccess, boxOf, hasTheKeys, type Look, look } from './agent-access.ts';
import type { Delivered, DeliverOptions } from './deliver.ts';
import { until } from './pause.ts';
import { isSamePrompt } from './prompt-text.ts';

interface Submitting extends Pick<DeliverOptions, 'signal' | 'patience' | 'presses'> {
  /** How many prompts had been told of before this one was typed. */
  readonly since: number;
  readonly wasBusy: boolean;
}

/** Milliseconds in which a program shows that it keeps a prompt for later. */
const QUEUE_SHOWN = 400;

/**
 * Presses the keys that submit what stands in the input, and looks for signs that it was taken; presses them again only
 * while it is still seen to stand there.
 */
export async function submit(access: AgentAccess, text: string, options: Submitting): Promise<Delivered> {
  const { traits, terminal, clock, monitor } = access;
  const { signal } = options;
  const waits = traits.submit.waits.slice(0, options.presses ?? traits.submit.waits.length);
  await clock.sleep(traits.submit.settle, signal);
  let typed: string | null = null;
  let presses = 0;
  for (const wait of waits) {
    const before = await look(access);
    if (before === null) return gone(presses);
    if (hasTheKeys(before)) break;
    const { input } = before.reading;
    const stands =
      input !== null && input !== '' && (typed === null || input === typed || boxOf(before, [text]) === 'ours');
    // Where no input line is seen, one press is all that can be risked.
    if (!stands && !(input === null && presses === 0)) break;
    typed ??= input;
    access.sent.add(text);
    monitor.begin();
    if (!(await terminal.press(traits.keys.submit))) return gone(presses);
    presses += 1;
    const taken = await until(access, wait, signal, () => takenBy(access, text, options, typed));
    if (taken !== null) return await concluded(access, text, options, { ...taken, presses });
  }
  // The last press may have been the one, and the program slow.
  const late = presses === 0 ? null : await takenBy(access, text, options, typed);
  if (late !== null) return await concluded(access, text, options, { ...late, presses });
  return { result: 'typed', by: null, presses };
}

type Taken = Pick<Delivered, 'result' | 'by'>;

function gone(presses: number): Delivered {
  return { result: 'gone', by: null, presses };
}

/** Null while there is no sign. `typed` is what stood in the input, null where none was seen. */
async function takenBy(
  access: AgentAccess,
  text: string,
  { since }: Submitting,
  typed: string | null,
): Promise<Taken | null> {
  const told = toldOf(access, text, since);
  if (told !== null) return { result: 'submitted', by: told };
  const seen = await look(access);
  if (seen === null) return { result: 'gone', by: null };
  return showsTaken(seen, typed) ? { result: seen.reading.queued ? 'queued' : 'submitted', by: 'screen' } : null;
}

function toldOf({ monitor }: AgentAccess, text: string, since: number): PromptEvidence | null {
  monitor.look();
  const told = monitor.prompts.slice(since).find((taken) => taken.text === '' || isSamePrompt(taken.text, text));
  return told?.source ?? null;
}

/** The input was full and is empty; where it cannot be seen, the program works. */
function showsTaken({ reading }: Look, typed: string | null): boolean {
  if (reading.dialog !== null) return false;
  return typed === null ? reading.report?.state === 'working' : reading.input === '';
}

/** Waits a little for what tells more than the screen does. */
async function concluded(
  access: AgentAccess,
  text: string,
  { signal, since, wasBusy, patience = 0 }: Submitting,
  delivered: Delivered,
): Promise<Delivered> {
  const { presses } = delivered;
  if (delivered.result === 'gone') return delivered;
  let { result, by } = delivered;
  if (by === 'screen' && patience > 0 && access.keepsRecords) {
    by = (await until(access, patience, signal, async () => toldOf(access, text, since))) ?? by;
  }
  if (wasBusy && result === 'submitted') {
    const queued = await until(access, QUEUE_SHOWN, signal, async () => (await look(access))?.reading.queued || null);
    if (queued === true) result = 'queued';
  }
  return { result, by, presses };
}
