import { existsSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as delay } from 'node:timers/promises';
import { afterEach, beforeEach, describe, expect, test } from 'vitest';
import { replay } from '../../src/core/reduce.ts';
import { type DashboardDesk, type DeskOptions, openDesk } from '../support/dashboard-desk.ts';
import { programText } from '../support/desk.ts';
import { type Live, makeProject, PROGRAM, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
let graph: string;
const desks: DashboardDesk[] = [];
beforeEach(() => {
  project = makeProject();
  const task = (id: string, script: string, ...dependencies: string[]) => ({
    id,
    dependencies,
    primary_agent: { framework: 'command', command: project.agent(id, script) },
  });
  const good = 'commit $AGENTRELAY_TASK.txt done; agentrelay-complete';
  graph = project.graph({
    name: 'g',
    workstreams: [{ id: 'default', auto_merge: true }],
    // The first one works until the test says so, by a file beside the repository.
    tasks: [task('a', `echo "I am a"; wait_for "$HOME/go"; ${good}`), task('b', good, 'a')],
  });
});
afterEach(() => {
  for (const desk of desks.splice(0)) desk.close();
  project.remove();
});

const go = () => project.write('go', '');
const tui = (...flags: string[]) => ['tui', graph, '-t', project.repo, '-L', SOCKET, ...flags];

/** Without a screen; its agent is at work. */
async function ownedElsewhere(): Promise<Live> {
  const owner = project.start('run', graph, '-L', SOCKET, '--json');
  await owner.event('task_waiting');
  return owner;
}

async function dashboard(options: DeskOptions = {}, ...flags: string[]): Promise<DashboardDesk> {
  const desk = openDesk(project, tui(...flags), options);
  desks.push(desk);
  await desk.see(/● a .*working[\s\S]*┤ output ├[\s\S]*^I am a$/m);
  expect(desk.modes()).toMatchObject({ alternate: true, cursor: false });
  return desk;
}

/** Of agents and owners, and whether it is dead. */
const windows = () =>
  (project.tmux('list-panes', '-a', '-F', '#{window_name} #{pane_dead}') ?? '')
    .split('\n')
    .filter((line) => line !== '' && line !== 'agentrelay 0')
    .toSorted();
const lockFile = () => join(project.repo, '.workflow/g/owner.lock');

async function left(desk: DashboardDesk) {
  const code = await desk.exitCode();
  return { code, lines: (await desk.left()).join('\n'), deviations: await desk.deviations() };
}

/** Goes on with the run where it was left, to its end; how many attempts each task took. */
async function goOn(): Promise<Record<string, number>> {
  go();
  expect(await project.run('run', graph, '-L', SOCKET)).toMatchObject({ code: 0, stderr: '' });
  return attempts();
}

function attempts(): Record<string, number> {
  const state = replay(project.journal('g'));
  expect(state.outcome).toBe('succeeded');
  expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'a.txt', 'b.txt']);
  return Object.fromEntries([...state.tasks.values()].map((task) => [task.outline.id, task.attempts.length]));
}

/** Nobody owns the run, and its agent works on. */
function expectAgentLeft(): void {
  expect(existsSync(lockFile())).toBe(false);
  expect(windows()).toEqual(['a 0']);
}

/** The agent's screen, and tmux's line below it that tells how to come back. */
const IN_TMUX = /^I am a\n[\s\S]*agentrelay: the prefix key(?: twice)?, then [dL], comes back to the dashboard/;
const LEFT = /^agentrelay: run 1 of g is left; its agents stay at work.*\n {2}→ agentrelay tui .*goes on with it$/;

async function quit(desk: DashboardDesk, choice: 'leave it' | 'stop' | 'cancel'): Promise<void> {
  desk.press('q');
  await desk.see(/❯ leave it running/);
  for (const next of choice === 'cancel' ? ['stop', 'cancel'] : choice === 'stop' ? ['stop'] : []) {
    desk.press('j');
    await desk.see(new RegExp(`❯ ${next}`));
  }
  desk.press('Enter');
}

