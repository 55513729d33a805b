import type { Screen } from '../frameworks/framework.ts';
import { plainScreen } from '../frameworks/plain-screen.ts';
import type { TmuxControl } from '../tools/tmux-control.ts';
import { TmuxError } from '../tools/tmux-error.ts';
import { TAG_OPTION } from '../tools/tmux-session.ts';
import { formatTag, pasteable, type TmuxPane, trimCapture } from './tmux-pane.ts';

/** Scrollback of a pane that we keep, at most; the session's `history-limit` is lower. */
export const ALL_LINES = 1_000_000;

type PaneStatus = 'alive' | 'dead' | 'gone';

/** Asks for the tag too: a new server numbers its panes from the start again. */
export async function statusOf(control: TmuxControl, pane: TmuxPane): Promise<PaneStatus> {
  const [line = ''] = await control.command(['display-message', '-p', '-t', pane.id, `#{pane_dead} #{${TAG_OPTION}}`]);
  const [dead, tag] = line.split(' ');
  if (tag !== formatTag(pane.tag)) return 'gone';
  return dead === '1' ? 'dead' : 'alive';
}

/** Null when the pane went away meanwhile; any other refusal is thrown. */
export async function unlessGone<T>(control: TmuxControl, pane: TmuxPane, work: Promise<T>): Promise<T | null> {
  try {
    return await work;
  } catch (error) {
    const refused = error instanceof TmuxError && error.code === 'command_failed';
    if (refused && (await statusOf(control, pane)) === 'gone') return null;
    throw error;
  }
}

/** The last lines, of scrollback and screen; null when the pane is gone. */
export async function capture(
  control: TmuxControl,
  pane: TmuxPane,
  lines: number,
  colour: boolean,
): Promise<string[] | null> {
  if ((await statusOf(control, pane)) === 'gone') return null;
  const argv = ['capture-pane', '-p', '-J', ...(colour ? ['-e'] : []), '-t', pane.id, '-S', `-${lines}`];
  const captured = await unlessGone(control, pane, control.command(argv));
  // -J keeps the blanks up to the end of a line that was written to.
  return captured === null ? null : trimCapture(captured.map((line) => line.trimEnd()));
}

/** What its program shows just now; null when it has ended or is gone. */
export async function screenOf(control: TmuxControl, pane: TmuxPane): Promise<Screen | null> {
  const asked = control.sequence(
    ['display-message', '-p', '-t', pane.id, `#{pane_dead} #{${TAG_OPTION}} #{pane_title}`],
    ['capture-pane', '-p', '-t', pane.id],
  );
  const [[line = ''] = [], lines = []] = (await unlessGone(control, pane, asked)) ?? [];
  const [dead, tag, ...title] = line.split(' ');
  if (dead !== '0' || tag !== formatTag(pane.tag)) return null;
  return plainScreen(lines.join('\n'), title.join(' ').trim());
}

/** Its words, whatever the line breaks of the screen; in scrollback, too. */
export async function shows(control: TmuxControl, pane: TmuxPane, text: string): Promise<boolean> {
  const shown = (await capture(control, pane, ALL_LINES, false)) ?? [];
  const words = (lines: string) => lines.replace(/\s+/g, '');
  return words(shown.join('')).includes(words(pasteable(text)));
}
