import { appendFileSync, mkdirSync } from 'node:fs';
import { dirname } from 'node:path';
import { afterEach, beforeEach, expect, onTestFinished, test, vi } from 'vitest';
import { createMonitor } from '../../../src/steps/agents/create-monitor.ts';
import type { PaneGlance } from '../../../src/steps/agents/monitor.ts';
import { REAL_CLOCK } from '../../../src/steps/tools/clock.ts';
import { Ticks } from '../../../src/steps/tools/ticks.ts';
import { TELLING, wordOf } from '../../support/monitored.ts';
import { sh, type TmuxBench, tmuxBench } from '../../support/tmux-bench.ts';

let bench: TmuxBench;

beforeEach(async () => {
  bench = await tmuxBench();
});

afterEach(() => bench.end());

/** Shows each line that it is given, alone on its screen; `title …` becomes its title. */
const SHOWING = sh(
  'stty -echo; printf "\\033[2J\\033[Hready"; while read -r word rest; do ' +
    'case $word in title) printf "\\033]2;%s\\033\\\\" "$rest";; end) exit 0;; *) printf "\\033[2J\\033[H%s" "$word";; esac; done',
);

async function showing(task = 'agent') {
  const launch = bench.launchOf(task, SHOWING);
  mkdirSync(dirname(launch.rawLog), { recursive: true });
  const pane = await bench.launchUntil(launch, 'ready');
  const terminal = bench.environment.terminal(pane);
  const tell = (...words: string[]) =>
    bench.control.command(['send-keys', '-t', pane.id, '-l', '--', `${words.join(' ')}\r`]);
  const glances: (PaneGlance | null)[] = [];
  const end = terminal.watch?.((glance) => glances.push(glance)) ?? (() => {});
  onTestFinished(end);
  return { launch, pane, terminal, tell, glances, end };
}

const soon = { timeout: 15_000, interval: 20 };

test('titles and ends of all panes are told about once a second, by one look at all of them', async () => {
  const before = Date.now();
  const [one, two] = [await showing('one'), await showing('two')];
  await one.tell('title', 'busy: a  title with  blanks');
  await vi.waitFor(() => expect(one.glances.at(-1)?.title).toBe('busy: a  title with  blanks'), soon);
  expect(two.glances.at(-1)).toMatchObject({ dead: false });
  expect(two.glances.at(-1)?.title).not.toContain('busy');
  // To the second.
  expect(one.glances.at(-1)?.printedAt).toBeGreaterThan(before - 1_000);
  await two.tell('end');
  await vi.waitFor(() => expect(two.glances.at(-1)?.dead).toBe(true), soon);
  await bench.control.command(['kill-pane', '-t', two.pane.id]);
  await vi.waitFor(() => expect(two.glances.at(-1)).toBeNull(), soon);
  expect(one.glances.at(-1)).toMatchObject({ dead: false });
  expect(Math.abs(one.glances.length - two.glances.length)).toBeLessThan(4);
});

test('what a program in a pane shows is seen, and what its hooks tell', async () => {
  const { launch, terminal, tell } = await showing();
  const signalDir = dirname(launch.rawLog);
  const monitor = createMonitor({
    preset: TELLING,
    signalDir,
    isOwnToken: (token) => token === 'token',
    place: { worktree: signalDir, session: 'given', since: 0, env: {}, home: signalDir },
    terminal,
    ticks: new Ticks(REAL_CLOCK, 100),
    clock: REAL_CLOCK,
    stallAfter: null,
  });
  onTestFinished(() => monitor.close());
  const seen: string[] = [];
  const becomes = (state: string) => vi.waitFor(() => expect(seen.at(-1)).toBe(state), soon);
  monitor.onChange(() => seen.push(wordOf(monitor.attention)));
  await tell('working');
  await becomes('working by screen');
  await tell('waiting_permission');
  await becomes('waiting_permission by screen');
  await tell('idle');
  await becomes('idle by screen');
  await tell('title', 'busy');
  await becomes('working by title');
  await tell('title', 'nothing');
  await becomes('idle by screen');
  const report = { state: 'waiting_input', question: 'which?', choices: [], until: null };
  const line = { schema_version: '1', at: new Date().toISOString(), token: 'token', event: 'Ask', data: { report } };
  appendFileSync(`${signalDir}/hooks.jsonl`, `${JSON.stringify(line)}\n`);
  await becomes('waiting_input by hook');
  expect(seen).toEqual([
    'working by screen',
    'waiting_permission by screen',
    'idle by screen',
    'working by title',
    'idle by screen',
    'waiting_input by hook',
  ]);
});
