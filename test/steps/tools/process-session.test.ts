import { once } from 'node:events';
import { expect, test } from 'vitest';
import { startPiped } from '../../../src/steps/tools/exec.ts';
import { sessionMembers, stopMarked, stopSession } from '../../../src/steps/tools/process-session.ts';

/** A shell that leads a session of its own, once it has said that it is ready. */
async function startSession(script: string, mark = 'mine') {
  const child = startPiped('sh', ['-c', script], { env: { MARK: mark } });
  const [first] = await once(child.stdout, 'data');
  return { child, session: Number(String(first).trim()), ended: once(child, 'close') };
}

test('every process of the session is ended, the stubborn and the stopped too', async () => {
  const script = 'trap "" HUP TERM INT; tail -f /dev/null & tail -f /dev/null & kill -STOP $!; echo $$; wait';
  const { session, ended } = await startSession(script);
  expect(await sessionMembers(session)).toHaveLength(3);
  await stopSession(session, 'MARK=mine');
  expect(await sessionMembers(session)).toEqual([]);
  await ended;
});

test('a program that tidies up on SIGHUP may do so', async () => {
  const { child, session, ended } = await startSession(
    'trap "echo tidied; exit 7" HUP; echo $$; while :; do read x; done',
  );
  const output = once(child.stdout, 'data');
  await stopSession(session, 'MARK=mine');
  expect(String((await output)[0])).toBe('tidied\n');
  expect((await ended)[0]).toBe(7);
});

test('a session that only has the number is left alone', async () => {
  const { session, ended } = await startSession('echo $$; exec tail -f /dev/null');
  await stopSession(session, 'MARK=other');
  expect(await sessionMembers(session)).toEqual([session]);
  await stopSession(session, 'MARK=mine');
  await ended;
});

test('a session that is gone, or that can be nobody’s, is nothing to do', async () => {
  await stopSession(2 ** 30, 'MARK=mine');
  expect(await sessionMembers(0)).toEqual([]);
  expect(await sessionMembers(1)).toEqual([]);
  expect(await sessionMembers(Number.NaN)).toEqual([]);
});

test('every process that carries the mark is ended, whatever its session; others are not', async () => {
  const stubborn = await startSession('trap "" HUP; tail -f /dev/null & echo $$; wait', 'yes');
  const away = await startSession('setsid tail -f /dev/null & echo $$; wait', 'yes');
  const other = await startSession('echo $$; exec tail -f /dev/null', 'yes, but');
  await stopMarked('MARK=yes');
  expect(await sessionMembers(stubborn.session)).toEqual([]);
  expect(await sessionMembers(away.session)).toEqual([]);
  await Promise.all([stubborn.ended, away.ended]);
  expect(await sessionMembers(other.session)).toEqual([other.session]);
  await stopMarked('MARK=yes');
  await stopSession(other.session, 'MARK=yes, but');
  await other.ended;
});
