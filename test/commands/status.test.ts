import { appendFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { status } from '../../src/commands/status.ts';
import { ownIdentity } from '../../src/steps/tools/process-identity.ts';
import { RecordedRuns } from '../support/recorded-runs.ts';
import { usageFact } from '../support/usage.ts';

test('says where the last run stands and who runs it', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, [{ kind: 'run_finished', outcome: 'cancelled', waiting_for: [] }]);
  const { store } = runs.record('shop', 2, []);
  expect(await runs.ask(status, {})).toMatchObject({ code: 0, err: [] });
  expect((await runs.ask(status, {})).out[0]).toBe('shop, run 2: nobody runs it');
  writeFileSync(store.lockFile, JSON.stringify(ownIdentity()));
  expect((await runs.ask(status, {})).out[0]).toMatch(`shop, run 2: process ${process.pid} on `);
  expect((await runs.ask(status, { run: 1 })).out[0]).toBe('shop, run 1: nobody runs it');
  writeFileSync(store.lockFile, JSON.stringify({ ...ownIdentity(), start: '1' }));
  expect((await runs.ask(status, {})).out[0]).toBe('shop, run 2: nobody runs it');
});

test('gives the state and the owner as JSON on one line', async () => {
  const runs = new RecordedRuns();
  const entries = [{ task: 'b' }, { task: 'a' }];
  runs.record('shop', 1, [
    { kind: 'merge_queue_changed', target: 'main', entries },
    { kind: 'run_finished', outcome: 'succeeded', waiting_for: [] },
  ]);
  const { out, code } = await runs.ask(status, { json: true });
  expect(code).toBe(0);
  expect(out).toHaveLength(1);
  const state = JSON.parse(out[0] ?? '');
  expect(state).toMatchObject({ graph: 'shop', run: 1, outcome: 'succeeded', owner: null });
  expect(Object.keys(state.tasks)).toEqual(['b', 'a']);
  expect(state.mergeQueues).toEqual({ main: entries });
});

test('gives what each task and the run have used', async () => {
  const runs = new RecordedRuns();
  const of = { task: 'b', attempt: 1 };
  const started = { ...of, kind: 'task_started', token_hash: 'h' } as const;
  runs.record('shop', 1, [started, usageFact(of, 1.5, 2_000)]);
  const state = JSON.parse((await runs.ask(status, { json: true })).out[0] ?? '');
  const used = { costUsd: 1.5, outputTokens: 2_000, told: 1, unpriced: 0, silent: 0 };
  expect([state.usage, state.tasks.b.usage]).toMatchObject([used, used]);
  expect(state.tasks.a).not.toHaveProperty('usage');
});

test('reads a run that was only just begun, or that was cut short', async () => {
  const runs = new RecordedRuns();
  const { store } = runs.record('shop', 1, []);
  appendFileSync(store.journalFile(1), '{"torn');
  expect((await runs.ask(status, {})).code).toBe(0);
  writeFileSync(store.journalFile(1), '');
  expect((await runs.ask(status, {})).code).toBe(0);
  expect((await runs.ask(status, { json: true })).code).toBe(0);
});

test('names the line of a journal that it cannot read', async () => {
  const runs = new RecordedRuns();
  const { store, journal } = runs.record('shop', 1, []);
  appendFileSync(store.journalFile(1), `damage\n${journal.lines[0]}`);
  await expect(runs.ask(status, {})).rejects.toMatchObject({
    name: 'UserError',
    message: `${store.journalFile(1)}:2: this line of the journal is damaged: "damage"`,
  });
});

test('names what it cannot choose or find', async () => {
  const runs = new RecordedRuns();
  const refused = (options: object) =>
    runs.ask(status, options).then(
      () => null,
      (error: Error) => error,
    );
  expect(await refused({})).toMatchObject({ name: 'UserError', hint: 'agentrelay run GRAPH' });
  runs.record('shop', 1, []);
  expect(await refused({ graph: 'other' })).toMatchObject({
    message: expect.stringContaining('never'),
    hint: 'there are: shop',
  });
  expect(await refused({ run: 7 })).toMatchObject({ message: 'graph shop has no run 7', hint: 'there are: 1' });
  runs.record('cart', 1, []);
  expect(await refused({})).toMatchObject({
    message: expect.stringContaining('several graphs'),
    hint: expect.stringContaining('shop'),
  });
  expect(await refused({ graph: 'shop' })).toBeNull();
});
