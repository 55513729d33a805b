import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { makeProject, type Project } from '../../support/run-fixture.ts';
import { type Sshd, startSshd } from '../../support/places/sshd.ts';

let there: Sshd;
beforeAll(async () => {
  there = await startSshd();
});
afterAll(() => there.end());

function project(): Project {
  const made = makeProject();
  onTestFinished(() => made.remove());
  return made;
}

test('a task is launched, sent back by its gate, and merged on another machine, over one connection', async () => {
  const here = project();
  const agent = here.agent(
    'first',
    `commit work.txt bad
signal done "$(here)"
read -r line
printf '%s\\n' "$line" >"$HOME/told"
grep -q 'not good' "$(printf '%s' "$line" | grep -o '/[^ ]*gate_last_output.txt')"
commit work.txt good
signal done "$(here)"`,
  );
  const graph = here.graph({
    name: 'g',
    forge: 'local',
    primary_agent: { framework: 'command', environment: there.environment },
    tasks: [
      {
        id: 'one',
        completion_gate: 'pwd >>"$HOME/gates"; grep -q "^good" work.txt || { echo not good; exit 1; }',
        primary_agent: { command: agent },
      },
    ],
    workstreams: [{ id: 'default', auto_merge: true }],
  });
  const before = there.connections();
  const { code, stdout, stderr } = await here.run('run', graph, '-L', 'relay');
  expect(stdout + stderr).toBe('');
  expect(code).toBe(0);
  expect(there.connections() - before).toBe(1);
});
