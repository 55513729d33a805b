import type { PromptEvidence } from '../../core/agent-events.ts';
import type { SendResult } from '../../core/agent-handle.ts';
import { pasteable } from '../environments/tmux-pane.ts';
import { type AgentAccess, boxOf, hasTheKeys, type Look, look } from './agent-access.ts';
import type { DialogAnswers } from './dialogs.ts';
import { pause, until } from './pause.ts';
import { isSamePrompt } from './prompt-text.ts';
import { submit } from './submit.ts';

export interface DeliverOptions {
  readonly signal: AbortSignal;
  readonly dialogs: DialogAnswers;
  /** An earlier owner may have sent it: only if there is no sign of that. */
  readonly unlessShown?: boolean;
  /** Waits for the end of a turn where the program takes nothing before. */
  readonly patient?: boolean;
  /** Milliseconds to wait for a hook or the transcript where the screen alone shows that it was taken. */
  readonly patience?: number;
  /** Of the keys that submit, at most; as many as the preset has waits unless told. */
  readonly presses?: number;
}

export interface Delivered {
  readonly result: SendResult;
  /** What showed that it was taken; null where nothing did. */
  readonly by: PromptEvidence | null;
  /** How often it was submitted. */
  readonly presses: number;
}

/** Milliseconds to wait for an input that takes a prompt, for the end of a turn that must be over, and for the text. */
const READY = 5_000;
const TURN_ENDS = 30_000;
const SEEN = 10_000;
/** The same where no input line tells. */
const SHOWN = 2_000;

/**
 * The one way in which a text becomes the prompt of a live agent: only where its input would take it, in one paste, and
 * submitted only while it is seen to stand there. What is not seen to be taken is not sent again.
 */
export async function deliver(access: AgentAccess, prompt: string, options: DeliverOptions): Promise<Delivered> {
  const text = pasteable(prompt).replace(/^\n+/, '');
  if (text.trim() === '') return untaken('failed');
  return await access.terminal.exclusively(async () => {
    options.signal.throwIfAborted();
    access.monitor.look();
    const ready = await readiness(access, text, options);
    if (ready === 'gone' || ready === 'failed') return untaken(ready);
    if (options.unlessShown && ready.box !== 'ours') {
      const by = await shownBefore(access, text);
      if (by !== null) return { result: 'submitted', by, presses: 0 };
    }
    const since = access.monitor.prompts.length;
    if (ready.box !== 'ours') {
      const typed = await type(access, text, ready, options);
      if (typed !== null) return typed;
    }
    access.unsent = text;
    const delivered = await submit(access, text, { ...options, since, wasBusy: ready.busy });
    if (delivered.result !== 'typed') access.unsent = null;
    return delivered;
  });
}

function untaken(result: 'failed' | 'gone' | 'typed', presses = 0): Delivered {
  return { result, by: null, presses };
}

interface Ready {
  readonly box: 'empty' | 'ours' | 'earlier' | 'unseen';
  readonly busy: boolean;
}

/** Waits until the input would take a prompt. `failed`: something else would, or somebody's own words are in it. */
async function readiness(
  access: AgentAccess,
  text: string,
  { signal, dialogs, patient = false }: DeliverOptions,
): Promise<Ready | 'gone' | 'failed'> {
  const { clock, traits } = access;
  const began = clock.now();
  for (;;) {
    const seen = await look(access);
    if (seen === null) return 'gone';
    const dialog = dialogs.mine(seen);
    const waited = clock.now() - began;
    if (dialog !== null && waited <= TURN_ENDS) {
      await dialogs.answer(dialog, signal);
      continue;
    }
    if (hasTheKeys(seen)) return 'failed';
    const busy = seen.reading.report?.state === 'working';
    const box = boxFor(access, seen, text);
    if (box !== null && !(busy && !traits.submit.queues)) return { box, busy };
    // Requests of persons stand in one line, and nobody waits there for the end of another's turn.
    if (waited >= (busy && box !== null && patient ? TURN_ENDS : READY)) return 'failed';
    await pause(access, 200, signal);
  }
}

/** Null where nothing may be typed. */
function boxFor(access: AgentAccess, seen: Look, text: string): Ready['box'] | null {
  const box = boxOf(seen, [text]);
  if (box === 'empty' || box === 'ours') return box;
  if (box === 'other') return boxOf(seen, [access.unsent]) === 'ours' ? 'earlier' : null;
  // Some programs have no input line that could be told from the rest.
  return seen.reading.report?.state === 'idle' ? 'unseen' : null;
}

/** Null when it stands in the input, or may. */
async function type(
  access: AgentAccess,
  text: string,
  { box }: Ready,
  { signal }: DeliverOptions,
): Promise<Delivered | null> {
  const shown = (await look(access))?.lines.join('\n');
  // What we could not submit before goes with it.
  if (!(await access.terminal.paste(box === 'earlier' ? `\n${text}` : text))) return untaken('gone');
  if (box === 'empty') access.unsent = text;
  const stands = await until(access, box === 'unseen' ? SHOWN : SEEN, signal, async () => {
    const seen = await look(access);
    if (seen === null) return 'gone';
    const isThere = box === 'empty' ? isFull(seen, text) : seen.lines.join('\n') !== shown;
    return isThere ? 'there' : null;
  });
  if (stands === 'there' || (stands === null && box === 'unseen')) return null;
  return untaken(stands ?? 'typed');
}

function isFull(seen: Look, text: string): boolean {
  const box = boxOf(seen, [text]);
  return box === 'ours' || box === 'other';
}

/** Signs that it was sent before: what was told of it, that it stood in the input and stands there no more, or the screen. */
async function shownBefore(access: AgentAccess, text: string): Promise<PromptEvidence | null> {
  const told = access.monitor.prompts.find((taken) => isSamePrompt(taken.text, text));
  if (told !== undefined) return told.source;
  return access.sent.has(text) || (await access.shows(text)) ? 'screen' : null;
}
