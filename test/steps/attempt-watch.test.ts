import { execFileSync } from 'node:child_process';
import {
  appendFileSync,
  existsSync,
  mkdirSync,
  readdirSync,
  renameSync,
  rmSync,
  unlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PreconditionError } from '../../src/core/errors.ts';
import { AttemptWatch } from '../../src/steps/attempt-watch.ts';
import { makeAttempt, type ScriptedAgent } from '../support/attempt.ts';
import { quiet } from '../support/core.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const AT = '2026-01-02T03:04:05Z';

function watching(spec: Parameters<typeof makeAttempt>[1] = {}) {
  const attempt = makeAttempt(temporaryFolder(), spec);
  const watch = new AttemptWatch(attempt.runtime);
  onTestFinished(() => watch.close());
  const path = (name: string) => join(attempt.signalDir, name);
  /** As agents are told to: whole, by a rename. */
  const signal = (name: string, payload: string, token = 'token') => {
    writeFileSync(path('draft'), `${AT}\n${payload}\n${token}\n`);
    renameSync(path('draft'), path(name));
  };
  return { ...attempt, watch, path, signal };
}

describe('next', () => {
  test('hands out the signal that comes while it waits', async () => {
    const { watch, signal } = watching();
    const next = watch.next();
    await quiet();
    signal('.done', 'local:branch@commit');
    expect(await next).toEqual({ name: '.done', file: { at: AT, payload: 'local:branch@commit', token: 'token' } });
  });

  test('hands out one that was there before', async () => {
    const { watch, signal } = watching();
    signal('.failed', 'cannot');
    expect(await watch.next()).toMatchObject({ name: '.failed', file: { payload: 'cannot' } });
  });

  test('misses no signal that comes between its look and its sleep', async () => {
    const { watch, signal, agent } = watching();
    let asked = 0;
    // The last thing that it asks before it looks.
    const look = agent.exitCode.bind(agent);
    agent.exitCode = () => {
      if (++asked === 1) queueMicrotask(() => signal('.done', 'NO_PR'));
      return look();
    };
    expect(await watch.next()).toMatchObject({ name: '.done' });
  });

  test.each([
    ['.done', '.failed'],
    ['.failed', '.done'],
  ])('of two the one counts that was written first: %s before %s', async (first, second) => {
    const { watch, signal, path, kinds } = watching();
    signal(first, 'one');
    signal(second, 'two');
    utimesSync(path(first), 1_000, 1_000);
    expect(await watch.next()).toMatchObject({ name: first });
    watch.close();
    expect(kinds()).toEqual(['task_signal_ignored']);
  });

  test('waits for the rest of a half-written signal', async () => {
    const { watch, path } = watching();
    const next = watch.next();
    writeFileSync(path('.done'), '2026-01-02T03');
    await quiet();
    appendFileSync(path('.done'), ':04:05Z\nlocal:branch');
    await quiet();
    appendFileSync(path('.done'), '@commit\nto');
    await quiet();
    appendFileSync(path('.done'), 'ken\n');
    expect(await next).toMatchObject({ file: { payload: 'local:branch@commit', token: 'token' } });
  });

  test('takes what is there of a signal that is never finished, as soon as its writer is gone', async () => {
    const { watch, path, agent } = watching();
    const next = watch.next();
    writeFileSync(path('.done'), `${AT}\nNO_PR`);
    agent.end(0);
    expect(await next).toMatchObject({ name: '.done', file: { payload: 'NO_PR', token: null } });
  });

  test('a torn first line of a writer that is gone is malformed', async () => {
    const { watch, path, agent } = watching();
    writeFileSync(path('.done'), '2026');
    agent.end(0);
    await expect(watch.next()).rejects.toMatchObject({ name: 'SignalError', code: 'malformed_signal' });
  });

  test.each<[string, (path: string) => void]>([
    ['a folder', (path) => mkdirSync(path)],
    ['a pipe', (path) => execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path])],
    ['noise', (path) => writeFileSync(path, Buffer.from([1, 0, 10]))],
    ['no timestamp', (path) => writeFileSync(path, 'done\nNO_PR\n')],
    ['too much', (path) => writeFileSync(path, 'x'.repeat(100_000))],
  ])('says so of a signal that is %s', async (_name, make) => {
    const { watch, path } = watching();
    make(path('.done'));
    await expect(watch.next()).rejects.toMatchObject({ name: 'SignalError', code: 'malformed_signal' });
  });

  test('ignores the signal of another attempt, and waits on', async () => {
    const { watch, signal, facts, signalDir } = watching();
    signal('.done', 'NO_PR', 'another');
    const next = watch.next();
    await quiet();
    expect(facts).toEqual([
      { kind: 'task_signal_ignored', file: '.done', reason: 'foreign_token', task: 'task', attempt: 1 },
    ]);
    signal('.done', 'NO_PR');
    expect(await next).toMatchObject({ file: { token: 'token' } });
    expect(readdirSync(signalDir).sort()).toEqual(['.done', '.done.foreign']);
  });

  test('takes no foreign signal whose token’s line has no end', async () => {
    const { watch, path, agent, kinds } = watching();
    writeFileSync(path('.done'), `${AT}\nNO_PR\nanother`);
    agent.end(3);
    await expect(watch.next()).rejects.toMatchObject({ code: 'agent_exited' });
    expect(kinds()).toEqual(['task_signal_ignored', 'agent_exited']);
  });

  test('takes a signal without a token', async () => {
    const { watch, path } = watching();
    writeFileSync(path('.done'), `${AT}\nNO_PR\n`);
    expect(await watch.next()).toMatchObject({ file: { token: null } });
  });

  test('an agent that ends after its signal has signalled', async () => {
    const { watch, signal, agent, kinds } = watching();
    signal('.done', 'NO_PR');
    agent.end(1);
    expect(await watch.next()).toMatchObject({ name: '.done' });
    expect(kinds()).toEqual([]);
  });

  test.each<[string, (agent: ScriptedAgent) => void, string, RegExp]>([
    ['with a code', (agent) => agent.end(7, ['one', 'two']), 'agent_exited', /exited with 7 .*one ⏎ two$/],
    ['with 0', (agent) => agent.end(0), 'agent_exited', /exited with 0 and without a signal$/],
    ['without a code', (agent) => agent.end(null, ['last']), 'agent_lost', /gone, .*last$/],
  ])('fails when the agent ends without a signal, %s', async (_name, end, code, message) => {
    const { watch, agent, facts } = watching();
    const next = watch.next();
    await quiet();
    end(agent);
    await expect(next).rejects.toMatchObject({ code, message: expect.stringMatching(message) });
    expect(facts).toMatchObject([{ kind: 'agent_exited', exit_code: agent.code }]);
  });

  test('fails also when the screen of the agent cannot be read any more', async () => {
    const { watch, agent } = watching();
    agent.lastLines = () => Promise.reject(new Error('no server'));
    agent.end(2);
    await expect(watch.next()).rejects.toMatchObject({ code: 'agent_exited' });
  });

  test('fails at the time limit of the task', async () => {
    const { watch } = watching({ spec: { timeoutMs: 1 } });
    await expect(watch.next()).rejects.toMatchObject({ name: 'SignalError', code: 'timeout' });
  });

  test('a signal at the time limit still counts', async () => {
    const { watch, signal } = watching({ spec: { timeoutMs: 1 } });
    signal('.done', 'NO_PR');
    expect(await watch.next()).toMatchObject({ name: '.done' });
  });

  test('ends when it is called off, before it waits and while it does', async () => {
    const before = watching();
    before.leave.abort('cancel');
    await expect(before.watch.next()).rejects.toBe('cancel');
    const { watch, leave } = watching();
    const next = watch.next();
    await quiet();
    leave.abort('detach');
    await expect(next).rejects.toBe('detach');
  });

  test('waits on when the signal directory goes', async () => {
    const { watch, agent, signalDir } = watching();
    const next = watch.next();
    await quiet();
    rmSync(signalDir, { recursive: true });
    agent.end(0);
    await expect(next).rejects.toMatchObject({ code: 'agent_exited' });
  });
});

