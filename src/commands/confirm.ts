import { createInterface } from 'node:readline/promises';

/** Asks a question that is answered with yes or no; no unless told. Null where nobody is there to answer. */
export type Confirm = ((question: string) => Promise<boolean>) | null;

/** On the terminal that we were started from. */
export function terminalConfirm({ stdin, stderr } = process): Confirm {
  if (stdin.isTTY !== true || stderr.isTTY !== true) return null;
  return async (question) => {
    // Not on standard output: that may go to a file.
    const lines = createInterface({ input: stdin, output: stderr });
    const closed = new Promise<string>((resolve) => lines.once('close', () => resolve('')));
    try {
      const answer = await Promise.race([lines.question(`${question} [y/N] `), closed]);
      return /^y(es)?$/i.test(answer.trim());
    } finally {
      lines.close();
    }
  };
}
