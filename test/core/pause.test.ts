import { expect, test } from 'vitest';
import type { Wish } from '../../src/core/requests.ts';
import { quiet, UnderWay } from '../support/core.ts';
import { endAll, OwnedRun, workers } from '../support/owned-run.ts';

const pause: Wish = { action: 'pause' };
const unpause: Wish = { action: 'unpause' };
const chain = [{ id: 'a' }, { id: 'b', deps: ['a'] }];

test('what runs goes on to its end, nothing more is started, and a person is waited for', async () => {
  const { underWay, script } = workers();
  const run = new OwnedRun({ tasks: chain, script });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask(pause)).toBe('applied');
  expect(await run.ask(pause)).toBe('applied');
  expect(run.events('run_paused')).toHaveLength(1);
  underWay.end('a');
  expect(await end).toBe('waiting_for_person');
  expect(run.orchestrator.state).toMatchObject({ paused: true, waitingFor: [] });
  expect(run.told('started', 'succeeded')).toEqual(['started a 1', 'succeeded a 1']);
});

test('it lasts for the next owners, whose agents go on, until it is taken back', async () => {
  const first = new OwnedRun({ tasks: chain, script: workers().script });
  const left = first.orchestrator.run();
  await quiet();
  await first.ask(pause);
  first.orchestrator.detach();
  await left;
  const { underWay, script } = workers();
  const second = new OwnedRun({ tasks: chain, script, journal: first.journal });
  const end = second.orchestrator.run();
  await endAll(underWay);
  expect(await end).toBe('waiting_for_person');
  const third = new OwnedRun({ tasks: chain, journal: first.journal });
  expect(await third.orchestrator.run()).toBe('waiting_for_person');
  const asked = new OwnedRun({ tasks: chain, journal: first.journal, idle: true });
  expect(await asked.ask(unpause)).toBe('applied');
  expect(await asked.ask(unpause)).toBe('applied');
  expect(asked.events('run_unpaused')).toHaveLength(1);
  const last = new OwnedRun({ tasks: chain, journal: first.journal });
  expect(await last.orchestrator.run()).toBe('succeeded');
  expect(last.told('started')).toEqual(['started a 1', 'started b 1']);
});

test('with patience the run waits, and goes on as soon as it is taken back', async () => {
  const { underWay, script } = workers();
  const run = new OwnedRun({ tasks: chain, script, waitForPerson: (signal) => underWay.begin('patience', signal) });
  const end = run.orchestrator.run();
  await quiet();
  await run.ask(pause);
  underWay.end('a');
  await quiet();
  expect(underWay.names()).toEqual(['patience']);
  expect(await run.ask(unpause)).toBe('applied');
  await quiet();
  expect(underWay.names()).toEqual(['b']);
  underWay.end('b');
  expect(await end).toBe('succeeded');
});

test('patience that comes to its end ends the run', async () => {
  const { underWay, script } = workers();
  const run = new OwnedRun({ tasks: chain, script, waitForPerson: (signal) => underWay.begin('patience', signal) });
  const end = run.orchestrator.run();
  await run.ask(pause);
  await quiet();
  for (const name of underWay.names().filter((each) => each !== 'patience')) underWay.end(name);
  await quiet();
  underWay.end('patience');
  expect(await end).toBe('waiting_for_person');
});

test('a task whose lane is being made ready is not started, and is when it is taken back', async () => {
  const underWay = new UnderWay();
  const lanes = { prepare: (lane: { signal: AbortSignal }) => underWay.begin('prepare', lane.signal) };
  const run = new OwnedRun({ tasks: chain, lanes, waitForPerson: (signal) => underWay.begin('patience', signal) });
  const end = run.orchestrator.run();
  await quiet();
  await run.ask(pause);
  underWay.end('prepare');
  await quiet();
  expect(run.told('started')).toEqual([]);
  expect(underWay.names()).toEqual(['patience']);
  await run.ask(unpause);
  expect(await end).toBe('succeeded');
  expect(run.told('started')).toEqual(['started a 1', 'started b 1']);
});

test('a paused run in which nothing is left to start ends as it would have', async () => {
  const { underWay, script } = workers();
  const run = new OwnedRun({ tasks: [{ id: 'a' }], script });
  const end = run.orchestrator.run();
  await quiet();
  await run.ask(pause);
  underWay.end('a');
  expect(await end).toBe('succeeded');
});

test('a failed attempt of a paused run is tried again after the pause', async () => {
  const { underWay, script } = workers((_, attempt) => attempt === 1);
  const limits = { maxTaskAttempts: 2 };
  const run = new OwnedRun({ tasks: [{ id: 'a' }], script, limits });
  const end = run.orchestrator.run();
  await quiet();
  await run.ask(pause);
  underWay.end('a');
  expect(await end).toBe('waiting_for_person');
  expect(run.told('retrying', 'started')).toEqual(['started a 1', 'retrying a 1']);
  const next = new OwnedRun({ tasks: [{ id: 'a' }], journal: run.journal, limits });
  const goesOn = next.orchestrator.run();
  await next.ask(unpause);
  expect(await goesOn).toBe('succeeded');
});
