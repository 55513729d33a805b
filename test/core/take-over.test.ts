import { describe, expect, test } from 'vitest';
import type { KnownAgent } from '../../src/core/agent-handle.ts';
import { SignalError, WorkspaceError } from '../../src/core/errors.ts';
import { PLACE_LOST } from '../../src/core/place-failure.ts';
import { failedSignal, quiet, scriptedAgent, type TaskScript, UnderWay } from '../support/core.ts';
import { endAll, OwnedRun, type OwnedRunSetup, workers } from '../support/owned-run.ts';

const never = new AbortController().signal;
const tasks = [{ id: 'a' }, { id: 'b' }, { id: 'c', deps: ['a'] }];
const parallel = [{ id: 'default', parallel: true }];

/** A run whose owner left while the tasks of its first wave were at work. */
async function leftRun(setup: OwnedRunSetup): Promise<OwnedRun> {
  const run = new OwnedRun({ ...setup, script: { ...workers().script, ...setup.script } });
  const left = run.orchestrator.run();
  await quiet();
  run.orchestrator.detach();
  expect(await left).toBeNull();
  return run;
}

describe('agents that live', () => {
  const setup = { tasks, workstreams: parallel, limits: { maxConcurrency: 2 } };

  test('go on, all found before anything is started; nothing is prepared or launched again', async () => {
    const { journal } = await leftRun(setup);
    const calls: string[] = [];
    const { underWay, script } = workers();
    const log = (name: string) => (it: { task: { id: string } }) => void calls.push(`${name} ${it.task.id}`);
    const steps = { prepare: log('prepare'), launch: log('launch'), kickoff: log('kickoff'), adopt: log('adopt') };
    const next = new OwnedRun({ ...setup, journal, script: { ...script, ...steps } });
    const end = next.orchestrator.run();
    await quiet();
    expect(calls).toEqual(['adopt a', 'adopt b']);
    expect(next.events('task_adopted')).toMatchObject([
      { task: 'a', attempt: 1, agent: 'place:a', step: 'wait', found: 'alive' },
      { task: 'b', attempt: 1, agent: 'place:b', step: 'wait', found: 'alive' },
    ]);
    await endAll(underWay);
    expect(await end).toBe('succeeded');
    expect(next.told('started')).toEqual(['started a 1', 'started b 1', 'started c 1']);
    expect(calls).toEqual(['adopt a', 'adopt b', 'prepare c', 'launch c', 'kickoff c']);
  });

  test('hold their slots', async () => {
    const { journal } = await leftRun(setup);
    const { underWay, script } = workers();
    const next = new OwnedRun({
      ...setup,
      tasks: [...tasks, { id: 'd' }],
      limits: { maxConcurrency: 1 },
      journal,
      script,
    });
    const end = next.orchestrator.run();
    await quiet();
    underWay.end('b');
    await quiet();
    expect(underWay.names()).toEqual(['a']);
    await endAll(underWay);
    expect(await end).toBe('succeeded');
  });

  test('that fail under the new owner are tried again as under the old one', async () => {
    const limits = { maxConcurrency: 2, maxTaskAttempts: 2 };
    const { journal } = await leftRun({ ...setup, limits });
    const { underWay, script } = workers((id, attempt) => id === 'a' && attempt === 1);
    const next = new OwnedRun({ ...setup, limits, journal, script });
    const end = next.orchestrator.run();
    await endAll(underWay);
    expect(await end).toBe('succeeded');
    expect(next.told('retrying', 'started').filter((each) => each.includes(' a '))).toEqual([
      'started a 1',
      'retrying a 1',
      'started a 2',
    ]);
  });

  test.each<[string, KnownAgent['found'], string, number]>([
    ['lost: the attempt is burnt', 'lost', 'agent_lost', 1],
    ['lost with its place: it is tried again', 'lost', PLACE_LOST, 2],
  ])('but one is %s', async (_, found, code, attempts) => {
    const one = { tasks: [{ id: 'a' }] };
    const { journal } = await leftRun(one);
    const script: TaskScript = {
      find: (it) => ({ agent: scriptedAgent({}, it), found }),
      wait: (it) => {
        if (it.attempt === 1) throw new SignalError(code, 'gone');
        return failedSignal(it, 'no');
      },
    };
    const next = new OwnedRun({ ...one, journal, script });
    expect(await next.orchestrator.run()).toBe('completed_with_failures');
    expect(next.task('a').attempts).toHaveLength(attempts);
    expect(next.task('a').attempts[0]?.failure?.code).toBe(code);
    expect(next.events('task_adopted')).toMatchObject([{ found: 'lost' }]);
  });

  test('while they are looked for, nothing is started, also when a lane cannot be made ready', async () => {
    const two = {
      tasks: [
        { id: 'a', ws: 'one' },
        { id: 'x', ws: 'two' },
        { id: 'y', ws: 'two' },
      ],
      workstreams: [{ id: 'one' }, { id: 'two', parallel: true }],
      limits: { maxConcurrency: 2 },
    };
    const { journal } = await leftRun(two);
    const { underWay, script } = workers();
    const prepare = async (lane: { workstream: { id: string } }) => {
      if (lane.workstream.id === 'one') throw new WorkspaceError('branch_rewound', 'moved back');
    };
    const next = new OwnedRun({ ...two, journal, script, lanes: { prepare } });
    const end = next.orchestrator.run();
    await quiet();
    expect(underWay.names()).toEqual(['a', 'x']);
    expect(next.lane('one')).toMatchObject({ status: 'failed', failure: { code: 'branch_rewound' } });
    await endAll(underWay);
    expect(await end).toBe('completed_with_failures');
    expect(next.told('started')).toEqual(['started a 1', 'started x 1', 'started y 1']);
  });

  test('that cannot be looked for end the new owner, and not the attempt', async () => {
    const { journal } = await leftRun({ tasks });
    const find = () => {
      throw new TypeError('no tmux');
    };
    const next = new OwnedRun({ tasks, journal, script: { find } });
    await expect(next.orchestrator.run()).rejects.toThrow('no tmux');
    expect(next.task('a').status).toBe('running');
    expect(next.journal.kinds().at(-1)).toBe('run_resumed');
  });
});

