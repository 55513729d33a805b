/** Where a command prints. */
export interface Io {
  /** One line for whoever asked: the answer itself. */
  out(line: string): void;
  /** One line beside the answer: progress, warnings, errors. */
  err(line: string): void;
  /** Colours are wanted on the answer. */
  readonly colour: boolean;
}

export function processIo(): Io {
  const { stdout, stderr, env } = process;
  return {
    out: (line) => void stdout.write(`${line}\n`),
    err: (line) => void stderr.write(`${line}\n`),
    colour: stdout.isTTY === true && !env.NO_COLOR && env.TERM !== 'dumb',
  };
}
