import { afterEach, expect, test } from 'vitest';
import type { EventKind, FactOf } from '../../src/core/events.ts';
import { replay } from '../../src/core/reduce.ts';
import { type DashboardDesk, openDesk } from '../support/dashboard-desk.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

const projects: Project[] = [];
const desks: DashboardDesk[] = [];
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  for (const project of projects.splice(0)) project.remove();
});

const GOOD = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
/** Only its second attempt does anything of use. */
const SECOND = `if [ "$AGENTRELAY_ATTEMPT" = 1 ]; then
  commit half.txt half; agentrelay-failed --reason "no idea of $AGENTRELAY_TASK"; exit
fi; ${GOOD}`;
const ASKS = `agentrelay-attention waiting_input --question 'Which database?' --choice sqlite --choice postgres
read -r answer; agentrelay-attention working; commit ask.txt "$answer"; agentrelay-complete`;
/** Says what it reads, and works until the test says so, by a file beside the repository. */
const HELD = `echo "I am $AGENTRELAY_TASK"; wait_for "$HOME/go"; ${GOOD}`;

/** Two that fail at first, one that asks, one that takes its time; the rest waits for them. */
function projectOf(): Project & { readonly file: string } {
  const project = makeProject();
  projects.push(project);
  const task = (id: string, lane: string, script: string, ...dependencies: string[]) => ({
    id,
    workstream_id: lane,
    dependencies,
    primary_agent: { framework: 'command', command: project.agent(id, script) },
  });
  const file = project.graph({
    name: 'g',
    max_concurrency: 4,
    teardown_mode: 'on_success',
    workstreams: [
      { id: 'api', auto_merge: true },
      { id: 'web', parallel: true, auto_merge: true },
    ],
    tasks: [
      task('fix', 'api', SECOND),
      task('docs', 'api', GOOD, 'fix'),
      task('wild', 'web', SECOND),
      task('ask', 'web', ASKS),
      task('held', 'web', HELD),
      task('last', 'web', GOOD, 'held', 'ask', 'wild'),
    ],
  });
  return { ...project, file };
}

const go = (project: Project) => project.write('go', '');

function dashboard(project: Project & { readonly file: string }, ...flags: string[]): DashboardDesk {
  const desk = openDesk(project, ['tui', project.file, '-t', project.repo, '-L', SOCKET, ...flags]);
  desks.push(desk);
  return desk;
}

/** All but times, processes and the names of commits. */
function outcomeOf({ git, journal }: Project) {
  const state = replay(journal('g'));
  return {
    outcome: state.outcome,
    tasks: [...state.tasks.values()].map(({ outline, status, attempts }) => ({
      id: outline.id,
      status,
      attempts: attempts.map((attempt) => [attempt.status, attempt.failure?.code ?? null]),
    })),
    lanes: [...state.workstreams.values()].map(({ outline, status }) => [outline.id, status]),
    tree: git('rev-parse', 'main^{tree}'),
    branches: git('for-each-ref', '--format=%(refname)', 'refs/heads'),
  };
}

