import { clearScreen } from './terminal.ts';

/** The terminal as frames get there. */
export interface FrameOutput {
  /** For whoever draws. */
  readonly stdout: NodeJS.WriteStream;
  /** While it is so, nothing of what is printed gets there. */
  isMute: boolean;
  /** The next frame, which is drawn as a whole, begins on an empty screen: with one write, for nothing to flicker. */
  startAnew(): void;
}

export function createFrameOutput(terminal: NodeJS.WriteStream): FrameOutput {
  let isAnew = false;
  const write = (data: string, done?: () => void): boolean => {
    if (output.isMute) return true;
    // What goes between frames is one sequence; a frame that is drawn as a whole ends its lines.
    if (!isAnew || !data.includes('\n')) return terminal.write(data, done);
    isAnew = false;
    return terminal.write(clearScreen + data, done);
  };
  const stdout = new Proxy(terminal, {
    get(target, name) {
      if (name === 'write') return write;
      const value: unknown = Reflect.get(target, name);
      return typeof value === 'function' ? value.bind(target) : value;
    },
  });
  const output: FrameOutput = {
    stdout,
    isMute: false,
    startAnew: () => {
      isAnew = true;
    },
  };
  return output;
}