describe('reopen', () => {
  test('sets each accepted signal aside under its number', async () => {
    const { watch, signal, signalDir, kinds } = watching();
    for (const [at, payload] of ['one', 'two', 'three'].entries()) {
      signal('.done', payload);
      expect(await watch.next()).toMatchObject({ file: { payload } });
      watch.reopen(at + 1);
    }
    expect(readdirSync(signalDir).sort()).toEqual(['.done.1', '.done.2', '.done.3']);
    expect(kinds()).toEqual([]);
  });

  test('does not mind a signal that the agent took back', async () => {
    const { watch, signal, path } = watching();
    signal('.done', 'one');
    await watch.next();
    unlinkSync(path('.done'));
    watch.reopen(1);
    const next = watch.next();
    signal('.done', 'two');
    expect(await next).toMatchObject({ file: { payload: 'two' } });
  });

  test('leaves the answer alone that came before a new owner could send the work back once more', async () => {
    const { watch, signal, path } = watching();
    signal('.done', 'first');
    renameSync(path('.done'), path('.done.1'));
    signal('.done', 'answer');
    watch.reopen(1);
    expect(await watch.next()).toMatchObject({ file: { payload: 'answer' } });
  });

  test('sets a signal aside that an earlier owner accepted, so that the next one counts', async () => {
    const { watch, signal, path, signalDir } = watching();
    signal('.done', 'judged before the crash');
    watch.reopen(3);
    expect(readdirSync(signalDir)).toEqual(['.done.3']);
    const next = watch.next();
    await quiet();
    signal('.done', 'answer');
    expect(await next).toMatchObject({ file: { payload: 'answer' } });
    watch.reopen(4);
    expect(existsSync(path('.done.4'))).toBe(true);
  });

  test('takes the same words again', async () => {
    const { watch, signal, kinds } = watching();
    signal('.done', 'same');
    await watch.next();
    watch.reopen(1);
    const next = watch.next();
    await quiet();
    signal('.done', 'same');
    expect(await next).toMatchObject({ file: { payload: 'same' } });
    expect(kinds()).toEqual([]);
  });
});

