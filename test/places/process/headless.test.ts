import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { FactOf } from '../../../src/core/events.ts';
import {
  installStandIns,
  STAND_INS,
  type StandInName,
  standInRecord,
  standInScripts,
} from '../../support/agents/install.ts';
import { type Action, script } from '../../support/agents/script.ts';
import { makeProject, type Project } from '../../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
  project.env.PATH = `${installStandIns(project.folder)}:${project.env.PATH}`;
  project.env.IS_SANDBOX = '1';
});
afterEach(() => project.remove());

/** Rounded to hundreds, as one of them tells them. */
const used = (costUsd: number): Action => ({
  usage: { input: 1_000, output: 600, cacheRead: 5_000, cacheWrite: 300, costUsd },
});
const commit = (name: string, text: string): Action => ({
  shell: `echo ${text} > ${name}.txt && git add ${name}.txt && git commit -qm 'write ${name}'`,
});
const complete: Action = { shell: 'agentrelay-complete' };

/** What the stand-in itself has added up. */
function ownSum(name: StandInName) {
  const facts = standInRecord(project.folder, name).flatMap((fact) => (fact.kind === 'used' ? fact : []));
  const total = (of: (fact: (typeof facts)[number]) => number) => facts.reduce((sum, fact) => sum + of(fact), 0);
  return { output: total(({ output }) => output), cost: total(({ costUsd }) => costUsd) };
}

/** Those that tell what it costs. */
const TELLS_COST: readonly StandInName[] = ['claude_code', 'opencode', 'aider'];

test('each program works as processes: one for its task, one more when the gate has failed, and it is merged', async () => {
  const scripts = STAND_INS.map((name, at) => {
    const begun = [used(0.01 * at + 0.0123), commit(name, 'first'), complete, { say: 'I have begun.' }];
    return [name, script(begun, [used(0.02), commit(name, 'second'), complete, { say: 'It is done.' }])] as const;
  });
  Object.assign(project.env, standInScripts(project.folder, Object.fromEntries(scripts)));
  const graph = project.graph({
    name: 'g',
    max_concurrency: STAND_INS.length,
    workstreams: STAND_INS.map((id) => ({ id, auto_merge: true })),
    tasks: STAND_INS.map((name) => ({
      ...{ id: name, workstream_id: name, approvals: 'skip' },
      completion_gate: `grep -q second ${name}.txt`,
      primary_agent: { framework: name, environment: { type: 'process' } },
    })),
  });
  expect(await project.run('run', graph)).toMatchObject({ code: 0, stderr: '' });
  const journal = project.journal('g');
  for (const name of STAND_INS) {
    expect(project.git('show', `main:${name}.txt`)).toBe('second');
    const prompts = standInRecord(project.folder, name).flatMap((fact) => (fact.kind === 'prompt' ? fact : []));
    expect(prompts.map(({ turn }) => turn)).toEqual([1, 2]);
    expect(prompts[0]?.text).toContain(join(name, 'attempt-1', 'instructions.md'));
    expect(new Set(prompts.map(({ session }) => session)).size).toBe(1);
    const told = journal.findLast(
      (event) => event.kind === 'task_usage' && event.task === name,
    ) as FactOf<'task_usage'>;
    const own = ownSum(name);
    expect(told, name).toMatchObject({ output_tokens: own.output });
    if (TELLS_COST.includes(name)) expect(told.cost_usd, name).toBeCloseTo(own.cost, 4);
    else expect(told.cost_usd, name).toBeNull();
  }
  expect(journal.filter(({ kind }) => kind === 'task_launched')).toHaveLength(STAND_INS.length);
});
