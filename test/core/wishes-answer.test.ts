import { expect, test } from 'vitest';
import type { Answer } from '../../src/core/agent-handle.ts';
import type { Wish } from '../../src/core/requests.ts';
import type { TaskRuntime } from '../../src/core/task-runtime.ts';
import { quiet, scriptedAgent, type TaskScript } from '../support/core.ts';
import { endAll, OwnedRun, workers } from '../support/owned-run.ts';

const answer = (text: string, task = 'a', since?: string): Wish => ({ action: 'answer', task, text, since });
const asks = (it: TaskRuntime) =>
  it.report({ kind: 'agent_waiting_permission', question: 'rm?', choices: ['Yes', 'No'] });

/** A run whose agent asks as soon as it works; `say` is what it says later. */
function asking(result: 'submitted' | 'typed' | 'gone' = 'submitted') {
  const said: string[] = [];
  const { underWay, script: work } = workers();
  let agent: TaskRuntime | null = null;
  const script: TaskScript = {
    async wait(it) {
      agent = it;
      if (it.recorded()?.attention === null) asks(it);
      return (await work.wait?.(it)) as never;
    },
    send(text) {
      said.push(text);
      return result;
    },
    find: (it) => ({ agent: scriptedAgent(script, it), found: 'alive' }),
  };
  const say = (state: 'working' | 'waiting_input' | 'login_required') =>
    (agent as TaskRuntime | null)?.report({ kind: `agent_${state}` });
  return { said, script, underWay, say };
}

/** The next millisecond: questions are told apart by their times. */
const later = () => new Promise((resolve) => setTimeout(resolve, 2));

const tasks = [{ id: 'a' }, { id: 'b', deps: ['a'] }];

test('is typed where the agent asks, the number of a choice as its text, and the agent goes on', async () => {
  const { said, script, underWay, say } = asking();
  const run = new OwnedRun({ tasks, script });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask(answer('2'))).toBe('applied');
  expect(run.task('a').attempts[0]).toMatchObject({ attention: 'working', asks: null });
  say('waiting_input');
  expect(await run.ask(answer('2'))).toBe('applied');
  expect(said).toEqual(['No', '2']);
  await endAll(underWay);
  expect(await end).toBe('succeeded');
});

test('is for the question that was seen, and for no later one', async () => {
  const { said, script, underWay } = asking();
  const run = new OwnedRun({ tasks, script });
  const end = run.orchestrator.run();
  await quiet();
  const since = run.task('a').attempts[0]?.asks?.since ?? '';
  expect(await run.ask(answer('1', 'a', `${since} and later`))).toBe('other_question');
  expect(said).toEqual([]);
  expect(await run.ask(answer('1', 'a', since))).toBe('applied');
  await endAll(underWay);
  expect(await end).toBe('succeeded');
});

test('is never typed into an agent that works, also when it came in time for another question', async () => {
  const { said, script, underWay, say } = asking();
  const run = new OwnedRun({ tasks, script });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask(answer('x', 'b'))).toBe('not_running');
  say('working');
  expect(await run.ask(answer('1'))).toBe('not_asking');
  expect(run.events('request_refused').at(-1)).toMatchObject({ hint: 'agentrelay send a TEXT writes to it anyhow' });
  expect(said).toEqual([]);
  expect(run.events('task_prompted')).toEqual([]);
  await endAll(underWay);
  expect(await end).toBe('succeeded');
});

test('what the agent asks while it is given an answer stays asked', async () => {
  const { script, underWay } = asking();
  let agent: TaskRuntime | null = null;
  const askingOn: TaskScript = {
    ...script,
    wait(it) {
      agent = it;
      return script.wait?.(it) as never;
    },
    async send() {
      await later();
      agent?.report({ kind: 'agent_waiting_input', question: 'and now?', choices: ['a', 'b'] });
      return 'submitted' as const;
    },
  };
  const run = new OwnedRun({ tasks, script: askingOn });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask(answer('1'))).toBe('applied');
  expect(run.task('a').attempts[0]).toMatchObject({
    attention: 'waiting_input',
    asks: { question: 'and now?', choices: ['a', 'b'] },
  });
  await endAll(underWay);
  expect(await end).toBe('succeeded');
});

test('to an agent that is gone, or has not submitted it, leaves the question open', async () => {
  const gone = asking('gone');
  const run = new OwnedRun({ tasks, script: gone.script });
  void run.orchestrator.run();
  await quiet();
  expect(await run.ask(answer('1'))).toBe('agent_gone');
  expect(run.task('a').attempts[0]?.asks).not.toBeNull();
  const typed = asking('typed');
  const other = new OwnedRun({ tasks, script: typed.script });
  void other.orchestrator.run();
  await quiet();
  expect(await other.ask(answer('1'))).toBe('not_submitted');
  expect(other.task('a').attempts[0]?.asks).not.toBeNull();
});

