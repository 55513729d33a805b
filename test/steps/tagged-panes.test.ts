import { expect, onTestFinished, test } from 'vitest';
import { FOLDER_OPTION, OWNER_OPTION, stillDead, taggedPanes } from '../../src/steps/tagged-panes.ts';
import { serverArguments } from '../../src/steps/tools/tmux-session.ts';
import { privateTmux } from '../support/tmux-server.ts';

test('finds agents and owners, tells the dead, and leaves out the rest', async () => {
  const tmux = privateTmux();
  onTestFinished(() => tmux.end());
  const server = serverArguments(tmux.socket);
  expect(await taggedPanes(server)).toEqual([]);
  await tmux.run('new-session', '-d', '-s', 's', '-x', '80', '-y', '24', 'cat');
  const open = async (...command: string[]) => {
    const id = await tmux.run(
      'new-window',
      '-d',
      '-a',
      '-t',
      's:{end}',
      '-P',
      '-F',
      '#{pane_id}',
      ...command,
      ';',
      'set-option',
      '-w',
      '-t',
      's:{end}',
      'remain-on-exit',
      'on',
    );
    return id.trim();
  };
  const agent = await open('cat');
  await tmux.run('set-option', '-p', '-t', agent, '@agentrelay', 'g/1/a/2/abc');
  // All that means something in a format.
  const folder = '/a folder, {odd} #1 #{pane_id}/.workflow/g';
  const owner = await open('sh', '-c', 'sleep 0.1');
  await tmux.run('set-option', '-p', '-t', owner, OWNER_OPTION, 'g');
  await tmux.run('set-option', '-p', '-t', owner, FOLDER_OPTION, folder);
  let panes = await taggedPanes(server);
  while (panes.every(({ dead }) => !dead)) panes = await taggedPanes(server);
  expect(panes).toMatchObject([
    {
      pane: agent,
      dead: false,
      of: { kind: 'agent', tag: { graph: 'g', run: 1, task: 'a', attempt: 2, token: 'abc' } },
    },
    { pane: owner, dead: true, of: { kind: 'owner', graph: 'g', folder } },
  ]);
  const holds = async (pane: (typeof panes)[number] | undefined) =>
    pane === undefined ? '' : (await tmux.run('display-message', '-p', '-t', pane.pane, stillDead(pane))).trim();
  expect(await holds(panes[0])).toBe('0');
  expect(await holds(panes[1])).toBe('1');
  await tmux.run('set-option', '-p', '-t', owner, FOLDER_OPTION, '/elsewhere');
  expect(await holds(panes[1])).toBe('0');
});
