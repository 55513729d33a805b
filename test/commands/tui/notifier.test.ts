import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createNotifier, type NotifierOptions } from '../../../src/commands/tui/notifier.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

function written(options: Partial<NotifierOptions>, text = 'ask needs you'): string {
  let bytes = '';
  const notifier = createNotifier({
    config: { bell: true, osc9: true, command: null },
    graphCommand: null,
    write: (more) => {
      bytes += more;
    },
    inTmux: false,
    onError: (error) => {
      throw error;
    },
    ...options,
  });
  notifier.notify('agentrelay: shop', text);
  return bytes;
}

test('rings, and tells the terminal, as it is configured', () => {
  const told = '\x1b]9;agentrelay: shop: ask needs you\x1b\\\\';
  expect(written({})).toBe(`${told}\x07`);
  expect(written({ config: { bell: false, osc9: true, command: null } })).toBe(told);
  expect(written({ config: { bell: true, osc9: false, command: null } })).toBe('\x07');
});

test('tells the terminal that tmux is in, where tmux lets it', () => {
  const told = '\x1bPtmux;\x1b\x1b]9;agentrelay: shop: ask needs you\x1b\x1b\\\\\x1b\\\\';
  expect(written({ inTmux: true })).toBe(`${told}\x07`);
});

test('what an agent has written ends no sequence and begins none', () => {
  expect(written({}, '\x1b\\\\\x1b]52;c;eA==\x07\x9c')).not.toMatch(/\x1b\].*\x1b\]|\x9c/);
});

test("runs the person's command, else the graph's", async () => {
  const folder = temporaryFolder();
  const command = (name: string) => `printf '%s' "$AGENTRELAY_TITLE; $AGENTRELAY_TEXT" >${join(folder, name)}`;
  written({ config: { bell: false, osc9: false, command: command('own') }, graphCommand: command('graph') });
  const own = join(folder, 'own');
  await vi.waitFor(() => expect(existsSync(own) && readFileSync(own, 'utf8')).toBe('agentrelay: shop; ask needs you'));
  written({ graphCommand: command('graph') });
  await vi.waitFor(() => expect(existsSync(join(folder, 'graph'))).toBe(true));
});
