import { expect, test } from 'vitest';
import { EventLog, JournalError } from '../../src/core/event-log.ts';
import type { Fact } from '../../src/core/events.ts';
import { replay } from '../../src/core/reduce.ts';
import { emptyRunState } from '../../src/core/run-state.ts';
import { Journal, runStarted, startLog } from '../support/core.ts';
import { makeGraph } from '../support/graphs.ts';

const graph = makeGraph({ tasks: [{ id: 'a' }] });
const started: Fact = { kind: 'task_started', task: 'a', attempt: 1, token_hash: 'h' };
const waiting: Fact = { kind: 'task_waiting', task: 'a', attempt: 1 };

test('events are numbered from 1, dated and versioned, one JSON line each', () => {
  const journal = new Journal();
  const log = new EventLog({ state: emptyRunState(), now: () => Date.UTC(2026, 1, 3), write: journal.write });
  expect(log.append(runStarted(graph))).toMatchObject({ v: 1, seq: 1, at: '2026-02-03T00:00:00.000Z' });
  expect(log.append(started).seq).toBe(2);
  expect(journal.lines.every((line) => line.endsWith('\n') && line.indexOf('\n') === line.length - 1)).toBe(true);
  expect(replay(journal.events())).toEqual(log.state);
});

test('an illegal fact is not written and leaves no gap', () => {
  const journal = new Journal();
  const log = startLog(graph, journal);
  log.append(started);
  expect(() => log.append(started)).toThrow('cannot move from running to running');
  expect(() => log.append({ ...waiting, task: 'nobody' })).toThrow('nobody');
  log.append(waiting);
  expect(journal.kinds()).toEqual(['run_started', 'task_started', 'task_waiting']);
  expect(replay(journal.events())).toEqual(log.state);
});

test('a listener sees the state with the event in it, until it unsubscribes', () => {
  const log = startLog(graph, new Journal());
  const seen: string[] = [];
  const unsubscribe = log.subscribe((event, state) => seen.push(`${event.kind} ${state.tasks.get('a')?.status}`));
  log.append(started);
  unsubscribe();
  log.append(waiting);
  expect(seen).toEqual(['task_started running']);
});

test('a listener that throws is reported once and dropped; the others go on', () => {
  const thrown: unknown[] = [];
  const journal = new Journal();
  const log = journal.open((error) => thrown.push(error));
  const seen: string[] = [];
  log.subscribe(() => {
    throw new Error('no screen');
  });
  log.subscribe((event) => seen.push(event.kind));
  log.append(runStarted(graph));
  log.append(started);
  expect(thrown).toEqual([new Error('no screen')]);
  expect(seen).toEqual(['run_started', 'task_started']);
  expect(journal.lines).toHaveLength(2);
});

test('every listener sees events in order, also when one of them appends', () => {
  const log = startLog(graph, new Journal());
  const seen: number[] = [];
  log.subscribe((event) => {
    if (event.kind === 'task_started') log.append(waiting);
  });
  log.subscribe((event) => seen.push(event.seq));
  log.append(started);
  expect(seen).toEqual([2, 3]);
});

test('a write that fails propagates, tells nobody, and ends the log', () => {
  let full = false;
  const journal = new Journal();
  const write = (line: string) => {
    if (full) throw new Error('disk full');
    journal.write(line);
  };
  const log = new EventLog({ state: emptyRunState(), now: () => 0, write });
  const seen: string[] = [];
  log.append(runStarted(graph));
  log.subscribe((event) => seen.push(event.kind));
  full = true;
  const broken = expect.objectContaining({ name: 'JournalError', message: 'Error: disk full', hint: null });
  expect(() => log.append(started)).toThrow(broken);
  full = false;
  expect(() => log.append(waiting)).toThrow(broken);
  expect(seen).toEqual([]);
  expect(replay(journal.events()).seq).toBe(1);
});

test('what the journal says of itself is what is thrown', () => {
  const error = new JournalError('the disk is full', { hint: 'free some space' });
  const write = () => {
    throw error;
  };
  const log = new EventLog({ state: emptyRunState(), now: () => 0, write });
  expect(() => log.append(runStarted(graph))).toThrow(error);
});

test('the end of the log is told once, to who listens for it', () => {
  const error = new JournalError('the disk reports an error');
  const log = startLog(graph, new Journal());
  const heard: unknown[] = [];
  log.onBroken((reason) => heard.push(reason));
  log.onBroken((reason) => heard.push(reason))();
  log.breakOff(error);
  log.breakOff(new JournalError('again'));
  expect(() => log.append(started)).toThrow(error);
  expect(heard).toEqual([error]);
});
