import type { Answer, SendResult } from '../../core/agent-handle.ts';
import type { AttentionReport } from '../../core/attention.ts';
import { sameValue } from '../../core/same-value.ts';
import type { TerminalTraits } from '../frameworks/framework.ts';
import { type AgentAccess, hasTheKeys, type Look, look } from './agent-access.ts';
import { until } from './pause.ts';
import { pressInTurn } from './press.ts';
import { isShownIn } from './prompt-text.ts';

/** Milliseconds in which a question goes that was answered. */
const GOES = 8_000;

/** Milliseconds in which words are shown that were typed. */
const SHOWS = 5_000;

/** What is done for an answer: keys, and then words where the program takes words. */
interface Doing {
  readonly keys: readonly string[];
  readonly words?: string;
}

/**
 * Answers what the program's screen asks just now, by the keys that it takes. `failed`: it asks nothing, or nothing that
 * can be answered so, and no key was pressed. `typed`: it still asks the same.
 */
export async function answer(access: AgentAccess, given: Answer, signal: AbortSignal): Promise<SendResult> {
  return await access.terminal.exclusively(async () => {
    signal.throwIfAborted();
    const asking = await look(access);
    if (asking === null) return 'gone';
    const { report } = asking.reading;
    const doing = hasTheKeys(asking) && report !== null ? doingFor(given, asking, report, access.traits) : null;
    if (doing === null) return 'failed';
    access.monitor.begin();
    const done = await act(access, doing, signal);
    if (done === null) return 'gone';
    if (!done) return 'typed';
    const after = await until(access, GOES, signal, async () => {
      const seen = await look(access);
      // An answer may end the program, or the task.
      if (seen === null) return 'submitted';
      return asksTheSame(seen, asking) ? null : 'submitted';
    });
    return after ?? 'typed';
  });
}

function doingFor(given: Answer, asking: Look, report: AttentionReport, traits: TerminalTraits): Doing | null {
  const { keys } = traits;
  switch (given.kind) {
    case 'allow': {
      const dialog = traits.dialogs.find(({ name }) => name === asking.reading.dialog);
      return pressing(dialog === undefined ? keys.approve : dialog.keys);
    }
    case 'deny':
      return pressing(keys.deny);
    case 'choice':
      return choosing(given.number, report, keys.choose);
    case 'text':
      return asking.reading.dialog === null ? saying(given.text.trim(), report, keys.choose) : null;
  }
}

/** The choice whose words these are, or the one for words of one's own. Others would take words for keys. */
function saying(words: string, report: AttentionReport, how: TerminalTraits['keys']['choose']): Doing | null {
  const { state, choices } = report;
  if (words === '' || state === 'login_required') return null;
  const same = choices.findIndex((choice) => choice.trim().toLowerCase() === words.toLowerCase());
  if (same !== -1) return choosing(same + 1, report, how);
  if (how === 'none' || choices.length === 0) return { keys: [], words };
  const own = choices.findIndex((choice) => OWN_WORDS.test(choice));
  const chosen = own === -1 ? null : choosing(own + 1, report, how);
  return chosen === null ? null : { ...chosen, words };
}

/** What programs call the choice for words of one's own. */
const OWN_WORDS = /^(?:type (?:something|your own)|enter a custom value|other\b)/iu;

function pressing(keys: readonly string[] | null): Doing | null {
  return keys === null || keys.length === 0 ? null : { keys };
}

function choosing(number: number, { choices }: AttentionReport, how: TerminalTraits['keys']['choose']): Doing | null {
  if (!Number.isInteger(number) || number < 1 || number > Math.max(choices.length, 1)) return null;
  switch (how) {
    case 'number':
      return { keys: [String(number)] };
    case 'number_enter':
      return { keys: [String(number), 'Enter'] };
    case 'arrows':
      return { keys: [...Array<string>(number - 1).fill('Down'), 'Enter'] };
    case 'none':
      return null;
  }
}

/** False when it was not done to the end; null when nobody is there. */
async function act(access: AgentAccess, { keys, words }: Doing, signal: AbortSignal): Promise<boolean | null> {
  const before = await look(access);
  const pressed = await pressInTurn(access, keys, signal);
  if (pressed !== true || words === undefined) return pressed;
  // The field for them opens first.
  const open = keys.length === 0 ? before : await changed(access, before, signal);
  const text = words.replace(/\s*\n\s*/g, ' ');
  if (!(await access.terminal.paste(text))) return null;
  // Where they do not show, the key that submits would take what is chosen beside them.
  const shown = await changed(access, open, signal, (lines) => isShownIn(lines, text.slice(0, SHOWN_WORDS)));
  if (shown === null) return false;
  await access.clock.sleep(access.traits.submit.settle, signal);
  return (await access.terminal.press(access.traits.keys.submit)) ? true : null;
}

/** Of long ones a field shows the beginning. */
const SHOWN_WORDS = 20;

/** What it shows next, once that fits; null when it does not. */
async function changed(
  access: AgentAccess,
  before: Look | null,
  signal: AbortSignal,
  fits: (lines: readonly string[]) => boolean = () => true,
): Promise<Look | null> {
  return await until(access, SHOWS, signal, async () => {
    const seen = await look(access);
    const isOther = seen?.lines.join('\n') !== before?.lines.join('\n');
    return isOther && fits(seen?.lines ?? []) ? seen : null;
  });
}

function asksTheSame(seen: Look, asked: Look): boolean {
  return (
    hasTheKeys(seen) &&
    seen.reading.dialog === asked.reading.dialog &&
    sameValue(seen.reading.report, asked.reading.report)
  );
}
