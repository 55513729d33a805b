import { appendFileSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test } from 'vitest';
import type { Fact } from '../../../src/core/events.ts';
import { openJournal } from '../../../src/steps/tools/journal.ts';
import { readJournal, replayJournal } from '../../../src/steps/tools/read-journal.ts';
import { Journal, runStarted } from '../../support/core.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { makeGraph } from '../../support/graphs.ts';

const event = (seq: number) => ({ v: 1, seq, at: '2026-01-01T00:00:00.000Z', kind: 'run_resumed', pid: 1 });
const line = (seq: number, change: object = {}) => `${JSON.stringify({ ...event(seq), ...change })}\n`;
const journalOf = (...parts: (string | Uint8Array)[]) => {
  const path = join(temporaryFolder(), 'events.jsonl');
  for (const part of ['', ...parts]) appendFileSync(path, part);
  return path;
};
const zeros = (count: number) => '\u0000'.repeat(count);

test('an empty journal has no events', () => {
  expect(readJournal(journalOf())).toEqual({ events: [], length: 0, torn: '' });
});

test.each([
  '{"seq":2',
  '{"seq":2,"at":"2026',
  JSON.stringify(event(2)),
  // A power cut: the file had grown, and what was to stand there never came.
  zeros(4096),
  `{"v":1,"seq":2,"a${zeros(50)}`,
  `${zeros(100)}"kind":"run_resumed"}\n`,
  `${zeros(100)}"kind":"run_resumed"}\n${zeros(300)}`,
])('a torn end is told, and cut off by the next owner: %j', (torn) => {
  const path = journalOf(line(1), torn);
  const before = readJournal(path);
  expect(before.events).toHaveLength(1);
  expect(before.torn).toBe(torn);
  const journal = openJournal(path, before.length);
  journal.write(line(2));
  journal.close();
  expect(readFileSync(path, 'utf8')).toBe(line(1) + line(2));
});

test('a journal of which nothing came to the disk is one that has not begun', () => {
  expect(readJournal(journalOf(zeros(4096)))).toEqual({ events: [], length: 0, torn: zeros(4096) });
});

test('a journal is whole that ends in half a character', () => {
  const path = journalOf(line(1), '{"a":"', Uint8Array.of(0xe2, 0x82));
  expect(readJournal(path)).toMatchObject({ events: [{ seq: 1 }], length: Buffer.byteLength(line(1)) });
});

/** What is said of the second of three lines; the file stays as it is. */
function refusal(second: string): { message: string; hint: string } {
  const path = journalOf(line(1), `${second}\n`, line(3));
  const before = readFileSync(path, 'utf8');
  try {
    readJournal(path);
  } catch (error) {
    expect(error).toMatchObject({ name: 'UserError' });
    expect(readFileSync(path, 'utf8')).toBe(before);
    const { message, hint } = error as { message: string; hint: string };
    expect(message.startsWith(`${path}:2: `)).toBe(true);
    return { message: message.slice(path.length), hint };
  }
  throw new Error('it was read');
}

test.each(['{"seq":2', 'null', '[]', '', '{}', zeros(2), '{"v":1,"seq":"2","kind":"x","at":"y"}', '7', '"\u001b[2J'])(
  'damage before the end is told with its place and what stands there: %j',
  (damage) => {
    expect(refusal(damage)).toEqual({
      message: `:2: this line of the journal is damaged: ${JSON.stringify(damage)}`,
      hint: expect.stringContaining('--new-run'),
    });
  },
);

test('of a long line the beginning is told', () => {
  expect(refusal('x'.repeat(10_000)).message.length).toBeLessThan(200);
});

test.each([
  ['twice', { seq: 1 }, /^:2: event 1 is there twice/],
  ['after a gap', { seq: 4 }, /^:2: event 4 stands where event 2 is missing/],
])('an event that is there %s is told with its line', (_, change, message) => {
  expect(refusal(line(2, change).trimEnd()).message).toMatch(message);
});

test.each([
  ['version', { v: 2 }],
  ['kind', { kind: 'run_dreamt' }],
])('an event of an unknown %s was written by a newer agentrelay', (_, change) => {
  expect(refusal(line(2, change).trimEnd())).toEqual({
    message: expect.stringMatching(/^:2: a newer agentrelay wrote this event: /),
    hint: 'go on with that version, or a newer one',
  });
});

test('a journal that is gone is told', () => {
  const path = join(temporaryFolder(), 'events.jsonl');
  const gone = { name: 'UserError', message: `the journal ${path} is gone` };
  expect(() => readJournal(path)).toThrow(expect.objectContaining(gone));
});

describe('replay', () => {
  const graph = makeGraph({ tasks: [{ id: 'a' }] });
  const started: Fact = { kind: 'task_started', task: 'a', attempt: 1, token_hash: 'h' };
  const at = (day: number) => new Date(Date.UTC(2026, 0, day)).toISOString();

  test('a clock that goes back is no trouble', () => {
    const journal = new Journal();
    const log = journal.open();
    log.append(runStarted(graph));
    log.append(started);
    const events = journal.events().map((found, index) => ({ ...found, at: at(20 - index) }));
    const path = journalOf(...events.map((found) => `${JSON.stringify(found)}\n`));
    const read = readJournal(path);
    expect(replayJournal(read.events, path).tasks.get('a')?.attempts[0]?.startedAt).toBe(at(19));
  });

  test('an event that cannot follow is told with its line', () => {
    const path = journalOf(
      `${JSON.stringify({ ...event(1), ...runStarted(graph) })}\n`,
      line(2, started),
      line(3, started),
    );
    expect(() => replayJournal(readJournal(path).events, path)).toThrow(
      expect.objectContaining({
        name: 'UserError',
        message: expect.stringMatching(
          /:3: this event cannot follow .* cannot move from running to running.*task_started/,
        ),
      }),
    );
  });
});
