import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { SendResult } from '../../../src/core/agent-handle.ts';
import type { AttemptState } from '../../../src/core/run-state.ts';
import { AttemptWatch } from '../../../src/steps/attempt-watch.ts';
import { makeAttempt } from '../../support/attempt.ts';
import { GitRepository } from '../../support/git-repository.ts';
import { SaidMonitor } from '../../support/monitored.ts';
import { SimulatedClock } from '../../support/simulated-clock.ts';

const INTO = 'agentrelay/g/ws/default';

function awaited({ resumed, canBePrompted = true }: { resumed?: Partial<AttemptState>; canBePrompted?: boolean } = {}) {
  const repository = new GitRepository();
  const path = repository.worktree();
  repository.run('branch', INTO);
  const attempt = makeAttempt(repository.folder, resumed === undefined ? {} : { resumed });
  const { runtime, agent, facts } = attempt;
  const baseCommit = repository.commit('main');
  Object.assign(runtime.state, { worktreePath: path, branchName: 'work', integrationBranch: INTO, baseCommit });
  const monitor = Object.assign(new SaidMonitor(), { canBePrompted });
  const clock = new SimulatedClock();
  const sent: string[] = [];
  let answer: () => SendResult | Promise<SendResult> = () => 'submitted';
  const send = async (text: string): Promise<SendResult> => {
    sent.push(text);
    monitor.begin();
    return await answer();
  };
  runtime.artifacts.agent = Object.assign(agent, { monitor, send });
  const { git, worktrees } = repository;
  const watch = new AttemptWatch(runtime, { git, worktrees, command: (verb) => `/bin/agentrelay-${verb}`, clock });
  onTestFinished(() => watch.close());
  const next = watch.next();
  next.catch(() => {});
  const nudges = () => facts.filter(({ kind }) => kind === 'task_nudged');
  /** Long enough for git to be asked. */
  const until = async (isThere: () => boolean) => {
    while (!isThere()) await clock.advance(100);
  };
  const signal = () => writeFileSync(join(attempt.signalDir, '.done'), '2026-01-02T03:04:05Z\nNO_PR\ntoken\n');
  const answers = (how: typeof answer) => {
    answer = how;
  };
  return { ...attempt, repository, path, monitor, clock, watch, next, sent, nudges, until, signal, answers };
}

test('one that ends its turn without a signal is told once what is missing', async () => {
  const { repository, path, monitor, sent, nudges, until, runtime, kinds } = awaited();
  repository.write('new.txt', 'x', path);
  monitor.known('idle');
  await until(() => nudges().length === 1);
  expect(sent).toEqual([
    expect.stringMatching(/no signal\. Not committed: new\.txt\. There is no commit on your branch\./),
  ]);
  expect(nudges()).toEqual([
    {
      ...{ task: 'task', attempt: 1, kind: 'task_nudged', result: 'submitted' },
      missing: ['1 uncommitted file', 'no commits'],
    },
  ]);
  expect(runtime.recorded()).toMatchObject({ nudged: true, attention: 'working' });
  expect(kinds()).toEqual(['agent_idle', 'task_nudged']);
});

test('one that is idle again after it was nudged is left to a person, until it was told something else', async () => {
  const { monitor, clock, sent, nudges, until, runtime, kinds } = awaited();
  monitor.known('idle');
  await until(() => nudges().length === 1);
  monitor.known('idle');
  await clock.advance(60_000);
  expect(sent).toHaveLength(1);
  expect(kinds()).toEqual(['agent_idle', 'task_nudged', 'agent_idle']);
  runtime.report({ kind: 'task_prompted', result: 'submitted' });
  monitor.begin();
  await clock.settle();
  monitor.known('idle');
  await until(() => nudges().length === 2);
  expect(sent).toHaveLength(2);
});

test('one that goes on within 5 s is not nudged', async () => {
  const { monitor, clock, sent } = awaited();
  monitor.known('idle');
  await clock.advance(4_900);
  monitor.known('working');
  await clock.advance(60_000);
  expect(sent).toEqual([]);
});

test.each<[string, Parameters<typeof awaited>[0]]>([
  ['was nudged by an earlier owner', { resumed: { nudged: true } }],
  ['has no screen that anybody could read', { canBePrompted: false }],
])('one that %s is not nudged', async (_, options) => {
  const { monitor, clock, sent, kinds } = awaited(options);
  monitor.known('idle');
  await clock.advance(60_000);
  expect([sent, kinds()]).toEqual([[], ['agent_idle']]);
});

test('a nudge that nobody took is told, and not repeated', async () => {
  const { monitor, clock, sent, nudges, until, answers } = awaited();
  answers(() => 'failed');
  monitor.known('idle');
  await until(() => nudges().length === 1);
  monitor.known('idle');
  await clock.advance(60_000);
  expect(nudges()).toMatchObject([{ result: 'failed' }]);
  expect(sent).toHaveLength(1);
});

test('a signal that comes while it is nudged ends the wait, and tells that it was nudged', async () => {
  const { monitor, sent, nudges, until, signal, answers, next, agent } = awaited();
  const { promise, reject } = Promise.withResolvers<SendResult>();
  const send = agent.send;
  agent.send = async (text, stop) => {
    stop.addEventListener('abort', () => reject(stop.reason));
    return await send(text, stop);
  };
  answers(() => promise);
  monitor.known('idle');
  await until(() => sent.length === 1);
  signal();
  expect(await next).toMatchObject({ name: '.done' });
  expect(nudges()).toMatchObject([{ result: 'typed' }]);
});

test('what goes wrong with it ends the wait', async () => {
  const { monitor, sent, until, answers, next } = awaited();
  answers(() => Promise.reject(new Error('no tmux')));
  monitor.known('idle');
  await until(() => sent.length === 1);
  await expect(next).rejects.toThrow('no tmux');
});

test('the end of the attempt ends what follows its agent', async () => {
  const { monitor, watch, signal, next } = awaited();
  signal();
  await next;
  watch.close();
  expect(monitor.isClosed).toBe(true);
});