test.each<[string, Answer]>([
  ['allow', { kind: 'allow' }],
  [' Deny ', { kind: 'deny' }],
  ['2', { kind: 'choice', number: 2 }],
  ['Yes', { kind: 'choice', number: 1 }],
  ['only in /tmp', { kind: 'text', text: 'only in /tmp' }],
])('%j is given as the keys that the program takes', async (text, given) => {
  const { script, underWay } = asking();
  const answers: Answer[] = [];
  const keyed: TaskScript = {
    ...script,
    answer(one) {
      answers.push(one);
      return 'submitted';
    },
  };
  const run = new OwnedRun({ tasks, script: keyed });
  const end = run.orchestrator.run();
  await quiet();
  expect(await run.ask(answer(text))).toBe('applied');
  expect(answers).toEqual([given]);
  expect(run.task('a').attempts[0]?.attention).toBe('working');
  await endAll(underWay);
  expect(await end).toBe('succeeded');
});

test('what was not typed is refused, and the question stays', async () => {
  const { script } = asking();
  const run = new OwnedRun({ tasks, script: { ...script, answer: () => 'failed' } });
  void run.orchestrator.run();
  await quiet();
  expect(await run.ask(answer('9'))).toBe('not_typed');
  expect(run.events('request_refused').at(-1)).toMatchObject({
    message: 'nothing was typed: a takes no such answer',
    hint: 'it takes allow, deny, or 1 to 2; agentrelay attach a shows its screen',
  });
  expect(run.task('a').attempts[0]?.asks).not.toBeNull();
});

test('a login is nothing that an answer gives', async () => {
  const { script, say } = asking();
  const run = new OwnedRun({ tasks, script });
  void run.orchestrator.run();
  await quiet();
  say('login_required');
  expect(await run.ask(answer('1'))).toBe('not_asking');
  expect(run.events('request_refused').at(-1)).toMatchObject({ hint: 'agentrelay attach a shows its screen' });
});

/** A run whose owner has left while its agent asks. */
async function left() {
  const first = asking();
  const run = new OwnedRun({ tasks, script: first.script });
  const end = run.orchestrator.run();
  await quiet();
  run.orchestrator.detach();
  await end;
  return { ...first, journal: run.journal };
}

test('also where nobody runs the graph, with what the agent has said since', async () => {
  const { journal, script, said } = await left();
  const asked = new OwnedRun({ tasks, journal, script, idle: true });
  expect(await asked.ask(answer('1'))).toBe('applied');
  expect(said).toEqual(['Yes']);
  const catchUp: TaskScript['catchUp'] = asks;
  const again = new OwnedRun({ tasks, journal, script: { ...script, catchUp }, idle: true });
  expect(await again.ask(answer('2'))).toBe('applied');
  const later: TaskScript['catchUp'] = (it) => it.report({ kind: 'agent_working' });
  const stale = new OwnedRun({ tasks, journal, script: { ...script, catchUp: later }, idle: true });
  expect(await stale.ask(answer('1'))).toBe('not_asking');
  expect(said).toEqual(['Yes', 'No']);
});

test('nobody listens to what is left of an agent that is gone, or that has signalled', async () => {
  const { journal, script } = await left();
  const heard: string[] = [];
  const catchUp: TaskScript['catchUp'] = (it) => void heard.push(it.task.id);
  const find: TaskScript['find'] = (it) => ({ agent: scriptedAgent(script, it), found: 'ended' });
  const gone = new OwnedRun({ tasks, journal, script: { ...script, find, catchUp }, idle: true });
  await gone.ask(answer('1'));
  const log = journal.open();
  log.append({ kind: 'task_signalled', task: 'a', attempt: 1, outcome: 'done', commit: 'c', commits_ahead: 1 });
  const done = new OwnedRun({ tasks, journal, script: { ...script, catchUp }, idle: true });
  expect(await done.ask(answer('1'))).toBe('not_asking');
  expect(heard).toEqual([]);
});

test('was given by an owner that could not say so any more: it is not typed again', async () => {
  const { journal, script, said } = await left();
  const asked = new OwnedRun({ tasks, journal, script, idle: true });
  await asked.ask(answer('1'));
  journal.lines.splice(journal.kinds().indexOf('request_applied'));
  const next = new OwnedRun({ tasks, journal, script, idle: true });
  expect(await next.ask(answer('1'))).toBe('applied');
  expect(said).toEqual(['Yes']);
});
