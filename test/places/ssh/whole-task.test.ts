import { existsSync, readFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterAll, beforeAll, expect, onTestFinished, test } from 'vitest';
import { type Sshd, startSshd } from '../../support/places/sshd.ts';
import { makeProject, type Project } from '../../support/run-fixture.ts';

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

test('a task goes through setup, a failed gate, one prompt and a merge there, over one connection', async () => {
  const here = project();
  here.write('repo/.env', 'SECRET=1\n');
  here.git('config', '--local', 'core.excludesFile', here.write('ignored', '.env\n'));
  const first = here.agent(
    'first',
    `grep -q SECRET .env; grep -q ready "$HOME/setup"
case $AGENTRELAY_SIGNAL_DIR in "$HOME"/*) ;; *) exit 9 ;; esac
grep -q "$HOME" "$AGENTRELAY_INSTRUCTIONS"
if grep "/repo/[.]wor" "$AGENTRELAY_INSTRUCTIONS"; then exit 8; fi
commit work.txt bad
agentrelay-concern --message 'a doubt'
agentrelay-complete
read -r line
grep -q 'not good' "$(printf '%s' "$line" | grep -o '/[^ ]*gate_last_output.txt')"
commit work.txt good
agentrelay-complete --title 'the work' --body 'of one'`,
  );
  const second = here.agent('second', 'grep -q good work.txt; commit more.txt more; agentrelay-complete');
  const graph = here.graph({
    name: 'g',
    forge: 'local',
    primary_agent: { framework: 'command', environment: there.environment },
    tasks: [
      {
        id: 'one',
        copy: ['.env'],
        setup: ['echo ready >"$HOME/setup"'],
        completion_gate:
          'pwd >>"$HOME/gates"; echo left >left.txt; grep -q good work.txt || { echo not good; exit 1; }',
        primary_agent: { command: first },
      },
      { id: 'two', dependencies: ['one'], cleanup: ['pwd >"$HOME/cleaned"'], primary_agent: { command: second } },
    ],
  });
  const { code, stdout, stderr } = await here.run('run', graph, '-L', 'relay');
  // The doubt holds back the lane's own merge.
  expect(code, stdout + stderr).toBe(0);
  expect(here.git('show', 'agentrelay/g/ws/default:more.txt')).toBe('more');
  expect(here.git('show', 'agentrelay/g/ws/default:work.txt')).toBe('good');
  // The first one has only looked whether a run can begin.
  expect(there.connections()).toBe(2);
  const events = here.journal('g');
  expect(events.filter(({ kind }) => kind === 'task_gate_failed')).toHaveLength(1);
  expect(events.find(({ kind }) => kind === 'task_concerned')).toMatchObject({ message: 'a doubt' });
  // What a gate leaves in the tree is kept like any other work.
  expect(events.filter(({ kind }) => kind === 'task_work_saved').length).toBeGreaterThan(0);
  const signals = join(here.repo, '.workflow/g/runs/1/signals/one/attempt-1');
  expect(readFileSync(join(signals, 'summary.md'), 'utf8')).toContain('the work');
  expect(existsSync(join(signals, 'agent.log'))).toBe(true);
  const gates = readFileSync(join(there.home, 'gates'), 'utf8').trim().split('\n');
  expect(gates).toHaveLength(2);
  expect(gates[0]?.startsWith(there.home)).toBe(true);
  expect(readFileSync(join(there.home, 'cleaned'), 'utf8').startsWith(there.home)).toBe(true);
  expect(there.left()).toEqual([]);
  expect(there.processes()).toEqual([]);
});

test('a signal from another branch is refused, and no branch of a person is moved', async () => {
  const here = project();
  here.git('branch', 'mine');
  const stray = here.agent('stray', 'git checkout -q -B mine; commit a.txt x; echo y >b.txt; signal done "$(here)"');
  const graph = here.graph({
    name: 'g',
    forge: 'local',
    primary_agent: { framework: 'command', environment: there.environment, command: stray },
    tasks: [{ id: 'one' }],
  });
  expect(await here.run('run', graph, '-L', 'relay')).toMatchObject({ code: 1 });
  const events = here.journal('g');
  expect(events.find(({ kind }) => kind === 'task_failed')).toMatchObject({ code: 'wrong_branch' });
  expect(here.git('rev-parse', 'mine')).toBe(here.git('rev-parse', 'main'));
  const saved = events.flatMap((event) => (event.kind === 'task_work_saved' ? [event.ref] : []));
  const files = saved.map((ref) => here.git('ls-tree', '--name-only', ref).split('\n'));
  expect(files).toContainEqual(['README.md', 'a.txt', 'b.txt']);
});
