import { describe, expect, test } from 'vitest';
import { WorkspaceError } from '../../src/core/errors.ts';
import type { Wish } from '../../src/core/requests.ts';
import { NO_CHANGE } from '../../src/core/retry-change.ts';
import { failedSignal, quiet, scriptedAgent, type TaskScript, UnderWay } from '../support/core.ts';
import { endAll, OwnedRun, workers } from '../support/owned-run.ts';

const retry = (task: string): Wish => ({ action: 'retry', task, change: NO_CHANGE });
const cancel = (task: string | null): Wish => ({ action: 'cancel', task });
const teardown = (task: string): Wish => ({ action: 'teardown', task });
const chain = [{ id: 'a' }, { id: 'b', deps: ['a'] }, { id: 'c', deps: ['b'] }];
const never = new AbortController().signal;
const failing: TaskScript = { wait: (it) => failedSignal(it, 'no') };

describe('cancel of the run', () => {
  test('as by Ctrl-C, where somebody runs it; the wish is told before the end', async () => {
    const run = new OwnedRun({ tasks: chain, script: workers().script });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(cancel(null))).toBe('applied');
    expect(await end).toBe('cancelled');
    expect(run.events('task_cancelled')).toMatchObject([{ task: 'a', by: 'run' }]);
    expect(run.journal.kinds().at(-1)).toBe('run_finished');
  });

  test('of one that nobody runs ends its agents here; who runs it again goes on with it', async () => {
    const first = new OwnedRun({ tasks: chain, script: workers().script });
    const left = first.orchestrator.run();
    await quiet();
    first.orchestrator.detach();
    await left;
    const { journal } = first;
    const torn: string[] = [];
    const script: TaskScript = { teardown: (it) => void torn.push(it.task.id) };
    const asked = new OwnedRun({ tasks: chain, journal, idle: true, script });
    expect(await asked.ask(cancel(null))).toBe('applied');
    expect(torn).toEqual(['a']);
    expect(asked.orchestrator.state).toMatchObject({ outcome: 'cancelled', stopping: 'cancelled' });
    expect(asked.task('a')).toMatchObject({ status: 'cancelled', calledOff: false });
    expect(await asked.ask(cancel(null))).toBe('run_over');
    const next = new OwnedRun({ tasks: chain, journal });
    expect(await next.orchestrator.run()).toBe('succeeded');
    expect(next.told('started')).toEqual(['started a 1', 'started a 2', 'started b 1', 'started c 1']);
  });

  test('that has ended is refused; of one that waits for a person it is done', async () => {
    const over = new OwnedRun({ tasks: chain, script: failing });
    await over.orchestrator.run();
    const late = new OwnedRun({ tasks: chain, journal: over.journal, idle: true });
    expect(await late.ask(cancel(null))).toBe('run_over');
    const spec = {
      tasks: [
        { id: 'a', ws: 'one' },
        { id: 'b', ws: 'two', deps: ['a'] },
      ],
      workstreams: [{ id: 'one' }, { id: 'two' }],
    };
    const waiting = new OwnedRun(spec);
    expect(await waiting.orchestrator.run()).toBe('waiting_for_person');
    const asked = new OwnedRun({ ...spec, journal: waiting.journal, idle: true });
    expect(await asked.ask(cancel(null))).toBe('applied');
    expect(asked.orchestrator.state.outcome).toBe('cancelled');
  });
});

