import { mkdtempSync, readFileSync, realpathSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test, vi } from 'vitest';
import type { AttentionReport } from '../../../../src/core/attention.ts';
import type { TaskRuntime } from '../../../../src/core/task-runtime.ts';
import type { HeadlessAgent } from '../../../../src/steps/environments/process/headless-agent.ts';
import { ProcessTaskKickoff } from '../../../../src/steps/environments/process/process-kickoff.ts';
import { createProcessEntry } from '../../../../src/steps/environments/process-entry.ts';
import type { FrameworkPreset, HeadlessMode } from '../../../../src/steps/frameworks/framework.ts';
import { REAL_CLOCK } from '../../../../src/steps/tools/clock.ts';
import { makeAttempt } from '../../../support/attempt.ts';
import { never } from '../../../support/tmux-bench.ts';

/** A program that does what its prompt says, in the language of `sh`, and tells a word of its own before. */
const HEADLESS: HeadlessMode = {
  argv: ({ session }) => [
    'sh',
    '-c',
    `echo begun ${session}; wait_for() { until [ -e "$1" ]; do sleep 0.01; done; }; . ./first`,
  ],
  resume: (_, session, prompt) => ['sh', '-c', `echo begun ${session}; ${prompt}`],
  reader: () => (line) => {
    const [word, what = ''] = line.split(' ');
    if (word === 'begun') return { session: what };
    return word === 'state' ? { report: reportOf(what) } : null;
  },
  show: (line) => [line],
};
const PRESET: FrameworkPreset = { name: 'sh', argv: () => ['false'], kickoff: 'argv', headless: HEADLESS };

function reportOf(word: string): AttentionReport {
  const state = word as AttentionReport['state'];
  return { state, question: null, choices: [], until: state === 'usage_limited' ? '2030-01-01T00:00:00.000Z' : null };
}

let folder: string;
let owners: { agent: HeadlessAgent; close(): Promise<void> }[];
beforeEach(() => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-turns-')));
  owners = [];
});
afterEach(async () => {
  for (const { agent, close } of owners) {
    await agent.address.teardown({ signalDir: signalDir(), keepPanes: false });
    await close();
  }
  rmSync(folder, { recursive: true });
});

const signalDir = () => join(folder, 'signals-1');
const told = () => readFileSync(join(folder, 'told'), 'utf8').split('\n').slice(0, -1);
const tell = (words: string) => `echo ${words} >>told`;

function attempt(resumed = false): TaskRuntime {
  const { runtime } = makeAttempt(folder, resumed ? { resumed: { agent: 'process:1' } } : {});
  runtime.state.worktreePath = folder;
  return runtime;
}

function entry() {
  return createProcessEntry({
    graph: 'g',
    ...{ runDirectory: folder, repository: folder, commonDir: folder },
    clock: REAL_CLOCK,
    credentials: { names: () => [], unset: () => [], read: () => ({}) },
    follow: () => () => expect.unreachable(),
  });
}

/** Its first turn does what `script` says. */
async function launch(script: string): Promise<HeadlessAgent> {
  writeFileSync(join(folder, 'first'), script);
  const { launcher, close } = entry();
  const agent = (await launcher(PRESET).launch(attempt())) as HeadlessAgent;
  owners.push({ agent, close: async () => await close?.() });
  return agent;
}

/** What the next owner has of it; the one before is as good as dead. */
async function adopt() {
  await owners.at(-1)?.close();
  const { launcher, close } = entry();
  const known = await launcher(PRESET).find?.(attempt(true));
  if (known == null) throw new Error('nothing is found');
  const agent = known.agent as HeadlessAgent;
  owners.push({ agent, close: async () => await close?.() });
  return { agent, found: known.found };
}

const state = ({ monitor: { attention } }: HeadlessAgent) =>
  attention?.kind === 'known' ? attention.report.state : null;
const becomes = (agent: HeadlessAgent, wanted: string) =>
  vi.waitFor(() => expect(state(agent)).toBe(wanted), { timeout: 5_000, interval: 5 });
const release = () => writeFileSync(join(folder, 'go'), '');

