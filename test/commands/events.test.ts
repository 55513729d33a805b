import { appendFileSync, writeFileSync } from 'node:fs';
import { expect, test } from 'vitest';
import { events } from '../../src/commands/events.ts';
import type { Fact } from '../../src/core/events.ts';
import { ownIdentity } from '../../src/steps/tools/process-identity.ts';
import { RecordedRuns } from '../support/recorded-runs.ts';

const FINISHED: Fact = { kind: 'run_finished', outcome: 'cancelled', waiting_for: [] };
const RESUMED: Fact = { kind: 'run_resumed', pid: 1 };
const kinds = (lines: string[]) => lines.map((line) => (JSON.parse(line) as Fact).kind);

test('prints every event as a line, or as JSON', async () => {
  const runs = new RecordedRuns();
  const { journal } = runs.record('shop', 1, [FINISHED]);
  const json = await runs.ask(events, { json: true, follow: false });
  expect(json).toMatchObject({ code: 0, err: [] });
  expect(json.out).toEqual(journal.lines.map((line) => line.trimEnd()));
  const lines = await runs.ask(events, { follow: false });
  expect(lines.out).toHaveLength(2);
  expect(lines.out.join('')).not.toContain('{');
});

test('follows a run that is over to its end, past an earlier end', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, [FINISHED, RESUMED, FINISHED]);
  const { out, code } = await runs.ask(events, { json: true, follow: true });
  expect(code).toBe(0);
  expect(kinds(out)).toEqual(['run_started', 'run_finished', 'run_resumed', 'run_finished']);
});

test('follows a run that goes on until it is over, and leaves no handlers', async () => {
  const runs = new RecordedRuns();
  const { store, journal } = runs.record('shop', 1, [FINISHED, RESUMED]);
  writeFileSync(store.lockFile, JSON.stringify(ownIdentity()));
  const before = process.listenerCount('SIGINT');
  const { out } = await runs.ask(events, { json: true, follow: true }, (line) => {
    if (!line.includes('run_resumed')) return;
    const log = journal.open();
    log.append(FINISHED);
    appendFileSync(store.journalFile(1), journal.lines.at(-1) ?? '');
  });
  expect(kinds(out)).toEqual(['run_started', 'run_finished', 'run_resumed', 'run_finished']);
  expect(process.listenerCount('SIGINT')).toBe(before);
});

test('ends when nobody goes on with the run, and says how to', async () => {
  const runs = new RecordedRuns();
  const { store } = runs.record('shop', 1, [FINISHED, RESUMED]);
  writeFileSync(store.lockFile, JSON.stringify({ ...ownIdentity(), start: '1' }));
  const { out, err, code } = await runs.ask(events, { json: true, follow: true });
  expect(code).toBe(1);
  expect(kinds(out)).toEqual(['run_started', 'run_finished', 'run_resumed']);
  expect(err).toEqual([
    'agentrelay: the owner is gone; the run is not over',
    expect.stringContaining('agentrelay run GRAPH'),
  ]);
});

test('does not wait for the owner of another run', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, []);
  const { store } = runs.record('shop', 2, []);
  writeFileSync(store.lockFile, JSON.stringify(ownIdentity()));
  expect((await runs.ask(events, { run: 1, json: true, follow: true })).code).toBe(1);
});

test('stops following at Ctrl-C', async () => {
  const runs = new RecordedRuns();
  runs.record('shop', 1, []);
  const { out, code } = await runs.ask(events, { json: true, follow: true }, () => void process.emit('SIGINT'));
  expect({ code, kinds: kinds(out) }).toEqual({ code: 0, kinds: ['run_started'] });
});
