import { appendFileSync, renameSync, symlinkSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import type { Told, UsageEntry } from '../../../src/steps/frameworks/framework.ts';
import { Ticks } from '../../../src/steps/tools/ticks.ts';
import { monitored, reportOf, TELLING } from '../../support/monitored.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const used = (id: string, tokens: number): UsageEntry => ({
  ...{ id, inputTokens: tokens, outputTokens: 0, cacheReadTokens: 0, cacheWriteTokens: 0, costUsd: null, model: null },
});

test('nothing is known of an agent that has told and shown nothing', async () => {
  const { monitor, clock } = monitored();
  await clock.advance(30_000);
  const { attention, prompts, usage, session, transcript } = monitor;
  expect([attention, prompts, usage, session, transcript]).toEqual([null, [], null, null, null]);
});

test('hooks tell what it does, which prompt it took, and its session', async () => {
  const { monitor, hook, state, clock } = monitored();
  let changes = 0;
  monitor.onChange(() => changes++);
  hook({ session: 's', transcript: '/t', report: reportOf('working'), prompt: 'Read it.' });
  expect(state()).toBe('working by hook');
  expect(monitor).toMatchObject({ session: 's', transcript: '/t' });
  expect(monitor.prompts).toEqual([{ source: 'hook', text: 'Read it.', at: clock.now() }]);
  expect(changes).toBe(1);
  monitor.look();
  expect(changes).toBe(1);
});

test('hooks of another attempt, and lines that are none, tell nothing', async () => {
  const { signalDir, monitor, hook } = monitored();
  hook({ report: reportOf('working') }, { token: 'another' });
  hook({ report: reportOf('working') }, { schema_version: '2' });
  appendFileSync(join(signalDir, 'hooks.jsonl'), 'null\n{"half\n');
  monitor.look();
  expect(monitor.attention).toBeNull();
});

test('hooks that ran at once count in the order in which they began', async () => {
  const { hook, state, clock } = monitored();
  await clock.advance(5_000);
  const earlier = new Date(clock.now() - 40).toISOString();
  hook({ report: reportOf('waiting_permission') });
  hook({ report: reportOf('working') }, { at: earlier });
  await clock.advance(2_000);
  expect(state()).toBe('waiting_permission by hook');
});

test('what was told before this agent was started is not of this agent, also where its session goes on', async () => {
  const { monitor, hook } = monitored();
  const before = { at: new Date(Date.UTC(2020, 0)).toISOString() };
  hook({ report: reportOf('working'), prompt: 'old', usage: used('total', 3) }, before);
  expect(monitor).toMatchObject({ attention: null, prompts: [], usage: null });
  hook({ usage: used('total', 10) });
  expect(monitor.usage).toMatchObject({ input_tokens: 7 });
});

test('what a session had cost before it went on was paid for by an earlier attempt', async () => {
  const cost = (costUsd: number): Told => ({ usage: { ...used('cost', 0), costUsd, isSum: true } });
  const costOf = (goesOn: boolean) => {
    const { monitor, hook } = monitored({ goesOn });
    hook(cost(2));
    hook(cost(5));
    return monitor.usage?.cost_usd;
  };
  expect([costOf(true), costOf(false)]).toEqual([3, 5]);
});

test('a clock that is set back makes nobody blind until it is as late again', async () => {
  const clock = new SimulatedClock();
  let back = 0;
  const now = () => clock.now() - back;
  const shifted = { now, sleep: clock.sleep.bind(clock), random: () => 0 };
  const { hook, terminal, state } = monitored({ clock: shifted, ticks: new Ticks(shifted, 1_000) });
  const at = () => ({ at: new Date(now()).toISOString() });
  hook({ report: reportOf('working') }, at());
  expect(state()).toBe('working by hook');
  back = 3_600_000;
  await clock.advance(2_000);
  hook({ report: reportOf('waiting_input') }, at());
  await clock.advance(3_000);
  expect(state()).toBe('waiting_input by hook');
  terminal.show('working');
  hook({ report: reportOf('working') }, at());
  await clock.advance(5_000);
  expect(state()).toBe('working by hook');
});

test('a log that is a link to itself is no end of the owner', async () => {
  const { signalDir, clock, monitor, hook, state } = monitored();
  symlinkSync('agent.raw.log', join(signalDir, 'agent.raw.log'));
  await clock.advance(3_000);
  hook({ report: reportOf('working') });
  monitor.look();
  expect(state()).toBe('working by hook');
});

