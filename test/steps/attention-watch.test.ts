import { execFileSync } from 'node:child_process';
import { mkdirSync, renameSync, rmSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, onTestFinished, test } from 'vitest';
import { PreconditionError } from '../../src/core/errors.ts';
import type { AttemptState } from '../../src/core/run-state.ts';
import { AttemptWatch } from '../../src/steps/attempt-watch.ts';
import { AttentionWatch } from '../../src/steps/attention-watch.ts';
import { SignalCompletionChecker } from '../../src/steps/task-completion-checker.ts';
import { makeAttempt } from '../support/attempt.ts';
import { quiet } from '../support/core.ts';
import { GitRepository, temporaryFolder } from '../support/git-repository.ts';

const SAID = {
  schema_version: '1',
  state: 'waiting_input',
  question: 'which?',
  choices: ['this', 'that'],
  until: null,
  at: '2026-01-01T00:00:10.000Z',
  token: 'token',
};
const ASKED = { kind: 'agent_waiting_input', question: 'which?', choices: ['this', 'that'] };

function attempt(resumed?: Partial<AttemptState>) {
  const made = makeAttempt(temporaryFolder(), resumed === undefined ? {} : { resumed });
  const path = join(made.signalDir, 'attention.json');
  const put = (text: string) => {
    writeFileSync(join(made.signalDir, 'draft'), text);
    renameSync(join(made.signalDir, 'draft'), path);
  };
  const say = (change: Partial<Record<keyof typeof SAID, unknown>> = {}) => put(JSON.stringify({ ...SAID, ...change }));
  return { ...made, path, put, say, watch: new AttentionWatch(made.runtime) };
}

const later = (second: number) => ({ at: `2026-01-01T00:00:${second}.000Z` });

test('tells what is said, each change once, however often it is said', () => {
  const { say, watch, facts } = attempt();
  watch.look();
  say();
  watch.look();
  watch.look();
  say(later(20));
  watch.look();
  expect(facts).toMatchObject([ASKED]);
  say({ state: 'working', question: null, choices: [] });
  watch.look();
  say({ state: 'usage_limited', until: '2026-01-02T00:00:00.000Z' });
  watch.look();
  expect(facts.slice(1)).toEqual([
    { task: 'task', attempt: 1, kind: 'agent_working' },
    { task: 'task', attempt: 1, kind: 'agent_usage_limited', until: '2026-01-02T00:00:00.000Z' },
  ]);
});

test('the same question once more, after somebody has answered it, is a new one', () => {
  const { say, watch, runtime, kinds } = attempt();
  say();
  watch.look();
  runtime.report({ kind: 'task_prompted', result: 'submitted' });
  watch.look();
  expect(kinds()).toEqual(['agent_waiting_input', 'task_prompted']);
  say(later(20));
  watch.look();
  expect(kinds().slice(2)).toEqual(['agent_waiting_input']);
});

test.each<[string, (at: ReturnType<typeof attempt>) => void]>([
  ['no file', () => {}],
  ['a file of another attempt', ({ say }) => say({ token: 'another' })],
  ['a file without a token', ({ say }) => say({ token: undefined })],
  ['another version', ({ say }) => say({ schema_version: '2' })],
  ['a state that nobody knows', ({ say }) => say({ state: 'dreaming' })],
  ['the end, which only the owner can tell', ({ say }) => say({ state: 'exited' })],
  ['a question that is too long', ({ say }) => say({ question: 'x'.repeat(2_001) })],
  ['too many choices', ({ say }) => say({ choices: Array(10).fill('x') })],
  ['a choice that is too long', ({ say }) => say({ choices: ['x'.repeat(201)] })],
  ['a time that is none', ({ say }) => say({ state: 'usage_limited', until: 'tomorrow' })],
  ['half a file', ({ put }) => put(JSON.stringify(SAID).slice(0, -5))],
  ['nothing', ({ put }) => put('')],
  ['no object', ({ put }) => put('[]')],
  ['too much', ({ say }) => say({ question: 'x'.repeat(70_000) })],
  ['a folder', ({ path }) => mkdirSync(path)],
  ['a pipe', ({ path }) => execFileSync('/bin/sh', ['-c', 'mkfifo "$0"', path])],
])('%s tells nothing, and is no end of it', (_, make) => {
  const made = attempt();
  make(made);
  made.watch.look();
  expect(made.facts).toEqual([]);
  rmSync(made.path, { recursive: true, force: true });
  made.say();
  made.watch.look();
  expect(made.kinds()).toEqual(['agent_waiting_input']);
});

