import { expect, onTestFinished, test } from 'vitest';
import type { SendResult } from '../../../src/core/agent-handle.ts';
import type { AttentionReport } from '../../../src/core/attention.ts';
import type { AttemptState } from '../../../src/core/run-state.ts';
import type { RestEnd } from '../../../src/core/slots.ts';
import { Parking } from '../../../src/steps/agents/parking.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { temporaryFolder } from '../../support/git-repository.ts';
import { reportOf } from '../../support/monitored.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const MINUTE = 60_000;

/** One that has a slot again as soon as its time has come. */
function parked({ resumed }: { resumed?: Partial<AttemptState> } = {}) {
  const clock = new SimulatedClock();
  const rests: number[] = [];
  const rest = async (until: number, signal: AbortSignal, early: AbortSignal): Promise<RestEnd> => {
    rests.push(until);
    await clock.sleep(until - clock.now(), AbortSignal.any([signal, early])).catch(() => {});
    signal.throwIfAborted();
    return early.aborted ? (early.reason as RestEnd) : 'time';
  };
  const attempt = makeAttempt(temporaryFolder(), { rest: { rest }, ...(resumed === undefined ? {} : { resumed }) });
  const sent: { text: string; signal: AbortSignal }[] = [];
  const submitted = Promise.withResolvers<SendResult>();
  attempt.agent.send = async (text, signal) => {
    sent.push({ text, signal });
    signal.addEventListener('abort', () => submitted.reject(signal.reason), { once: true });
    return await submitted.promise;
  };
  let now: AttentionReport | null = null;
  const errors: unknown[] = [];
  const parking = new Parking(attempt.runtime, attempt.agent, {
    clock,
    attention: () => now,
    isPrompted: true,
    onError: (error) => errors.push(error),
  });
  onTestFinished(() => parking.end());
  const look = async (report: AttentionReport | null) => {
    now = report;
    parking.look(report);
    await clock.settle();
  };
  const limited = () => reportOf('usage_limited', { until: new Date(clock.now() + 10 * MINUTE).toISOString() });
  return { ...attempt, clock, rests, sent, submitted, errors, parking, look, limited };
}

test('one that works as soon as it is told to go on is not disturbed in taking it', async () => {
  const { look, limited, clock, sent, submitted, errors, kinds, facts } = parked();
  await look(limited());
  await clock.advance(12 * MINUTE);
  expect(sent).toHaveLength(1);
  // It shows its work before the prompt is proved to be taken.
  await look(reportOf('working'));
  expect(sent[0]?.signal.aborted).toBe(false);
  submitted.resolve('submitted');
  await clock.settle();
  expect(errors).toEqual([]);
  expect(kinds()).toEqual(['task_parked', 'task_unparked', 'task_prompted']);
  expect(facts.at(-1)).toMatchObject({ result: 'submitted' });
});

test('a signal that comes while it is told to go on ends that, and is no error', async () => {
  const { look, limited, clock, sent, errors, kinds, parking } = parked();
  await look(limited());
  await clock.advance(12 * MINUTE);
  await parking.end();
  expect(sent[0]?.signal.aborted).toBe(true);
  expect(errors).toEqual([]);
  expect(kinds()).toEqual(['task_parked', 'task_unparked']);
});

test('one that goes on before its time has its slot at once, and is told nothing', async () => {
  const { look, limited, clock, sent, facts } = parked();
  await look(limited());
  await clock.advance(MINUTE);
  await look(reportOf('working'));
  expect(facts.at(-1)).toMatchObject({ kind: 'task_unparked', cause: 'agent' });
  await clock.advance(30 * MINUTE);
  expect(sent).toEqual([]);
});

test('one whose limit was over before anybody looked is told to go on, and not again and again', async () => {
  const { look, clock, sent, submitted, kinds } = parked();
  const over = reportOf('usage_limited', { until: new Date(clock.now() - 60 * MINUTE).toISOString() });
  submitted.resolve('submitted');
  for (let round = 0; round < 10; round++) {
    await look(over);
    await clock.advance(MINUTE);
    await look(reportOf('working'));
  }
  expect(sent).toHaveLength(3);
  expect(kinds().slice(0, 3)).toEqual(['task_parked', 'task_unparked', 'task_prompted']);
});

test('a time that is none parks nobody', async () => {
  const { look, kinds } = parked();
  await look(reportOf('usage_limited', { until: 'soon' }));
  expect(kinds()).toEqual([]);
});

test('the next owner parks it until the same time', async () => {
  const until = new Date(new SimulatedClock().now() + 10 * MINUTE).toISOString();
  const { clock, rests } = parked({ resumed: { parkedUntil: until, parkedSince: '2026-01-02T02:00:00.000Z' } });
  await clock.settle();
  expect(rests).toEqual([Date.parse(until)]);
});