test('the transcript is read as it grows, and from its beginning where it is another file', async () => {
  const { folder, monitor, transcript, clock, state } = monitored();
  transcript({ usage: used('a', 1), report: reportOf('working'), at: clock.now() });
  await clock.advance(1_000);
  expect(state()).toBe('working by transcript');
  expect(monitor.transcript).toBe(join(folder, 'transcript'));
  transcript({ usage: used('b', 2), prompt: 'more', at: clock.now() });
  await clock.advance(1_000);
  expect(monitor.usage?.input_tokens).toBe(3);
  expect(monitor.prompts).toMatchObject([{ source: 'transcript', text: 'more' }]);
  writeFileSync(join(folder, 'next'), `${JSON.stringify({ usage: used('b', 5) })}\n`);
  renameSync(join(folder, 'next'), join(folder, 'transcript'));
  await clock.advance(1_000);
  expect(monitor.usage?.input_tokens).toBe(6);
});

test('a session that goes on in another file is followed there', async () => {
  const { folder, monitor, transcript, hook, clock } = monitored();
  transcript({ usage: used('a', 1) });
  await clock.advance(1_000);
  const other = join(folder, 'other');
  writeFileSync(other, `${JSON.stringify({ usage: used('a', 10) })}\n`);
  hook({ session: 'another', transcript: other });
  await clock.advance(1_000);
  expect(monitor).toMatchObject({ transcript: other, usage: { input_tokens: 11 } });
});

test('the screen is looked at when it has come to rest, and not again before something is printed', async () => {
  const { terminal, clock, state } = monitored();
  await clock.advance(1_000);
  expect(terminal.looks).toBe(1);
  await clock.advance(60_000);
  expect(terminal.looks).toBe(1);
  terminal.show('working');
  await clock.advance(1_300);
  expect([terminal.looks, state()]).toEqual([2, 'working by screen']);
});

test('one that prints all the time is looked at from time to time, less often where its hooks tell that it works', async () => {
  const { terminal, clock, hook } = monitored();
  const printFor = async (milliseconds: number) => {
    for (let passed = 0; passed < milliseconds; passed += 100) {
      terminal.show('working');
      terminal.glance({ title: '', dead: false, printedAt: clock.now() });
      await clock.advance(100);
    }
  };
  await clock.advance(1_000);
  const before = terminal.looks;
  await printFor(15_000);
  const untold = terminal.looks - before;
  hook({ report: reportOf('working') });
  await printFor(15_000);
  const told = terminal.looks - before - untold;
  expect(untold).toBeGreaterThanOrEqual(9);
  expect(untold).toBeLessThanOrEqual(11);
  expect(told).toBeGreaterThanOrEqual(3);
  expect(told).toBeLessThanOrEqual(6);
});

test('the choices of a question that a hook has told are read before it is told on', async () => {
  const { terminal, clock, hook, monitor } = monitored();
  hook({ report: reportOf('working') });
  await clock.advance(5_000);
  const seen: unknown[] = [];
  monitor.onChange(() => seen.push(monitor.attention));
  hook({ report: reportOf('waiting_permission', { question: 'told' }) });
  terminal.show('waiting_permission');
  await clock.advance(5_000);
  const report = reportOf('waiting_permission', { question: 'told', choices: ['Yes', 'No'] });
  expect(seen).toEqual([{ kind: 'known', report, source: 'hook' }]);
});

test('a dialog that blinks is seen, too', async () => {
  const { terminal, clock, hook, state } = monitored();
  hook({ report: reportOf('working') });
  await clock.advance(2_000);
  for (let passed = 0; passed < 7_000; passed += 100) {
    terminal.show('waiting_input');
    terminal.glance({ title: '', dead: false, printedAt: clock.now() });
    await clock.advance(100);
  }
  expect(state()).toBe('waiting_input by screen');
});

test('a dialog that no hook has told of shows after a moment, and what follows on its answer, too', async () => {
  const { terminal, clock, hook, state } = monitored();
  hook({ report: reportOf('working') });
  terminal.show('waiting_permission');
  await clock.advance(2_000);
  expect(state()).toBe('working by hook');
  await clock.advance(3_000);
  expect(state()).toBe('waiting_permission by screen');
  terminal.show('working');
  await clock.advance(4_000);
  expect(state()).toMatch(/^working/);
});

