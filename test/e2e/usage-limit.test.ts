import { resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { type OwnedRun, ownRun } from '../../src/commands/owner.ts';
import { prepareRun } from '../../src/commands/prepare-run.ts';
import type { RunEvent } from '../../src/core/events.ts';
import { currentAttempt } from '../../src/core/run-state.ts';
import { installStandIns, type StandInName, standInRecord, standInScripts } from '../support/agents/install.ts';
import { type Action, script } from '../support/agents/script.ts';
import { quiet } from '../support/core.ts';
import { JumpingClock } from '../support/jumping-clock.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

const HOUR = 3_600_000;

let project: Project;
let before: NodeJS.ProcessEnv;
beforeEach(() => {
  project = makeProject();
  before = { ...process.env };
});
afterEach(() => {
  for (const name of Object.keys(project.env)) delete process.env[name];
  Object.assign(process.env, before);
  project.remove();
});

const DONE: Action = { shell: 'echo done >$AGENTRELAY_TASK.txt; git add -A; git commit -qm done; agentrelay-complete' };

/** The time of day, in whole minutes and in UTC, as programs write it. */
function timeOfDay(at: number): string {
  const date = new Date(at);
  const hours = date.getUTCHours();
  const minutes = String(date.getUTCMinutes()).padStart(2, '0');
  return `${hours % 12 === 0 ? 12 : hours % 12}:${minutes}${hours < 12 ? 'am' : 'pm'}`;
}

/** A run in this process, so that its time can be another one. */
async function runInProcess(
  tasks: Readonly<Record<string, { framework: StandInName; actions: readonly Action[] }>>,
  slots: number,
) {
  const bin = installStandIns(project.folder);
  const scripts = Object.entries(tasks).map(([id, { actions }]) => [id, script(actions)] as const);
  const env = { ...project.env, ...standInScripts(project.folder, Object.fromEntries(scripts)) };
  Object.assign(process.env, env, { PATH: `${bin}:${project.env.PATH}` });
  const graphFile = project.graph({
    name: 'g',
    max_concurrency: slots,
    approvals: 'skip',
    workstreams: [{ id: 'default', auto_merge: true, parallel: true }],
    tasks: Object.entries(tasks).map(([id, { framework }]) => ({ id, primary_agent: { framework } })),
  });
  const clock = new JumpingClock();
  const options = {
    ...{ graphFile, targetRepo: project.repo, settings: {}, tmuxSocket: SOCKET, configModule: null },
    ...{ newRun: false, json: false, wait: null, agentScript: resolve(import.meta.dirname, '../../src/agent/run.ts') },
  };
  const prepared = await prepareRun(options);
  const run = await ownRun({ ...prepared.owner, clock });
  const events: RunEvent[] = [];
  const waits: { fits: () => boolean; resolve: () => void }[] = [];
  run.log.subscribe((event) => {
    events.push(event);
    for (const { fits, resolve } of waits) if (fits()) resolve();
  });
  const until = (fits: () => boolean) =>
    new Promise<void>((resolve) => (fits() ? resolve() : waits.push({ fits, resolve })));
  const close = async () => {
    await run.close();
    prepared.close();
  };
  return { run, clock, events, until, close };
}

const parked = ({ log }: OwnedRun) =>
  [...log.state.tasks.values()].filter((task) => currentAttempt(task)?.parkedUntil != null).map((t) => t.outline.id);
const succeeded = ({ log }: OwnedRun) =>
  [...log.state.tasks.values()].filter((task) => task.status === 'pr_merged').map((task) => task.outline.id);

test('a limit hit by three of five: the others have their slots, and the three go on in their sessions at its end', async () => {
  const reset = Date.now() + 2 * HOUR;
  const limits: Readonly<Record<string, string>> = {
    one: `You've hit your 5-hour limit · resets ${timeOfDay(reset)} (UTC)`,
    two: `You've hit your usage limit. Upgrade to Pro or try again at ${timeOfDay(reset)}.`,
    three: `You've hit your 5-hour limit · resets ${timeOfDay(reset)} (UTC)`,
  };
  const limited = (id: string): readonly Action[] => [{ limitUntilContinue: limits[id] ?? '' }, DONE];
  const { run, clock, events, until, close } = await runInProcess(
    {
      one: { framework: 'claude_code', actions: limited('one') },
      two: { framework: 'codex', actions: limited('two') },
      three: { framework: 'claude_code', actions: limited('three') },
      four: { framework: 'claude_code', actions: [{ work: 200 }, DONE] },
      five: { framework: 'codex', actions: [{ work: 200 }, DONE] },
    },
    3,
  );
  try {
    const outcome = run.orchestrator?.run();
    await until(() => parked(run).length === 3 && succeeded(run).length === 2);
    expect([parked(run), succeeded(run)]).toEqual([
      ['one', 'two', 'three'],
      ['four', 'five'],
    ]);
    for (const id of ['one', 'two', 'three']) {
      const told = Date.parse(currentAttempt(run.log.state.tasks.get(id) as never)?.until ?? '');
      expect(Math.abs(told - reset)).toBeLessThanOrEqual(60_000);
    }
    clock.jump(HOUR);
    expect(parked(run)).toEqual(['one', 'two', 'three']);
    clock.jump(HOUR + 120_000);
    await until(() => parked(run).length === 0);
    // The time in which they could have gone on by themselves.
    for (let second = 0; second < 30; second++) {
      clock.jump(1_000);
      await quiet();
    }
    expect(await outcome).toBe('succeeded');
    const attempts = [...run.log.state.tasks.values()].map((task) => task.attempts.length);
    expect(attempts).toEqual([1, 1, 1, 1, 1]);
    for (const id of ['one', 'two', 'three']) {
      const record = standInRecord(project.folder, id);
      expect(record.filter(({ kind }) => kind === 'started')).toHaveLength(1);
      const prompts = record.flatMap((fact) => (fact.kind === 'prompt' ? [fact.text] : []));
      expect(prompts).toEqual([
        expect.stringMatching(/^Read .*instructions\.md and follow it\.$/),
        'agentrelay: your usage limit is over. Go on with your task where you stopped.',
      ]);
    }
    expect(events.filter(({ kind }) => kind === 'task_unparked')).toHaveLength(3);
    expect(events.filter(({ kind }) => kind === 'task_failed')).toEqual([]);
  } finally {
    await close();
  }
});

test('a program that goes on by itself is not told to', async () => {
  const reset = Date.now() + 2 * HOUR;
  const message = `You've hit your 5-hour limit · resets ${timeOfDay(reset)} (UTC)`;
  const { run, clock, until, close } = await runInProcess(
    { one: { framework: 'claude_code', actions: [{ limit: message, continuesAfter: 4_000 }, DONE] } },
    1,
  );
  try {
    const outcome = run.orchestrator?.run();
    await until(() => parked(run).length === 1);
    clock.jump(2 * HOUR + 61_000);
    expect(await outcome).toBe('succeeded');
    expect(standInRecord(project.folder, 'one').filter(({ kind }) => kind === 'prompt')).toHaveLength(1);
  } finally {
    await close();
  }
});
