import { describe, expect, test } from 'vitest';
import type { RetryChange } from '../../src/core/events.ts';
import type { Wish } from '../../src/core/requests.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import { quiet, type TaskScript, UnderWay } from '../support/core.ts';
import { OwnedRun, type OwnedRunSetup, workers } from '../support/owned-run.ts';

const retry = (task: string, change: Partial<RetryChange> = {}): Wish => ({
  action: 'retry',
  task,
  change: { ...NO_CHANGE, ...change },
});
const pause: Wish = { action: 'pause' };
const parallel = [{ id: 'default', parallel: true }];

/** A journal as a crash leaves it: up to this line, and without what was told of request 2. */
function cutAfter({ journal }: OwnedRun, is: (line: string) => boolean): void {
  const events = journal.events();
  const at = journal.lines.findIndex(is);
  expect(at).toBeGreaterThan(0);
  const kept = events.slice(0, at + 1).filter((event) => event.kind !== 'request_applied' || event.request !== 2);
  journal.lines.splice(
    0,
    Number.POSITIVE_INFINITY,
    ...kept.map((event, n) => `${JSON.stringify({ ...event, seq: n + 1 })}\n`),
  );
}

test('requests are done in order, one after the other, each once', async () => {
  const { underWay, script } = workers();
  const teardown: TaskScript['teardown'] = (it) =>
    underWay.begin(`teardown ${it.attempt}`, new AbortController().signal);
  const run = new OwnedRun({ tasks: [{ id: 'a' }], script: { ...script, teardown } });
  const end = run.orchestrator.run();
  await quiet();
  const answers = [
    run.ask({ action: 'cancel', task: 'a' }),
    run.ask(retry('a')),
    run.ask(retry('a', { note: 'n' }), 1),
  ];
  await quiet();
  expect(run.events('request_applied')).toEqual([]);
  underWay.end('teardown 1');
  expect(await Promise.all(answers)).toEqual(['applied', 'applied', 'applied']);
  expect(run.events('request_applied')).toMatchObject([
    { request: 1, action: 'cancel', task: 'a' },
    { request: 2, action: 'retry', task: 'a' },
  ]);
  await quiet();
  underWay.end('a');
  await quiet();
  underWay.end('teardown 2');
  expect(await end).toBe('succeeded');
  expect(run.task('a').change?.note).toBeNull();
});

test('one that cannot be read is refused, and the next is done', async () => {
  const run = new OwnedRun({ tasks: [{ id: 'a' }] });
  await run.orchestrator.request({ number: 1, request: { unreadable: 'no JSON' } });
  expect(run.events('request_refused')).toMatchObject([
    { request: 1, action: 'unknown', task: null, code: 'unreadable', message: 'no JSON' },
  ]);
  expect(await run.ask(pause, 2)).toBe('applied');
});

test('what a step throws is told to who asked, and the run goes on', async () => {
  const { underWay, script } = workers();
  const send = () => {
    throw new TypeError('bug');
  };
  const run = new OwnedRun({ tasks: [{ id: 'a' }], script: { ...script, send } });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask({ action: 'send', task: 'a', text: 'x' })).toBe('internal_error');
  expect(run.events('request_refused')).toMatchObject([{ message: 'TypeError: bug' }]);
  underWay.end('a');
  expect(await end).toBe('succeeded');
});

describe('after a crash in the middle of a retry it is done once', () => {
  const change = { note: 'n' };
  const setup: OwnedRunSetup = {
    tasks: [{ id: 'a' }, { id: 'b' }],
    workstreams: parallel,
    limits: { maxConcurrency: 2 },
  };

  /** The first owner gets as far as the line; then the second one begins, with the request still there. */
  async function crashed(is: (line: string) => boolean) {
    const { underWay, script } = workers();
    const first = new OwnedRun({ ...setup, script });
    void first.orchestrator.run();
    await quiet();
    await first.ask({ action: 'cancel', task: 'a' });
    await first.ask(retry('a', change));
    await quiet();
    expect(underWay.names()).toEqual(['b', 'a']);
    cutAfter(first, is);
    const again = workers();
    const second = new OwnedRun({ ...setup, script: again.script, journal: first.journal });
    const end = second.orchestrator.run();
    expect(await second.ask(retry('a', change), 2)).toBe('applied');
    await quiet();
    expect(again.underWay.names().sort()).toEqual(['a', 'b']);
    again.underWay.end('a');
    again.underWay.end('b');
    expect(await end).toBe('succeeded');
    expect(second.events('task_retrying')).toHaveLength(1);
    expect(second.told('started')).toEqual(['started a 1', 'started b 1', 'started a 2']);
  }

  test('before it was retried', () => crashed((line) => line.includes('"request_applied"')));
  test('before it was started', () => crashed((line) => line.includes('"task_retrying"')));
  test('before it was told to be done', () =>
    crashed((line) => line.includes('"task_started"') && line.includes('"attempt":2')));
});

