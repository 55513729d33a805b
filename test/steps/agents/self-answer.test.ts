import { expect, test } from 'vitest';
import type { AttentionReport } from '../../../src/core/attention.ts';
import type { AgentMonitor, KnownAttention } from '../../../src/steps/agents/monitor.ts';
import { SelfAnswer } from '../../../src/steps/agents/self-answer.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

const asks = (question: string): KnownAttention => {
  const report: AttentionReport = { state: 'waiting_permission', question, choices: ['Yes', 'No'], until: null };
  return { kind: 'known', report, source: 'screen' };
};
const works: KnownAttention = {
  kind: 'known',
  report: { state: 'working', question: null, choices: [], until: null },
  source: 'screen',
};

function ready(clearWay: (signal: AbortSignal) => Promise<boolean>) {
  const { runtime, agent } = makeAttempt(temporaryFolder());
  const seen: { attention: KnownAttention } = { attention: works };
  const told = { done: 0, errors: [] as unknown[] };
  const live = Object.assign(agent, { clearWay, monitor: seen as unknown as AgentMonitor });
  const answers = new SelfAnswer(runtime, live, {
    onDone: () => {
      told.done++;
    },
    onError: (error) => told.errors.push(error),
  });
  return { answers, seen, told };
}

test('each question is tried once, and nobody is told of it meanwhile', async () => {
  let count = 0;
  const { answers, seen, told } = ready(async () => ++count > 0);
  expect(answers.isAtIt()).toBe(false);
  seen.attention = asks('rm a?');
  expect([answers.isAtIt(), answers.isAtIt()]).toEqual([true, true]);
  await answers.end();
  expect([count, told.done]).toEqual([1, 1]);
});

test('one that is left to a person is told, and tried again only when it is another one', async () => {
  const tried: string[] = [];
  const gate = { open: Promise.withResolvers<boolean>() };
  const { answers, seen, told } = ready(async () => {
    tried.push('once');
    return await gate.open.promise;
  });
  seen.attention = asks('rm a?');
  expect(answers.isAtIt()).toBe(true);
  gate.open.resolve(false);
  await gate.open.promise;
  await new Promise(setImmediate);
  expect([told.done, answers.isAtIt()]).toEqual([1, false]);
  seen.attention = asks('rm b?');
  expect(answers.isAtIt()).toBe(true);
  await new Promise(setImmediate);
  seen.attention = works;
  expect(answers.isAtIt()).toBe(false);
  seen.attention = asks('rm b?');
  expect(answers.isAtIt()).toBe(true);
  await answers.end();
  expect(tried).toHaveLength(3);
});

test('what goes wrong is told, but not what the end has cut short', async () => {
  const broken = ready(() => Promise.reject(new Error('no tmux')));
  broken.seen.attention = asks('rm?');
  broken.answers.isAtIt();
  await new Promise(setImmediate);
  expect(broken.told.errors).toEqual([new Error('no tmux')]);
  const cut = ready(
    (signal) => new Promise((_, reject) => signal.addEventListener('abort', () => reject(signal.reason))),
  );
  cut.seen.attention = asks('rm?');
  cut.answers.isAtIt();
  await cut.answers.end();
  expect(cut.told.errors).toEqual([]);
});