describe('a person', () => {
  test('who only looked quits, and the run does not notice', async () => {
    const owner = await ownedElsewhere();
    const desk = await dashboard({}, '--read-only');
    desk.press('q');
    expect(await left(desk)).toEqual({ code: 0, lines: expect.stringMatching(/^g, run 1: /), deviations: [] });
    go();
    expect(await owner.ended).toMatchObject({ code: 0 });
    expect(attempts()).toEqual({ a: 1, b: 1 });
  });

  test('stops the run: its agent stays at work', async () => {
    const desk = await dashboard();
    await quit(desk, 'stop');
    expect(await left(desk)).toEqual({ code: 130, lines: expect.stringMatching(LEFT), deviations: [] });
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });

  test('cancels the run: its agent is ended, and tried again by the next owner', async () => {
    const desk = await dashboard();
    await quit(desk, 'cancel');
    expect(await left(desk)).toEqual({ code: 130, lines: expect.stringMatching(/cancelled/), deviations: [] });
    expect(existsSync(lockFile())).toBe(false);
    expect(windows()).toEqual([]);
    expect(await goOn()).toEqual({ a: 2, b: 1 });
  });

  test('presses Ctrl-C by mistake', async () => {
    const desk = await dashboard();
    desk.press('C-c');
    await desk.see(/Quit: the run is live/);
    desk.press('Escape');
    await desk.gone(/Quit: the run is live/);
    go();
    await desk.see(/succeeded[\s\S]*✔ b/);
    desk.press('C-c');
    expect(await left(desk)).toEqual({
      code: 0,
      lines: expect.stringMatching(/^g, run 1: succeeded/),
      deviations: [],
    });
    expect(attempts()).toEqual({ a: 1, b: 1 });
  });

  test('presses Ctrl-C twice: the run goes on in the background', async () => {
    const desk = await dashboard();
    desk.press('C-c', 'C-c');
    const background = /^run 1 of g goes on in the background: process \d+/;
    expect(await left(desk)).toEqual({ code: 0, lines: expect.stringMatching(background), deviations: [] });
    expect(windows()).toEqual(['a 0', 'owner-g 0']);
    go();
    expect(await project.run('events', 'g', '--follow')).toMatchObject({ code: 0 });
    expect(attempts()).toEqual({ a: 1, b: 1 });
  });

  test.each([
    ['a terminal', false],
    ['another tmux', true],
  ])('looks at the agent from %s and comes back', async (_, nested) => {
    const desk = await dashboard({ nested });
    desk.press('Enter');
    await desk.see(IN_TMUX);
    desk.press('C-b', 'd');
    await desk.see(/^ agentrelay · g · run 1[\s\S]*┤ output ├/);
    expect(desk.modes()).toMatchObject({ alternate: true, cursor: false });
    await quit(desk, 'stop');
    const { code, lines, deviations } = await left(desk);
    expect({ code, deviations }).toEqual({ code: 130, deviations: [] });
    expect(lines.replace('[detached (from session agentrelay)]\n', '')).toMatch(LEFT);
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });

  test('looks at the agent from within the tmux that it is in', async () => {
    const inner = ['tmux', '-L', SOCKET, '-f', '/dev/null', 'new-session', '-s', 'mine'];
    const desk = openDesk(project, [], { command: [...inner, process.execPath, PROGRAM, ...tui()] });
    desks.push(desk);
    await desk.see(/┤ output ├[\s\S]*^I am a$[\s\S]*\[mine\]/m);
    desk.press('Enter');
    await desk.see(IN_TMUX);
    desk.press('C-b', 'L');
    await desk.see(/┤ output ├[\s\S]*^I am a$[\s\S]*\[mine\]/m);
    await quit(desk, 'stop');
    expect((await left(desk)).deviations).toEqual([]);
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });

  test('closes the terminal, also while another program has it', async () => {
    const desk = await dashboard();
    desk.press('Enter');
    await desk.see(IN_TMUX);
    desk.close();
    while (existsSync(lockFile())) await delay(20);
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });

  test('goes to the shell and comes back', async () => {
    const shell = ['bash', '--norc', '--noprofile', '-i'];
    const desk = openDesk(project, [], { command: shell, env: { PS1: 'ready> ', HISTFILE: '' } });
    desks.push(desk);
    // A shell may throw away what was typed before it was there.
    await desk.see(/^ready>/m);
    desk.type(`clear; ${programText(...tui())}; echo "ended with $?"`);
    desk.press('Enter');
    await desk.see(/● a .*working[\s\S]*┤ output ├[\s\S]*^I am a$/m);
    desk.press('C-z');
    await desk.see(/Stopped.*\n(.*\n)*ready>$/m);
    expect(desk.modes()).toEqual({ alternate: false, cursor: true, mouse: false, keypad: false });
    desk.type('clear; stty -a');
    desk.press('Enter');
    await desk.see(/ icanon[\s\S]* echo [\s\S]*^ready>$/m);
    desk.type('fg');
    desk.press('Enter');
    await desk.see(/^ agentrelay · g · run 1[\s\S]*┤ output ├[\s\S]*^I am a$/m);
    expect(desk.modes()).toMatchObject({ alternate: true, cursor: false });
    await quit(desk, 'stop');
    await desk.see(/is left; its agents stay at work[\s\S]*^ready>$/m);
    expect(desk.modes()).toEqual({ alternate: false, cursor: true, mouse: false, keypad: false });
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });
});