/** The same graph without a screen; who fails is tried again by itself, and the question is answered from elsewhere. */
async function headlessOutcome() {
  const project = projectOf();
  go(project);
  const live = project.start('run', project.file, '-L', SOCKET, '--json', '-a', '2');
  await live.event('agent_waiting_input');
  expect(await project.run('answer', 'ask', '2', '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(await live.ended).toMatchObject({ code: 0 });
  return outcomeOf(project);
}

function eventsOf<K extends EventKind>({ journal }: Project, kind: K): FactOf<K>[] {
  return journal('g').filter((event) => event.kind === kind) as never;
}

/** Without what changes by itself: times, and the footer, where news come and go. */
function still(shown: string): string {
  return shown
    .trimEnd()
    .split('\n')
    .slice(0, -1)
    .join('\n')
    .replaceAll(/\d+:\d\d/g, 'time');
}

const BEGUN = /✖ fix .*no idea of fix[\s\S]*✖ wild[\s\S]*! ask .*Which database\?[\s\S]*● held/;

/** The filter leads to a task, whatever else there is; Escape shows all again. */
async function find(desk: DashboardDesk, name: string, row: RegExp): Promise<void> {
  desk.press('/');
  await desk.see(/^ \/$/m);
  desk.type(name);
  await desk.see(/1 of 6 shown/);
  desk.press('Enter');
  await desk.gone(/^ \/ /m);
  await desk.see(row);
}

async function showAll(desk: DashboardDesk): Promise<void> {
  desk.press('Escape');
  await desk.gone(/of 6 shown/);
}

async function retry(desk: DashboardDesk, id: string): Promise<void> {
  desk.press('r');
  await desk.see(new RegExp(`Retry ${id} .*[\\s\\S]*attempt 2`));
  desk.press('Enter');
}

test('a person leads a run to its end: retry, teardown and undo, answer, filter, attach', async () => {
  const headless = headlessOutcome();
  const project = projectOf();
  const desk = dashboard(project);
  await desk.see(BEGUN);

  // The failed one is where the cursor is.
  await desk.see(/❯ ✖ fix/);
  await retry(desk, 'fix');
  await desk.see(/✔ fix #2 [\s\S]*✔ docs/);

  desk.press('n');
  await desk.see(/❯ ✖ wild/);
  const branch = 'refs/heads/agentrelay/g/wild';
  const tip = project.git('rev-parse', branch);
  desk.press('t');
  await desk.see(/Tear down wild\?[\s\S]*refs\/agentrelay\/attempts\/1\/wild\/1/);
  expect(project.git('rev-parse', branch)).toBe(tip);
  desk.press('y');
  await desk.see(/wild torn down; u brings the work back/);
  expect(project.git('for-each-ref', branch)).toBe('');
  expect(project.git('rev-parse', 'refs/agentrelay/attempts/1/wild/1')).toBe(tip);
  desk.press('u');
  await desk.see(/wild: the teardown is undone/);
  expect(project.git('rev-parse', branch)).toBe(tip);
  await retry(desk, 'wild');
  await desk.see(/✔ wild #2/);

  desk.press('n');
  await desk.see(/❯ ! ask/);
  desk.press('a');
  await desk.see(/❯ .*sqlite/);
  desk.press('Down');
  await desk.see(/❯ .*postgres/);
  desk.press('Enter');
  await desk.see(/✔ ask/);
  expect(project.git('show', 'agentrelay/g/ws/web:ask.txt')).toBe('postgres');

  await find(desk, 'hel', /❯ ● held/);
  const before = still(await desk.see(/output[\s\S]*^I am held$/m));
  expect(before).not.toMatch(/✔ ask|fix/);
  desk.press('Enter');
  await desk.see(/^I am held\n[\s\S]*\[agentrela.*:held\*/);
  desk.press('C-b', 'd');
  await desk.see((shown) => still(shown) === before);
  await showAll(desk);
  await desk.see(/✔ fix[\s\S]*✔ docs[\s\S]*✔ wild[\s\S]*✔ ask[\s\S]*● held[\s\S]*○ last/);

  go(project);
  await desk.see(/succeeded[\s\S]*✔ last/);
  desk.press('q');
  expect(await desk.exitCode()).toBe(0);
  expect((await desk.left()).join('\n')).toMatch(/^g, run 1: succeeded: 6 of 6 tasks/m);
  expect(await desk.deviations()).toEqual([]);
  expect(outcomeOf(project)).toEqual(await headless);
});

test('a run is left in the background, joined again, acted on and watched to its end', async () => {
  const headless = headlessOutcome();
  const project = projectOf();
  const first = dashboard(project);
  await first.see(BEGUN);
  first.press('q');
  await first.see(/❯ leave it running/);
  first.press('Enter');
  expect(await first.exitCode()).toBe(0);
  const [, pid] = /run 1 of g goes on in the background: process (\d+)/.exec((await first.left()).join('\n')) ?? [];
  expect(await first.deviations()).toEqual([]);
  const panes = project.tmux('list-panes', '-a', '-F', '#{window_name} #{pane_dead}')?.split('\n');
  expect(panes).toEqual(expect.arrayContaining(['owner-g 0', 'held 0', 'ask 0']));

  const second = dashboard(project);
  await second.see(new RegExp(`joined: process ${pid} runs it[\\s\\S]*✖ wild`));
  const third = dashboard(project, '--read-only');
  await third.see(/read-only[\s\S]*✖ wild/);

  second.press('p');
  await second.see(/paused: nothing more is started/);
  await third.see(/^ agentrelay .* paused/);
  await find(second, 'wild', /❯ ✖ wild/);
  await retry(second, 'wild');
  await second.see(/wild is tried again/);
  second.press('p');
  await second.see(/✔ wild #2/);
  await showAll(second);

  await third.see(/❯ ✖ fix/);
  for (const key of ['r', 't', 'x', 'a', 'u', 'p', 'o', 'Enter']) {
    third.press(key);
    await third.see(/read-only: this dashboard only looks/);
    third.press('Escape');
    await third.gone(/only looks/);
  }
  third.press('q');
  expect(await third.exitCode()).toBe(0);
  expect(eventsOf(project, 'request_applied').map(({ action }) => action)).toEqual(['pause', 'retry', 'unpause']);

  await find(second, 'fix', /❯ ✖ fix/);
  await retry(second, 'fix');
  await second.see(/✔ fix #2/);
  await showAll(second);
  second.press('n');
  await second.see(/❯ ! ask/);
  second.press('a');
  await second.see(/❯ .*sqlite/);
  second.type('postgres');
  second.press('Enter');
  await second.see(/✔ ask/);
  go(project);
  await second.see(/succeeded[\s\S]*✔ last/);
  second.press('q');
  expect(await second.exitCode()).toBe(0);
  expect(await second.deviations()).toEqual([]);
  expect(outcomeOf(project)).toEqual(await headless);
});
