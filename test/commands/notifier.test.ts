import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { createNotifier, type NotifierOptions } from '../../src/commands/notifier.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const ESC = '\x1b';

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
  const told = `${ESC}]9;agentrelay: shop: ask needs you${ESC}\\`;
  expect(written({})).toBe(`${told}\x07`);
  expect(written({ config: { bell: false, osc9: true, command: null } })).toBe(told);
  expect(written({ config: { bell: true, osc9: false, command: null } })).toBe('\x07');
});

test('tells the terminal that tmux is in, where tmux lets it', () => {
  const told = `${ESC}Ptmux;${ESC}${ESC}]9;agentrelay: shop: ask needs you${ESC}${ESC}\\${ESC}\\`;
  expect(written({ inTmux: true })).toBe(`${told}\x07`);
});

test('what an agent has written ends no sequence and begins none', () => {
  const bytes = written({ config: { bell: false, osc9: true, command: null } }, `${ESC}\\${ESC}]52;c;eA==\x07\x9c`);
  expect(bytes.split(ESC)).toHaveLength(3);
  for (const end of ['\x07', '\x9c']) expect(bytes).not.toContain(end);
});

test("runs the graph's command, else the person's", async () => {
  const folder = temporaryFolder();
  const command = (name: string) => `printf '%s' "$AGENTRELAY_TITLE; $AGENTRELAY_TEXT" >${join(folder, name)}`;
  const config = { bell: false, osc9: false, command: command('own') };
  written({ config, graphCommand: command('graph') });
  const graph = join(folder, 'graph');
  const text = 'agentrelay: shop; ask needs you';
  await vi.waitFor(() => expect(existsSync(graph) && readFileSync(graph, 'utf8')).toBe(text));
  expect(existsSync(join(folder, 'own'))).toBe(false);
  written({ config });
  await vi.waitFor(() => expect(existsSync(join(folder, 'own'))).toBe(true));
});