describe('of an attempt of an earlier owner', () => {
  const asks = { question: 'which?', choices: ['this', 'that'], since: '2026-01-01T00:00:11.000Z' };
  const asked = { attention: 'waiting_input', attentionSince: asks.since, asks } as const;

  test.each<[string, Partial<AttemptState>, string[]]>([
    ['what he has told already', asked, []],
    ['what was answered', { attention: 'working', attentionSince: later(12).at }, []],
    ['what was signalled away', { attention: null, attentionSince: later(12).at }, []],
    ['what was said before the question that he knows', { ...asked, asks: { ...asks, question: 'q' } }, []],
    [
      'what was said after he was gone',
      { attention: 'working', attentionSince: later(10).at.replace('10', '09') },
      ['agent_waiting_input'],
    ],
    ['what nobody has told', {}, ['agent_waiting_input']],
  ])('%s', (_, resumed, kinds) => {
    const made = attempt(resumed);
    made.say();
    made.watch.look();
    expect(made.kinds()).toEqual(kinds);
    made.say({ state: 'idle', question: null, choices: [], at: '2025-01-01T00:00:00.000Z' });
    made.watch.look();
    expect(made.kinds()).toEqual([...kinds, 'agent_idle']);
  });

  test('it is known as soon as the attempt is found', () => {
    const { git, worktrees } = new GitRepository();
    const checker = new SignalCompletionChecker({ git, worktrees, watches: new Map() });
    const made = attempt({});
    made.say();
    checker.catchUp(made.runtime);
    checker.catchUp(made.runtime);
    expect(made.kinds()).toEqual(['agent_waiting_input']);
  });
});

test('what comes too late, when the task is at its next attempt, is nothing', () => {
  const made = attempt();
  made.runtime.report = () => {
    throw new PreconditionError('wrong_attempt', 'names attempt 1, not 2');
  };
  made.say();
  made.watch.look();
  made.runtime.report = () => {
    throw new TypeError('a bug');
  };
  made.say(later(20));
  expect(() => made.watch.look()).toThrow('a bug');
});

describe('while the attempt waits', () => {
  function waiting() {
    const made = attempt();
    const watch = new AttemptWatch(made.runtime);
    onTestFinished(() => watch.close());
    const signal = (payload: string) =>
      writeFileSync(join(made.signalDir, '.done'), `2026-01-02T03:04:05Z\n${payload}\ntoken\n`);
    const told = Promise.withResolvers<void>();
    const { report } = made.runtime;
    made.runtime.report = (fact) => {
      report.call(made.runtime, fact);
      told.resolve();
    };
    return { ...made, watch, signal, told: told.promise };
  }

  test('it is told as it is said, and the signal is still awaited', async () => {
    const { watch, say, signal, told, kinds } = waiting();
    const next = watch.next();
    await quiet();
    say();
    await told;
    signal('NO_PR');
    expect(await next).toMatchObject({ name: '.done' });
    expect(kinds()).toEqual(['agent_waiting_input']);
  });

  test('what was said before its signal is told before it, and what after it not when the work comes back', async () => {
    const { watch, say, signal, kinds } = waiting();
    say();
    signal('NO_PR');
    await watch.next();
    expect(kinds()).toEqual(['agent_waiting_input']);
    say({ state: 'idle', question: null, choices: [] });
    watch.reopen(1);
    const next = watch.next();
    await quiet();
    signal('NO_PR');
    await next;
    expect(kinds()).toEqual(['agent_waiting_input']);
  });

  test('nobody waits for an answer to an agent that is gone', async () => {
    const { watch, say, agent, kinds } = waiting();
    say();
    agent.end(1);
    await expect(watch.next()).rejects.toMatchObject({ code: 'agent_exited' });
    expect(kinds()).toEqual(['agent_exited']);
  });
});