describe('a word while they are looked for', () => {
  async function finding(say: (run: OwnedRun) => void) {
    const { journal } = await leftRun({ tasks });
    const underWay = new UnderWay();
    const work = workers();
    const script: TaskScript = {
      ...work.script,
      async find(it) {
        await underWay.begin('find', never);
        return { agent: scriptedAgent({}, it), found: 'alive' };
      },
    };
    const next = new OwnedRun({ tasks, journal, script });
    const end = next.orchestrator.run();
    await quiet();
    say(next);
    underWay.end('find');
    await quiet();
    return { next, end, underWay: work.underWay };
  }

  test('cancel ends them', async () => {
    const { next, end } = await finding((run) => run.orchestrator.cancel());
    expect(await end).toBe('cancelled');
    expect(next.told('adopted', 'cancelled', 'torn_down', 'started').slice(1)).toEqual([
      'adopted a 1',
      'cancelled a 1',
      'torn_down a 1',
    ]);
  });

  test('detach leaves them', async () => {
    const { next, end } = await finding((run) => run.orchestrator.detach());
    expect(await end).toBeNull();
    expect(next.task('a').status).toBe('running');
  });

  test('stop lets them end, and starts nothing', async () => {
    const { next, end, underWay } = await finding((run) => run.orchestrator.stop());
    underWay.end('a');
    expect(await end).toBeNull();
    expect(next.told('started', 'succeeded')).toEqual(['started a 1', 'succeeded a 1']);
  });
});

