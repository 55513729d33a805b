/** CSI 2 J, CSI H. */
export const clearScreen = '\x1b[2J\x1b[H';

/** What programs that were killed leave behind: reports of the mouse, keys in the application's mode, colours. */
export const tidyUp = '\x1b[?1000l\x1b[?1002l\x1b[?1003l\x1b[?1006l\x1b[?1l\x1b>\x1b[0m';

const LEAVE_ALTERNATE = '\x1b[?1049l';
const SHOW_CURSOR = '\x1b[?25h';
const NO_PASTE_MARKS = '\x1b[?2004l';
const RESET = '\x1b[0m';

const ENDING: readonly NodeJS.Signals[] = ['SIGHUP', 'SIGINT', 'SIGTERM'];

export interface TakenTerminal {
  /** Gives it back: to be called after the screen was unmounted, and by itself when the process ends without that. */
  release(): void;
}

/**
 * Puts the terminal in raw mode before anything slow is loaded, so that no key is echoed, and makes sure that it is given
 * back whole, however the process ends.
 */
export function takeTerminal(stdin: NodeJS.ReadStream, stdout: NodeJS.WriteStream): TakenTerminal {
  stdin.setRawMode(true);
  let isTaken = true;
  const restore = () => {
    if (!isTaken) return;
    isTaken = false;
    // Any of these is harmless where it is so already. A terminal that is gone takes nothing, and needs nothing.
    stdout.write(`${RESET}${NO_PASTE_MARKS}${LEAVE_ALTERNATE}${SHOW_CURSOR}`);
    stdin.setRawMode(false);
  };
  const release = () => {
    process.off('exit', restore);
    for (const signal of ENDING) process.off(signal, end);
    // The alternate screen was left by whoever drew on it: a second time would restore a cursor that was never saved.
    if (isTaken) stdin.setRawMode(false);
    isTaken = false;
    stdin.pause();
  };
  // Before anything is drawn, and after that: then nobody else minds, and Node would end without giving it back.
  const end = (signal: NodeJS.Signals, number: number) => {
    if (process.listenerCount(signal) > 1) return;
    release();
    process.exit(128 + number);
  };
  process.once('exit', restore);
  for (const signal of ENDING) process.on(signal, end);
  return { release };
}
