import type { SendResult } from '../../core/agent-handle.ts';
import type { TmuxControl } from '../tools/tmux-control.ts';
import { TmuxError } from '../tools/tmux-error.ts';
import { statusOf, unlessGone } from './tmux-look.ts';
import { pasteable, type TmuxPane } from './tmux-pane.ts';

let buffers = 0;

/** For a program that nobody knows: pastes the text and presses Enter, in one go. */
export async function pasteAndEnter(control: TmuxControl, pane: TmuxPane, text: string): Promise<SendResult> {
  // -p tells a program that asked for it that this is a paste, so that its line breaks submit nothing.
  const pasted = await type(control, pane, pasting(pasteable(text), ['-p']), [['send-keys', '-t', pane.id, 'Enter']]);
  return pasted ? 'submitted' : 'gone';
}

/**
 * As one paste, every byte of it but control characters. Line breaks stay line breaks: a program that did not ask for
 * pastes to be told apart gets, where tmux knows that, a sign for each, so that none of them submits a part. False when
 * the pane is gone.
 */
export async function pasteInto(control: TmuxControl, pane: TmuxPane, text: string): Promise<boolean> {
  const data = pasteable(text);
  const oneLine = data.includes('\n') && (await submitsLineBreaks(control, pane));
  return await type(control, pane, pasting(oneLine ? data.replaceAll('\n', ' ⏎ ') : data, ['-p', '-r']), []);
}

/** False when the pane is gone. */
export async function pressKeys(control: TmuxControl, pane: TmuxPane, keys: readonly string[]): Promise<boolean> {
  return await type(control, pane, null, keys.length === 0 ? [] : [['send-keys', '-t', pane.id, '--', ...keys]]);
}

interface Pasting {
  readonly data: string;
  readonly buffer: string;
  readonly flags: readonly string[];
}

function pasting(data: string, flags: readonly string[]): Pasting | null {
  if (data === '') return null;
  buffers += 1;
  return { data, buffer: `agentrelay-${process.pid}-${buffers}`, flags };
}

/** The command line of a control client has no limit, unlike that of a process. */
async function type(
  control: TmuxControl,
  pane: TmuxPane,
  paste: Pasting | null,
  then: readonly (readonly string[])[],
): Promise<boolean> {
  if ((await statusOf(control, pane)) !== 'alive') return false;
  const typing =
    paste === null
      ? []
      : [
          ['set-buffer', '-b', paste.buffer, '--', paste.data],
          ['paste-buffer', ...paste.flags, '-d', '-b', paste.buffer, '-t', pane.id],
        ];
  const sent = control.sequence(
    // Somebody may be scrolling in it; keys would go to the copy mode.
    ['copy-mode', '-q', '-t', pane.id],
    ...typing,
    ...then,
    ['display-message', '-p', '-t', pane.id, '#{pane_dead}'],
  );
  try {
    const replies = await unlessGone(control, pane, sent);
    if (replies === null && paste !== null) await forget(control, paste.buffer);
    return replies?.at(-1)?.[0] === '0';
  } catch (error) {
    if (paste !== null) await forget(control, paste.buffer);
    throw error;
  }
}

/** What was to be pasted is nobody's to read later. */
async function forget(control: TmuxControl, buffer: string): Promise<void> {
  try {
    await control.command(['delete-buffer', '-b', buffer]);
  } catch (error) {
    // It went with tmux, or was never made.
    if (!(error instanceof TmuxError)) throw error;
  }
}

/** It did not ask for pastes to be told apart. A tmux that cannot tell says nothing: such programs are rare. */
async function submitsLineBreaks(control: TmuxControl, pane: TmuxPane): Promise<boolean> {
  const [flag] = await control.command(['display-message', '-p', '-t', pane.id, '#{bracket_paste_flag}']);
  return flag === '0';
}
