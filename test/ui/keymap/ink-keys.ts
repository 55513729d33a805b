import { PassThrough } from 'node:stream';
import { render, useInput, usePaste } from 'ink';
import { createElement, type ReactElement } from 'react';
import { type KeyPress, keyPresses } from '../../../src/ui/keymap/key-press.ts';

/** What Ink itself makes of bytes that a terminal sends in one read. */
export async function pressesOf(bytes: string): Promise<KeyPress[]> {
  const presses: KeyPress[] = [];
  const { promise: ready, resolve: isReady } = Promise.withResolvers<void>();
  const stdin = Object.assign(new PassThrough(), {
    isTTY: true,
    setRawMode: () => isReady(),
    ref: () => {},
    unref: () => {},
  });
  const stdout = Object.assign(new PassThrough(), { isTTY: false, columns: 80, rows: 24 });
  stdout.resume();
  // What comes after all that was sent shows that it is all there.
  const { promise: ended, resolve: end } = Promise.withResolvers<string>();
  const Listener = (): ReactElement | null => {
    useInput((input, key) => void presses.push(...keyPresses(input, key)));
    usePaste(end);
    return null;
  };
  const app = render(createElement(Listener), {
    stdin: stdin as unknown as NodeJS.ReadStream,
    stdout: stdout as unknown as NodeJS.WriteStream,
    exitOnCtrlC: false,
    patchConsole: false,
    interactive: true,
  });
  await ready;
  stdin.write(bytes);
  // What follows a lone escape at once would be taken for a part of a sequence.
  if (bytes.endsWith('\u001b')) while (presses.at(-1) !== 'esc') await new Promise(setImmediate);
  stdin.write(END);
  await ended;
  app.unmount();
  return presses;
}

/** Something that was pasted: it is told of apart from keys. */
const END = '\u001b[200~.\u001b[201~';