describe('while the owner', () => {
  test('begins: they wait until the agents that live are found', async () => {
    const { script } = workers();
    const first = new OwnedRun({ tasks: [{ id: 'a' }], script });
    const left = first.orchestrator.run();
    await quiet();
    first.orchestrator.detach();
    await left;
    const underWay = new UnderWay();
    const finding = new UnderWay();
    const again = workers();
    const second = new OwnedRun({
      tasks: [{ id: 'a' }],
      journal: first.journal,
      script: {
        ...again.script,
        async adopt() {
          underWay.begin('adopt', new AbortController().signal).catch(() => {});
        },
        async find(it) {
          await finding.begin('find', new AbortController().signal);
          return {
            agent: { address: { label: it.task.id, teardown: async () => {} }, send: async () => 'queued' },
            found: 'alive',
          };
        },
      },
    });
    const end = second.orchestrator.run();
    const answer = second.ask({ action: 'send', task: 'a', text: 'x' });
    await quiet();
    expect(second.answer(1)).toBeNull();
    finding.end('find');
    expect(await answer).toBe('applied');
    expect(second.told('adopted')).toEqual(['adopted a 1']);
    expect(second.events('task_prompted')).toMatchObject([{ result: 'queued' }]);
    await quiet();
    again.underWay.end('a');
    expect(await end).toBe('succeeded');
  });

  test('waits for what runs: they are done, and what they start is left', async () => {
    const { underWay, script } = workers();
    const setup = { tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }], script };
    const first = new OwnedRun(setup);
    const left = first.orchestrator.run();
    await quiet();
    first.orchestrator.stop();
    expect(await first.ask(retry('a', { note: 'n' }))).toBe('applied');
    expect(underWay.names()).toEqual([]);
    expect(await left).toBeNull();
    expect(first.task('a').status).toBe('pending');
    const second = new OwnedRun({ ...setup, script: {}, journal: first.journal });
    expect(await second.orchestrator.run()).toBe('succeeded');
    expect(second.told('started')).toEqual(['started a 1', 'started a 2', 'started b 1']);
  });

  test.each<[string, Wish]>([
    ['a retry of what runs', retry('a', { note: 'n' })],
    ['a cancel of what runs', { action: 'cancel', task: 'a' }],
    ['a pause', pause],
  ])('leaves: %s is left to the next owner', async (_, wish) => {
    const { script } = workers();
    const first = new OwnedRun({ tasks: [{ id: 'a' }], script });
    const left = first.orchestrator.run();
    await quiet();
    first.orchestrator.detach();
    expect(await first.ask(wish)).toBeNull();
    expect(await left).toBeNull();
    expect(first.events('request_refused', 'task_cancelled', 'run_paused')).toEqual([]);
    const second = new OwnedRun({ tasks: [{ id: 'a' }], journal: first.journal, idle: true });
    expect(await second.ask(wish, 1)).toBe('applied');
  });

  test('has ended: they are left to the next one', async () => {
    const run = new OwnedRun({ tasks: [{ id: 'a' }] });
    expect(await run.orchestrator.run()).toBe('succeeded');
    const lines = run.journal.lines.length;
    expect(await run.ask(pause)).toBeNull();
    expect(run.journal.lines).toHaveLength(lines);
  });
});

test('an owner that cannot begin says so, and nobody else has to', async () => {
  const { script } = workers();
  const first = new OwnedRun({ tasks: [{ id: 'a' }], script });
  const left = first.orchestrator.run();
  await quiet();
  first.orchestrator.detach();
  await left;
  const find = () => {
    throw new TypeError('bug');
  };
  const second = new OwnedRun({ tasks: [{ id: 'a' }], journal: first.journal, script: { find } });
  const lines = second.journal.lines.length;
  const end = second.orchestrator.run();
  const asked = second.ask(pause);
  await expect(end).rejects.toThrow('bug');
  expect(await asked).toBeNull();
  await quiet();
  expect(second.journal.lines).toHaveLength(lines);
});

test('a journal that cannot be written in the middle of a request ends the run, which alone tells of it', async () => {
  const { script } = workers();
  const run = new OwnedRun({ tasks: [{ id: 'a' }], script });
  const end = run.orchestrator.run();
  await quiet();
  run.journal.beforeWrite = () => {
    throw new Error('disk full');
  };
  const asked = run.ask(pause);
  await expect(end).rejects.toThrow('disk full');
  expect(await asked).toBeNull();
});

test('a journal that cannot be written is told to who asks where nobody runs it', async () => {
  const run = new OwnedRun({ tasks: [{ id: 'a' }] });
  run.journal.beforeWrite = () => {
    throw new Error('disk full');
  };
  await expect(run.ask(pause)).rejects.toThrow('disk full');
});