describe('a signal that nobody awaits', () => {
  test('is told once', async () => {
    const { watch, signal, kinds, path } = watching();
    signal('.done', 'one');
    await watch.next();
    signal('.failed', 'after all');
    watch.close();
    watch.close();
    expect(kinds()).toEqual(['task_signal_ignored']);
    expect(existsSync(path('.failed'))).toBe(true);
  });

  test('is no news once the task is at its next attempt', async () => {
    const { watch, runtime, signal } = watching();
    signal('.failed', 'no');
    await watch.next();
    let told = 0;
    runtime.report = () => {
      told++;
      throw new PreconditionError('wrong_attempt', 'it names attempt 1, not 2');
    };
    signal('.done', 'NO_PR');
    watch.close();
    expect(told).toBe(1);
  });

  test('is told when it comes', async () => {
    const { watch, signal, facts } = watching();
    signal('.done', 'one');
    await watch.next();
    signal('.done', 'another');
    await expect.poll(() => facts).toMatchObject([{ kind: 'task_signal_ignored', reason: 'not_awaited' }]);
  });

  test('does no harm when it is no file', async () => {
    const { watch, signal, path, kinds } = watching();
    signal('.done', 'one');
    await watch.next();
    mkdirSync(path('.failed'));
    watch.close();
    expect(kinds()).toEqual([]);
  });
});
