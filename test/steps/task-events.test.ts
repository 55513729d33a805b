import { appendFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { taskEvents } from '../../src/steps/task-events.ts';
import { temporaryFolder } from '../support/git-repository.ts';

function journal(events: readonly object[], rest = ''): string {
  const path = join(temporaryFolder(), 'events.jsonl');
  appendFileSync(path, events.map((event) => `${JSON.stringify(event)}\n`).join('') + rest);
  return path;
}

const ALL = { limit: 100, upTo: () => 100 };

test('takes those of the task alone, up to the last whole line', async () => {
  const path = journal(
    [
      { seq: 1, kind: 'run_started', tasks: [{ id: 'a' }] },
      { seq: 2, kind: 'task_blocked', task: 'b', root: { task: 'a' } },
      { seq: 3, kind: 'task_started', task: 'a', note: 'ü "task":"b"' },
      { seq: 4, kind: 'task_started', task: 'ab' },
      { seq: 5, kind: 'request_applied', action: 'retry', task: 'a' },
    ],
    '{"seq":6,"kind":"task_started","task":"a"',
  );
  const { events, omitted } = await taskEvents(path, 'a', ALL);
  expect([events.map(({ seq }) => seq), omitted]).toEqual([[3, 5], 0]);
  expect((await taskEvents(path, 'c', ALL)).events).toEqual([]);
});

test('keeps the last ones, and leaves out what has not happened yet', async () => {
  const path = journal(Array.from({ length: 9 }, (_, at) => ({ seq: at + 1, kind: 'task_waiting', task: 'a' })));
  const { events, omitted } = await taskEvents(path, 'a', { limit: 3, upTo: () => 7 });
  expect([events.map(({ seq }) => seq), omitted]).toEqual([[5, 6, 7], 4]);
});
