/** CSI 2 J, CSI H. */
export const clearScreen = '\x1b[2J\x1b[H';

const LEAVE_ALTERNATE = '\x1b[?1049l';
const SHOW_CURSOR = '\x1b[?25h';
const NO_PASTE_MARKS = '\x1b[?2004l';
const RESET = '\x1b[0m';

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
  process.once('exit', restore);
  return {
    release() {
      process.off('exit', restore);
      // The alternate screen was left by whoever drew on it: a second time would restore a cursor that was never saved.
      if (isTaken) stdin.setRawMode(false);
      isTaken = false;
      stdin.pause();
    },
  };
}