test('each prompt is a turn of the same session, in their order, whatever runs when it is told', async () => {
  const agent = await launch(`${tell('first')}; wait_for go`);
  expect(await new ProcessTaskKickoff().kickoff(attempt(), agent)).toEqual({ seenBy: 'transcript', tries: 1 });
  expect(state(agent)).toBe('working');
  expect(await agent.send(tell('second'), never)).toBe('queued');
  expect(await agent.send(tell('third'), never)).toBe('queued');
  release();
  await vi.waitFor(() => expect(told()).toEqual(['first', 'second', 'third']), { timeout: 5_000 });
  await becomes(agent, 'idle');
  expect(await agent.isAlive()).toBe(true);
  expect(await agent.send(`${tell('fourth')}; wait`, never)).toBe('submitted');
  await vi.waitFor(() => expect(told()).toHaveLength(4));
  const stream = readFileSync(join(signalDir(), 'stream.jsonl'), 'utf8').trim().split('\n');
  expect(stream).toEqual(Array<string>(4).fill(`begun ${agent.monitor.session}`));
});

test('a turn whose work was taken comes to its end: what it has used is told there', async () => {
  writeFileSync(join(folder, 'first'), `${tell('first')}; wait_for go; ${tell('last')}`);
  const { launcher, close } = entry();
  const runtime = attempt();
  const agent = await launcher(PRESET).launch(runtime);
  runtime.start();
  await vi.waitFor(() => expect(told()).toEqual(['first']), { timeout: 5_000 });
  runtime.succeed('completed', null);
  const tornDown = agent.address.teardown({ signalDir: signalDir(), keepPanes: false });
  release();
  await tornDown;
  await close?.();
  expect(told()).toEqual(['first', 'last']);
});

test('an owner that dies in a turn leaves it, and what was to come, to the next one', async () => {
  const first = await launch(`${tell('first')}; wait_for go`);
  await first.send(tell('second'), never);
  const { agent, found } = await adopt();
  expect(found).toBe('alive');
  expect(state(agent)).toBe('working');
  expect(await agent.send(tell('second'), never, { unlessShown: true })).toBe('queued');
  release();
  await vi.waitFor(() => expect(told()).toEqual(['first', 'second']), { timeout: 5_000 });
  await becomes(agent, 'idle');
  expect(await agent.send(tell('second'), never, { unlessShown: true })).toBe('submitted');

  // Between two turns nothing runs, and nothing is lost.
  const next = await adopt();
  expect(next.found).toBe('alive');
  await becomes(next.agent, 'idle');
  await next.agent.send(tell('third'), never);
  await vi.waitFor(() => expect(told()).toEqual(['first', 'second', 'third']));
});

test('a turn that a limit has ended is gone on with; any other failure is its end', async () => {
  const agent = await launch(`echo state usage_limited; exit 1`);
  await becomes(agent, 'usage_limited');
  expect(agent.exitCode()).toBeNull();
  // Its limit is known as soon as it is printed, which may be before the end of its turn.
  expect(await agent.send('echo last words; exit 9', never)).toMatch(/^(?:submitted|queued)$/);
  await agent.exited(never);
  expect(agent.exitCode()).toBe(9);
  expect((await agent.lastLines(2)).at(-1)).toBe('last words');
  expect(await agent.send('true', never)).toBe('gone');
  expect(await agent.placeFailure()).toBeNull();
  expect((await adopt()).found).toBe('ended');
});

test('one that went with its machine has lost its place', async () => {
  const agent = await launch('kill -9 $PPID');
  await agent.exited(never);
  expect([agent.exitCode(), await agent.placeFailure()]).toEqual([null, null]);
  const begun = join(signalDir(), 'turns/1/begun.json');
  const written = JSON.parse(readFileSync(begun, 'utf8'));
  writeFileSync(begun, JSON.stringify({ ...written, place: 'another boot' }));
  expect(await agent.placeFailure()).toMatchObject({ code: 'place_lost' });
  expect((await adopt()).found).toBe('lost');
});

test('what it has printed and was told is kept as people read it', async () => {
  const agent = await launch('echo one; printf two; echo trouble >&2');
  await becomes(agent, 'idle');
  await agent.send('echo three', never);
  await becomes(agent, 'idle');
  await vi.waitFor(async () => expect(await agent.lastLines(9)).toContain('three'));
  await agent.address.teardown({ signalDir: signalDir(), keepPanes: false });
  const { session } = agent.monitor;
  expect(readFileSync(join(signalDir(), 'agent.log'), 'utf8').split('\n')).toEqual([
    `> Read ${join(signalDir(), 'instructions.md')} and follow it.`,
    ...[`begun ${session}`, 'one', 'two'],
    ...['> echo three', `begun ${session}`, 'three'],
    ...['[standard error]', 'trouble', ''],
  ]);
});