describe('attempts that have ended', () => {
  /** Cut short before their teardown was recorded. */
  async function cut(setup: OwnedRunSetup): Promise<OwnedRun> {
    const run = new OwnedRun(setup);
    await run.orchestrator.run();
    const at = run.journal.lines.findIndex((line) => line.includes('"task_torn_down"'));
    run.journal.lines.splice(at);
    return run;
  }
  const ends = (...ids: string[]): TaskScript => ({
    wait: (it) => (ids.includes(it.task.id) ? failedSignal(it, 'no') : Promise.reject(new TypeError('bug'))),
  });

  test.each([
    ['always', true],
    ['on_success', false],
    ['never', false],
  ] as const)('are torn down where the mode says so: %s', async (teardownMode, expected) => {
    const { journal } = await cut({ tasks: [{ id: 'a' }], script: ends('a') });
    const torn: string[] = [];
    const next = new OwnedRun({
      tasks: [{ id: 'a' }],
      journal,
      limits: { teardownMode },
      script: {
        adopt: (it) => void torn.push(`adopt ${it.attempt}`),
        teardown: (it) => void torn.push(`${it.attempt}`),
      },
    });
    expect(await next.orchestrator.run()).toBe('completed_with_failures');
    expect(torn).toEqual(expected ? ['adopt 1', '1'] : ['adopt 1']);
    expect(next.task('a').attempts[0]?.tornDown).toBe(expected);
    expect(next.events('task_adopted')).toEqual([]);
  });

  test('are torn down before the next attempt starts', async () => {
    const setup = { tasks: [{ id: 'a' }], limits: { maxTaskAttempts: 2 } };
    const { journal } = await cut({ ...setup, script: ends('a') });
    const next = new OwnedRun({ ...setup, journal });
    expect(await next.orchestrator.run()).toBe('succeeded');
    expect(next.told('failed', 'torn_down', 'retrying', 'started')).toEqual([
      'started a 1',
      'failed a 1',
      'torn_down a 1',
      'retrying a 1',
      'started a 2',
      'torn_down a 2',
    ]);
  });

  test('a teardown that fails again is a concern, and the run goes on', async () => {
    const setup = { tasks: [{ id: 'a' }], limits: { maxTaskAttempts: 2 } };
    const { journal } = await cut({ ...setup, script: ends('a') });
    const teardown = () => {
      throw new WorkspaceError('busy', 'in use');
    };
    const next = new OwnedRun({ ...setup, journal, script: { teardown } });
    expect(await next.orchestrator.run()).toBe('succeeded');
    expect(next.task('a').attempts[0]?.concerns).toMatchObject([{ source: 'teardown' }]);
  });

  test('once they are torn down, nobody looks at them again', async () => {
    const first = new OwnedRun({ tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }], script: ends('a') });
    await first.orchestrator.run();
    const next = new OwnedRun({
      tasks: [{ id: 'a' }, { id: 'b', deps: ['a'] }],
      journal: first.journal,
      script: {
        find: () => {
          throw new Error('looked for');
        },
      },
    });
    expect(await next.orchestrator.run()).toBe('completed_with_failures');
  });
});

describe('tasks that a new owner tries again', () => {
  test('those of a run that was called off, but for what a person has called off himself', async () => {
    const setup = { tasks, workstreams: parallel, limits: { maxConcurrency: 2 } };
    const first = new OwnedRun({ ...setup, script: workers().script });
    const end = first.orchestrator.run();
    await quiet();
    await first.ask({ action: 'cancel', task: 'b' });
    first.orchestrator.cancel();
    expect(await end).toBe('cancelled');
    const next = new OwnedRun({ ...setup, journal: first.journal });
    expect(await next.orchestrator.run()).toBe('completed_with_failures');
    expect(next.told('retrying')).toEqual(['retrying a 1']);
    expect(next.task('c').status).toBe('pr_merged');
    expect(next.task('b').status).toBe('cancelled');
  });

  test('none that has met a defect, and none that has no attempts left', async () => {
    const setup = { tasks: [{ id: 'a' }, { id: 'b' }], limits: { failFastOnInternalError: false } };
    const script: TaskScript = {
      wait: (it) => {
        if (it.task.id === 'a') throw new TypeError('bug');
        return failedSignal(it, 'no');
      },
    };
    const first = new OwnedRun({ ...setup, script });
    await first.orchestrator.run();
    const same = new OwnedRun({ ...setup, journal: first.journal });
    expect(await same.orchestrator.run()).toBe('completed_with_failures');
    expect(same.told('retrying')).toEqual([]);
    const more = new OwnedRun({ ...setup, limits: { ...setup.limits, maxTaskAttempts: 2 }, journal: first.journal });
    expect(await more.orchestrator.run()).toBe('completed_with_failures');
    expect(more.events('task_retrying')).toMatchObject([{ task: 'b', attempt: 1, of: 2 }]);
    expect(more.task('b').status).toBe('pr_merged');
  });
});
