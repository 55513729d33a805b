import { appendFileSync } from 'node:fs';
import { afterEach, expect, test } from 'vitest';
import { RunSession } from '../../../src/commands/tui/session.ts';
import type { Fact } from '../../../src/core/events.ts';
import type { RunStore } from '../../../src/steps/run-store.ts';
import { tryLock } from '../../../src/steps/tools/lock-file.ts';
import type { Journal } from '../../support/core.ts';
import { RecordedRuns } from '../../support/recorded-runs.ts';

const sessions: RunSession[] = [];
afterEach(async () => {
  for (const session of sessions.splice(0)) await session.close();
});

/** Of a run that this process follows, and never owns. `before`: once it is recorded. */
async function followed(before: (store: RunStore) => void = () => {}) {
  const { store, journal } = new RecordedRuns().record('g', 1, []);
  before(store);
  const session = new RunSession({ store, owner: null, slots: null });
  sessions.push(session);
  await session.open();
  return { session, append: appender(store, journal) };
}

/** Writes as the owner would. */
function appender(store: RunStore, journal: Journal): (fact: Fact) => void {
  const log = journal.open();
  return (fact) => {
    const { length } = journal.lines;
    log.append(fact);
    appendFileSync(store.journalFile(1), journal.lines.slice(length).join(''));
  };
}

function until(session: RunSession, holds: () => boolean): Promise<void> {
  return new Promise((resolve) => {
    const end = session.subscribe(() => {
      if (!holds()) return;
      end();
      resolve();
    });
  });
}

test('a run that this process holds for a moment, to do what was asked for, is run by nobody', async () => {
  const { session } = await followed(({ lockFile }) => void tryLock(lockFile));
  expect(session.standing).toEqual({ kind: 'nobody' });
});

test('nobody waits for an answer where nobody runs the run', async () => {
  const { session } = await followed();
  const number = session.request((by) => ({ action: 'pause', by }));
  expect(await session.answer(number, new AbortController().signal)).toBeNull();
});

test('a listener that throws is dropped, and told of; the others hear on', async () => {
  const { session, append } = await followed();
  const failed = session.failed.catch((error: unknown) => error);
  const heard: (string | undefined)[] = [];
  session.subscribe(() => {
    throw new Error('a defect');
  });
  session.subscribe((event) => heard.push(event?.kind));
  const both = until(session, () => session.state.paused === false && heard.length === 2);
  append({ kind: 'run_paused' });
  append({ kind: 'run_unpaused' });
  await both;
  expect(heard).toEqual(['run_paused', 'run_unpaused']);
  expect(await failed).toMatchObject({ message: 'a defect' });
});

test('who leaves begins nothing more', async () => {
  const { session } = await followed();
  await session.settle();
  await expect(session.own({} as never)).rejects.toThrow('the dashboard is being left');
});