describe('a signal', () => {
  test.each<NodeJS.Signals>(['SIGTERM', 'SIGHUP', 'SIGINT'])('%s leaves the agents', async (signal) => {
    const desk = await dashboard();
    process.kill(desk.pid(), signal);
    expect(await left(desk)).toEqual({ code: 130, lines: expect.stringMatching(LEFT), deviations: [] });
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });

  test.each([
    ['SIGHUP', 129],
    ['SIGINT', 130],
    ['SIGTERM', 143],
  ] as const)('%s before anything is drawn', async (signal, code) => {
    const desk = openDesk(project, tui(), { env: preloaded(signal) });
    desks.push(desk);
    expect(await left(desk)).toEqual({ code, lines: '', deviations: [] });
    expect(existsSync(join(project.repo, '.workflow'))).toBe(false);
  });

  test('while another tmux has the terminal', async () => {
    const desk = await dashboard();
    desk.press('Enter');
    await desk.see(IN_TMUX);
    process.kill(desk.pid(), 'SIGTERM');
    const { code, lines, deviations } = await left(desk);
    expect({ code, deviations }).toEqual({ code: 130, deviations: [] });
    expect(lines.replace('[terminated]\n', '')).toMatch(LEFT);
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });

  test('while an editor has the terminal that leaves it as it needs it itself', async () => {
    const script = "stty raw -echo; printf '\\033[?1000h\\033[?1049hthe editor'; exec sleep 1000";
    const editor = project.write('editor.sh', script);
    const desk = await dashboard({ env: { EDITOR: `sh ${editor}` } });
    desk.press('r');
    await desk.see(/Retry a /);
    desk.press('e');
    await desk.see(/the editor/);
    process.kill(desk.pid(), 'SIGTERM');
    expect(await left(desk)).toEqual({ code: 130, lines: expect.stringMatching(LEFT), deviations: [] });
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });
});

/** Loaded into the program: what is wrong with it happens at a signal; or a signal comes while the screen is loaded. */
const PRELOADED = `
import { registerHooks } from 'node:module';
const { TROUBLE } = process.env;
delete process.env.NODE_OPTIONS;
registerHooks({
  load(url, context, next) {
    const loaded = next(url, context);
    if (!/\\/chunks\\/mount-.*\\.js$/.test(url)) return loaded;
    if (TROUBLE.startsWith('SIG')) process.kill(process.pid, TROUBLE);
    const source = String(loaded.source);
    const trouble = 'if (globalThis.broken) throw new Error("a defect in a component");';
    const broken = source.replace(/function Frame\\(\\{.*\\}\\) \\{/, '$& ' + trouble);
    if (broken === source) throw new Error('there is no component Frame to break');
    return { ...loaded, source: broken };
  },
});
const DEFECTS = {
  component() { globalThis.broken = true; },
  exception() { throw new Error('a defect nobody catches'); },
  rejection() { Promise.reject(new Error('a defect nobody awaits')); },
};
process.on('SIGUSR2', () => DEFECTS[TROUBLE]());
`;

function preloaded(trouble: string): Record<string, string> {
  return { NODE_OPTIONS: `--import ${project.write('preloaded.mjs', PRELOADED)}`, TROUBLE: trouble };
}

async function defective(defect: string, ...flags: string[]): Promise<DashboardDesk> {
  const desk = await dashboard({ env: preloaded(defect) }, ...flags);
  process.kill(desk.pid(), 'SIGUSR2');
  return desk;
}

describe('a defect', () => {
  test('of a component: the run goes on without the screen', async () => {
    const desk = await defective('component');
    await desk.see(/a defect of the dashboard[\s\S]*a defect in a component[\s\S]*the run goes on without it/);
    expect(existsSync(lockFile())).toBe(true);
    go();
    const { code, lines, deviations } = await left(desk);
    expect({ code, deviations }).toEqual({ code: 0, deviations: [] });
    expect(lines).toMatch(/at Frame[\s\S]*b +started[\s\S]*succeeded: 2 of 2 tasks/);
    expect(attempts()).toEqual({ a: 1, b: 1 });
  });

  test('of a component, where nobody owned the run: it is the end of the dashboard alone', async () => {
    const owner = await ownedElsewhere();
    const desk = await defective('component', '--read-only');
    const { code, lines, deviations } = await left(desk);
    expect({ code, deviations }).toEqual({ code: 3, deviations: [] });
    expect(lines).toMatch(/a defect in a component\n.*at Frame/);
    go();
    expect(await owner.ended).toMatchObject({ code: 0 });
    expect(attempts()).toEqual({ a: 1, b: 1 });
  });

  test.each([
    ['exception', 'a defect nobody catches'],
    ['rejection', 'a defect nobody awaits'],
  ])('that is an %s nobody has caught: its stack is shown, and the agents are left', async (defect, message) => {
    const desk = await defective(defect);
    const { code, lines, deviations } = await left(desk);
    expect({ code, deviations }).toEqual({ code: 3, deviations: [] });
    expect(lines).toContain(`a defect of agentrelay, please report it:\nError: ${message}\n    at `);
    expectAgentLeft();
    expect(await goOn()).toEqual({ a: 1, b: 1 });
  });
});

test('what cannot be run is told on a terminal that is whole', async () => {
  project.git('branch', 'agentrelay/g/ws/default');
  const desk = openDesk(project, tui());
  desks.push(desk);
  expect(await left(desk)).toEqual({
    code: 2,
    lines: expect.stringMatching(
      /^agentrelay: branch agentrelay\/g\/ws\/default is left from a run.*\n {2}→ --new-run/,
    ),
    deviations: [],
  });
});