describe('teardown', () => {
  test('of an attempt that the settings had left, once', async () => {
    const limits = { teardownMode: 'never' } as const;
    const first = new OwnedRun({ tasks: [{ id: 'a' }], limits });
    await first.orchestrator.run();
    let torn = 0;
    const script: TaskScript = { teardown: () => void torn++ };
    const asked = new OwnedRun({ tasks: [{ id: 'a' }], limits, script, journal: first.journal, idle: true });
    expect(await asked.ask(teardown('a'))).toBe('applied');
    expect(await asked.ask(teardown('a'))).toBe('applied');
    expect(torn).toBe(1);
    expect(asked.task('a').attempts[0]?.tornDown).toBe(true);
  });

  test('that goes wrong is refused with the reason, every time', async () => {
    const first = new OwnedRun({ tasks: [{ id: 'a' }], limits: { teardownMode: 'never' } });
    await first.orchestrator.run();
    const script: TaskScript = {
      teardown: () => {
        throw new WorkspaceError('busy', 'in use');
      },
    };
    const asked = new OwnedRun({ tasks: [{ id: 'a' }], script, journal: first.journal, idle: true });
    expect(await asked.ask(teardown('a'))).toBe('teardown_failed');
    expect(await asked.ask(teardown('a'))).toBe('teardown_failed');
    const message = 'teardown_failed: WorkspaceError: in use';
    expect(asked.events('request_refused')).toMatchObject([{ message }, { message }]);
    expect(asked.events('task_concerned')).toHaveLength(1);
  });

  test('of what runs, and of what never ran, is refused', async () => {
    const { underWay, script } = workers();
    const run = new OwnedRun({ tasks: chain, script });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask(teardown('a'))).toBe('task_running');
    expect(await run.ask(teardown('b'))).toBe('never_started');
    expect(await run.ask(teardown('x'))).toBe('unknown_task');
    await endAll(underWay);
    expect(await end).toBe('succeeded');
  });

  test('that is under way is waited for', async () => {
    const underWay = new UnderWay();
    const script: TaskScript = { teardown: () => underWay.begin('teardown', never) };
    const run = new OwnedRun({ tasks: [{ id: 'a' }], script });
    const end = run.orchestrator.run();
    await quiet();
    const answer = run.ask(teardown('a'));
    await quiet();
    expect(run.answer(1)).toBeNull();
    underWay.end('teardown');
    expect(await answer).toBe('applied');
    expect(await end).toBe('succeeded');
    expect(run.told('torn_down')).toEqual(['torn_down a 1']);
  });

  test('of a task that is to be tried again: its next attempt waits for the end of it', async () => {
    const setup = {
      tasks: [{ id: 'a' }, { id: 'x' }, { id: 'w', deps: ['x'] }],
      workstreams: [{ id: 'default', parallel: true }],
    };
    const first = new OwnedRun({ ...setup, script: failing, limits: { teardownMode: 'never' } });
    await first.ask(cancel('x'));
    await first.orchestrator.run();
    const { journal } = first;
    const idle = new OwnedRun({ ...setup, journal, idle: true });
    await idle.ask(retry('a'));
    await idle.ask(retry('x'));
    const { underWay, script } = workers();
    const torn: TaskScript['teardown'] = (it) => (it.attempt === 1 && it.task.id === 'a' ? held() : undefined);
    const held = () => underWay.begin('teardown', never);
    const run = new OwnedRun({
      ...setup,
      journal,
      script: { ...script, teardown: torn },
      limits: { teardownMode: 'never' },
    });
    const end = run.orchestrator.run();
    const answer = run.ask(teardown('a'));
    await quiet();
    expect(underWay.names().sort()).toEqual(['teardown', 'x']);
    underWay.end('x');
    await quiet();
    expect(underWay.names()).toEqual(['teardown']);
    underWay.end('teardown');
    expect(await answer).toBe('applied');
    await endAll(underWay);
    expect(await end).toBe('succeeded');
    expect(run.told('torn_down', 'started')).toEqual([
      'started a 1',
      'started x 1',
      'torn_down a 1',
      'started a 2',
      'started w 1',
    ]);
  });

  test('of a task that is started again before it begins is refused: its worktree has another agent', async () => {
    const setup = {
      tasks: [{ id: 'x' }, { id: 'a' }],
      workstreams: [{ id: 'default', parallel: true }],
      limits: { teardownMode: 'never' } as const,
    };
    const first = new OwnedRun({ ...setup, script: failing });
    await first.ask(cancel('x'));
    await first.orchestrator.run();
    const { journal } = first;
    const idle = new OwnedRun({ ...setup, journal, idle: true });
    await idle.ask(retry('a'));
    await idle.ask(retry('x'));
    const { underWay, script } = workers();
    let looks = 0;
    const find: TaskScript['find'] = async (it) => {
      looks++;
      // The first one is that of the new owner.
      if (looks > 1) await underWay.begin('find', never);
      return { agent: scriptedAgent(script, it), found: 'ended' };
    };
    const torn: string[] = [];
    const teardownStep: TaskScript['teardown'] = (it) => void torn.push(it.task.id);
    const run = new OwnedRun({ ...setup, journal, script: { ...script, find, teardown: teardownStep } });
    const end = run.orchestrator.run();
    await quiet();
    const answer = run.ask(teardown('a'));
    await quiet();
    expect(underWay.names().sort()).toEqual(['find', 'x']);
    underWay.end('x');
    await quiet();
    expect(underWay.names().sort()).toEqual(['a', 'find']);
    underWay.end('find');
    expect(await answer).toBe('task_running');
    await endAll(underWay);
    expect(torn).toEqual([]);
    expect(await end).toBe('succeeded');
  });
});

