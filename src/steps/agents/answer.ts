import type { Answer, SendResult } from '../../core/agent-handle.ts';
import type { AttentionReport } from '../../core/attention.ts';
import { sameValue } from '../../core/same-value.ts';
import type { TerminalTraits } from '../frameworks/framework.ts';
import { type AgentAccess, hasTheKeys, type Look, look } from './agent-access.ts';
import { until } from './pause.ts';
import { pressInTurn } from './press.ts';

/** Milliseconds in which a question goes that was answered. */
const GOES = 8_000;

/** What is done for an answer: keys, or words where the program takes words. */
type Doing = { readonly keys: readonly string[] } | { readonly words: string };

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
    const done =
      'keys' in doing ? await pressInTurn(access, doing.keys, signal) : await say(access, doing.words, signal);
    if (done === null) return 'gone';
    if (!done) return 'typed';
    const after = await until(access, GOES, signal, async () => {
      const seen = await look(access);
      if (seen === null) return 'gone';
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
    case 'text': {
      const at = report.choices.findIndex((choice) => choice.trim().toLowerCase() === given.text.trim().toLowerCase());
      if (at !== -1) return choosing(at + 1, report, keys.choose);
      // Words for a list of choices would be taken for keys.
      const takesWords = report.choices.length === 0 || keys.choose === 'none';
      return takesWords && report.state !== 'login_required' && asking.reading.dialog === null
        ? { words: given.text }
        : null;
    }
  }
}

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

/** Null when nobody is there. */
async function say(access: AgentAccess, words: string, signal: AbortSignal): Promise<boolean | null> {
  if (!(await access.terminal.paste(words.replace(/\s*\n\s*/g, ' ')))) return null;
  await access.clock.sleep(access.traits.submit.settle, signal);
  return (await access.terminal.press(access.traits.keys.submit)) ? true : null;
}

function asksTheSame(seen: Look, asked: Look): boolean {
  return (
    hasTheKeys(seen) &&
    seen.reading.dialog === asked.reading.dialog &&
    sameValue(seen.reading.report, asked.reading.report)
  );
}