test('a question that was answered with a key is not asked again when the turn ends without a hook', async () => {
  const { terminal, clock, hook, monitor, state } = monitored();
  hook({ report: reportOf('waiting_permission', { question: 'Run it?' }) });
  terminal.show('waiting_permission');
  await clock.advance(5_000);
  expect(state()).toBe('waiting_permission by hook');
  const seen: string[] = [];
  monitor.onChange(() => seen.push(state()));
  terminal.show('working');
  await clock.advance(6_000);
  terminal.show('idle', '');
  await clock.advance(6_000);
  expect(seen).toEqual(['working by screen', 'idle by screen']);
});

test('a turn that is over is idle at the second look', async () => {
  const { hook, clock, state } = monitored();
  hook({ report: reportOf('working') });
  await clock.advance(10_000);
  hook({ report: reportOf('idle') });
  expect(state()).toBe('working by hook');
  await clock.advance(2_000);
  expect(state()).toBe('idle by hook');
});

test('from the moment of a prompt on, only what is newer counts', async () => {
  const { terminal, hook, clock, monitor, state } = monitored();
  terminal.show('idle', '');
  hook({ report: reportOf('idle') });
  await clock.advance(3_000);
  expect(state()).toBe('idle by hook');
  await clock.advance(1_000);
  monitor.begin();
  expect(state()).toBe('-');
  terminal.show('working');
  await clock.advance(1_100);
  expect(state()).toBe('working by screen');
  hook({ report: reportOf('idle') });
  monitor.begin();
  hook({ report: reportOf('idle') }, { at: new Date(clock.now() - 1).toISOString() });
  expect(state()).toBe('-');
});

test('titles tell of work, and a terminal without a title of its own nothing', async () => {
  const { terminal, clock, state } = monitored();
  const glance = (title: string) => terminal.glance({ title, dead: false, printedAt: 0 });
  glance('bash');
  expect(state()).toBe('-');
  glance('busy: thinking');
  expect(state()).toBe('working by title');
  terminal.glance(null);
  terminal.glance({ title: 'done', dead: true, printedAt: 0 });
  await clock.advance(1_000);
  expect(state()).toBe('working by title');
});

test('one that is silent for too long is stalled, until it prints again; one that waits is not', async () => {
  const { terminal, hook, clock, state } = monitored({ stallAfter: 60_000 });
  hook({ report: reportOf('working') });
  await clock.advance(59_000);
  expect(state()).toBe('working by hook');
  await clock.advance(2_000);
  expect(state()).toBe('stalled by output');
  terminal.print();
  await clock.advance(1_000);
  expect(state()).toBe('working by hook');
  await clock.advance(61_000);
  // Its log is full, and tmux still tells that it prints.
  terminal.glance({ title: '', dead: false, printedAt: clock.now() - 500 });
  await clock.advance(1_000);
  expect(state()).toBe('working by hook');
  hook({ report: reportOf('waiting_input') });
  await clock.advance(120_000);
  expect(state()).toBe('waiting_input by hook');
});

test('a program that nobody knows anything of is silent at most', async () => {
  const plain = { ...TELLING, readHook: undefined, transcript: undefined, terminal: undefined } as never;
  const { clock, state, monitor } = monitored({ preset: plain, stallAfter: 5_000, terminal: null });
  expect(monitor.canBePrompted).toBe(false);
  await clock.advance(6_000);
  expect(state()).toBe('stalled by output');
  const never = monitored({ preset: plain, terminal: null });
  expect(never.clock.sleeping).toBe(0);
});

test("a preset's own code that fails tells nothing more, and nobody falls with it", async () => {
  const { terminal, clock, monitor, hook } = monitored();
  terminal.show('throw');
  await clock.advance(2_000);
  expect(monitor.attention).toEqual({ kind: 'unknown', evidence: ['the preset telling failed: a defect'] });
  hook({ report: reportOf('working') });
  await clock.advance(2_000);
  expect(monitor.attention).toMatchObject({ kind: 'unknown' });
});

test('whoever closes it hears nothing more, and nothing waits', async () => {
  let isForgotten = false;
  const onClose = () => {
    isForgotten = true;
  };
  const { monitor, hook, clock, terminal } = monitored({ onClose });
  let changes = 0;
  monitor.onChange(() => changes++);
  terminal.show('working');
  await clock.settle();
  monitor.close();
  monitor.close();
  hook({ report: reportOf('working') });
  await clock.advance(10_000);
  expect([changes, clock.sleeping, isForgotten]).toEqual([0, 0, true]);
});