describe('send', () => {
  const send: Wish = { action: 'send', task: 'a', text: 'hello' };

  test('reaches the agent, live and with nobody running it', async () => {
    const said: string[] = [];
    const script: TaskScript = {
      ...workers().script,
      send: (text) => {
        said.push(text);
        return said.length > 1 ? 'typed' : 'submitted';
      },
      find: (it) => ({ agent: scriptedAgent(script, it), found: 'alive' }),
    };
    const first = new OwnedRun({ tasks: chain, script });
    const left = first.orchestrator.run();
    await quiet();
    expect(await first.ask(send)).toBe('applied');
    first.orchestrator.detach();
    await left;
    const asked = new OwnedRun({ tasks: chain, script, journal: first.journal, idle: true });
    expect(await asked.ask(send)).toBe('not_submitted');
    expect(said).toEqual(['hello', 'hello']);
    expect(asked.events('task_prompted')).toMatchObject([{ result: 'submitted' }, { result: 'typed' }]);
    expect(asked.task('a').status).toBe('running');
  });

  test('was done by an owner that could not say so any more: it is not sent again', async () => {
    const said: string[] = [];
    const script: TaskScript = {
      ...workers().script,
      send: (text) => {
        said.push(text);
        return 'submitted';
      },
      find: (it) => ({ agent: scriptedAgent(script, it), found: 'alive' }),
    };
    const first = new OwnedRun({ tasks: chain, script });
    const left = first.orchestrator.run();
    await quiet();
    await first.ask(send);
    first.orchestrator.detach();
    await left;
    const { journal } = first;
    const at = journal.kinds().indexOf('request_applied');
    journal.lines.splice(at);
    const next = new OwnedRun({ tasks: chain, script, journal, idle: true });
    expect(await next.ask(send)).toBe('applied');
    expect(said).toEqual(['hello']);
  });

  test('to nobody is refused', async () => {
    const underWay = new UnderWay();
    const script: TaskScript = {
      ...workers().script,
      launch: (it) => underWay.begin('launch', it.signal),
      send: () => 'gone',
    };
    const run = new OwnedRun({ tasks: chain, script });
    const end = run.orchestrator.run();
    await quiet();
    expect(await run.ask({ ...send, task: 'b' })).toBe('not_running');
    expect(await run.ask(send)).toBe('no_agent');
    underWay.end('launch');
    await quiet();
    expect(await run.ask(send)).toBe('agent_gone');
    expect(run.events('task_prompted')).toMatchObject([{ result: 'gone' }]);
    expect(run.task('a').status).toBe('running');
    run.orchestrator.cancel();
    await end;
    const idle = new OwnedRun({ tasks: chain, journal: run.journal, idle: true });
    expect(await idle.ask(send)).toBe('not_running');
  });
});
