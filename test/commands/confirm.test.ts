import { PassThrough } from 'node:stream';
import { expect, test } from 'vitest';
import { terminalConfirm } from '../../src/commands/confirm.ts';

/** A terminal on which this is typed; null for the end of its input. */
function terminal(typed: string | null, isTTY = true) {
  const stdin = Object.assign(new PassThrough(), { isTTY });
  const stderr = Object.assign(new PassThrough(), { isTTY });
  if (typed === null) stdin.end();
  else stdin.write(typed);
  const confirm = terminalConfirm({ stdin, stderr } as unknown as typeof process);
  return { confirm, shown: () => String(stderr.read() ?? '') };
}

test.each([
  ['y\n', true],
  ['YES \n', true],
  ['n\n', false],
  ['\n', false],
  ['yesterday\n', false],
  [null, false],
])('%j is answered with %s', async (typed, answer) => {
  const { confirm, shown } = terminal(typed);
  expect(await confirm?.('Go on?')).toBe(answer);
  expect(shown()).toContain('Go on? [y/N] ');
});

test('nobody is asked who is not there', () => {
  expect(terminal('y\n', false).confirm).toBeNull();
});
