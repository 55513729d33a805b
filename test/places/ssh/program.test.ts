import { writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { acceptedPrompts, installStandIns, standInScripts } from '../../support/agents/install.ts';
import { script } from '../../support/agents/script.ts';
import { type Sshd, startSshd } from '../../support/places/sshd.ts';
import { makeProject } from '../../support/run-fixture.ts';

let there: Sshd;
beforeAll(async () => {
  there = await startSshd();
});
afterAll(() => there.end());

test('a program that is watched is kicked off there, told of its gate over a lost connection, and its work merged', async () => {
  const here = makeProject();
  onTestFinished(() => here.remove());
  const write = (text: string) => ({ shell: `echo ${text} >a.txt && git add -A && git commit -qm ${text}` });
  const complete = { shell: 'agentrelay-complete' };
  const scripts = standInScripts(there.folder, {
    a: script([write('first'), complete], [write('second'), complete]),
  });
  const variables = Object.entries(scripts).map(([name, value]) => `export ${name}='${value}'`);
  const path = `export PATH='${installStandIns(there.folder, ['claude_code'])}':"$PATH"`;
  writeFileSync(join(there.home, '.profile'), `${[...variables, path, 'export IS_SANDBOX=1'].join('\n')}\n`);
  const graph = here.graph({
    name: 'g',
    forge: 'local',
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [
      {
        id: 'a',
        approvals: 'skip',
        completion_gate: 'touch "$HOME/gated"; grep -q second a.txt',
        primary_agent: { framework: 'claude_code', environment: there.environment },
      },
    ],
  });
  const live = here.start('run', graph, '-L', 'relay', '--json');
  await live.event('task_gate_started');
  there.dropConnections();
  const { code, stdout, stderr } = await live.ended;
  expect(code, stdout + stderr).toBe(0);
  expect(here.git('show', 'main:a.txt')).toBe('second');
  const [first = '', second = '', ...more] = acceptedPrompts(there.folder, 'a');
  expect(more).toEqual([]);
  expect(first).toContain(there.home);
  expect(second).toContain(there.home);
  expect(here.journal('g').find(({ kind }) => kind === 'task_waiting')).toMatchObject({ seen_by: 'hook' });
});
