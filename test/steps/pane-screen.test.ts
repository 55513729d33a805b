import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import { PaneScreens } from '../../src/steps/pane-screen.ts';
import { type TaggedPane, taggedPanes } from '../../src/steps/tagged-panes.ts';
import { serverArguments } from '../../src/steps/tools/tmux-session.ts';
import { sh, type TmuxBench, tmuxBench } from '../support/tmux-bench.ts';

let bench: TmuxBench;
let screens: PaneScreens;
beforeEach(async () => {
  bench = await tmuxBench();
  screens = new PaneScreens();
});
afterEach(async () => {
  await screens.close();
  await bench.end();
});

async function shown(script: string): Promise<TaggedPane> {
  await bench.launchUntil(bench.launchOf('a', sh(script)), 'ready');
  const [pane] = await taggedPanes(serverArguments(bench.tmux.socket));
  return pane as TaggedPane;
}

const clients = async () => (await bench.tmux.run('list-clients', '-F', '#{client_flags}')).split('\n');

test('shows a pane in its colours, with what was scrolled out above it', async () => {
  const pane = await shown("printf '\\033[31m'; seq 1 60; printf 'ready\\033[0m'; exec cat");
  const screen = await screens.screen(pane, 5);
  const lines = screen?.lines ?? [];
  expect(screen?.dead).toBe(false);
  expect(lines.indexOf('\u001b[31mready')).toBe(54);
  expect(lines[0]).toBe('\u001b[31m7');
});

test('looks through one client that gets no output, has no size, and goes with what nobody else uses', async () => {
  const pane = await shown('echo ready; exec cat');
  await Promise.all([screens.screen(pane, 1), screens.screen(pane, 1)]);
  expect(await clients()).toHaveLength(2);
  expect((await clients()).every((flags) => /ignore-size/.test(flags) && /no-output/.test(flags))).toBe(true);
  await screens.close();
  expect(await clients()).toHaveLength(1);
  expect(await screens.screen(pane, 1)).toBeNull();
  expect(await bench.tmux.run('list-sessions', '-F', '#{session_name}')).toBe('work');
});

test('a session that its owner would have ended but for the one who looked goes with that one', async () => {
  const pane = await shown('echo ready; exec cat');
  await screens.screen(pane, 1);
  await bench.tmux.run('kill-pane', '-t', pane.pane);
  await bench.control.disconnect();
  expect(await bench.tmux.run('list-sessions', '-F', '#{session_name}')).toBe('work');
  await screens.close();
  expect(await bench.tmux.run('list-sessions', '-F', '#{session_name}')).toBe('');
});

test('tells when a pane ends, and shows what it has left without the remark of tmux', async () => {
  const pane = await shown('echo ready; read line; echo bye; exit 3');
  let told = 0;
  screens.use(() => {
    told++;
  });
  await screens.screen(pane, 1);
  await bench.tmux.run('send-keys', '-t', pane.pane, 'Enter');
  await vi.waitFor(() => expect(told).toBeGreaterThan(0), { interval: 5, timeout: 5_000 });
  const screen = await screens.screen(pane, 1);
  expect(screen?.dead).toBe(true);
  expect(screen?.lines.filter((line) => line !== '')).toEqual(['ready', 'bye']);
});

test('a pane that is gone, another one of its number, and a tmux that was ended show nothing', async () => {
  const pane = await shown('echo ready; exec cat');
  const of = { kind: 'agent', tag: { graph: 'g', run: 1, task: 'a', attempt: 1, token: 'other' } } as const;
  expect(await screens.screen({ ...pane, of }, 1)).toBeNull();
  expect(await screens.screen({ ...pane, pane: '%99' }, 1)).toBeNull();
  await bench.tmux.run('kill-server');
  expect(await screens.screen(pane, 1)).toBeNull();
  expect(await screens.screen(pane, 1)).toBeNull();
  expect(await bench.tmux.run('list-sessions')).toBe('');
});

test('a program that has taken the whole screen shows nothing of what was before it', async () => {
  const pane = await shown("seq 1 80; printf '\\033[?1049h\\033[H\\033[2Jready'; exec cat");
  expect((await screens.screen(pane, 20))?.lines.filter((line) => line !== '')).toEqual(['ready']);
});
