import { cpSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { RunEvent } from '../../src/core/events.ts';
import { eventsIn, makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

const example = resolve(import.meta.dirname, '../../docs/examples/agentrelay.config.mjs');

/** The agent of the example's framework: TASK MODEL PROMPT. It writes what it was told and what it finds. */
const HELPER = `set -eu
printf '%s %s %s\\n' "$2" "$HELPER_COLOUR" "$(cat .env)" >"$1.txt"
echo "asked: $3"
git add .
git commit -qm "Add $1"
agentrelay-complete
`;

let project: Project;
beforeEach(() => {
  project = makeProject();
  mkdirSync(join(project.repo, 'tools'));
  writeFileSync(join(project.repo, 'tools/helper.sh'), HELPER);
  writeFileSync(join(project.repo, '.gitignore'), '.env\n');
  writeFileSync(join(project.repo, '.env'), 'secret\n');
  project.git('add', '-A');
  project.git('commit', '-qm', 'add a helper');
});
afterEach(() => project.remove());

/** A config module in the repository, which is the place where it is looked for. */
function config(text: string): void {
  writeFileSync(join(project.repo, 'agentrelay.config.mjs'), text);
}

function graph(more: object = {}): string {
  return project.graph({
    name: 'own',
    primary_agent: { framework: 'helper' },
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [{ id: 'a' }],
    ...more,
  });
}

function launched(events: readonly RunEvent[], task: string): string | undefined {
  return events.flatMap((event) => (event.kind === 'task_launched' && event.task === task ? event.agent : []))[0];
}

test('the config example adds a framework, an environment and a step', async () => {
  cpSync(example, join(project.repo, 'agentrelay.config.mjs'));
  const file = graph({
    tasks: [
      { id: 'in-tmux' },
      {
        id: 'as-child',
        primary_agent: { model: 'large', environment: { type: 'child' } },
        completion_gate: 'test -f as-child.txt',
      },
      {
        id: 'red',
        primary_agent: { environment: { type: 'child' } },
        completion_gate: 'false',
        workstream_id: 'other',
      },
    ],
    workstreams: [{ id: 'default', auto_merge: true }, { id: 'other' }],
  });
  const { code, stdout, stderr } = await project.run('run', file, '-L', SOCKET, '--json');
  expect({ code, stderr }).toEqual({ code: 1, stderr: '' });
  const events = eventsIn(stdout);
  expect(launched(events, 'in-tmux')).toMatch(/^agentrelay:%\d+$/);
  expect(launched(events, 'as-child')).toMatch(/^process \d+$/);
  // The framework's argv and variables, and the file that the preparer brought.
  expect(project.git('show', 'main:in-tmux.txt')).toBe('small never secret');
  expect(project.git('show', 'main:as-child.txt')).toBe('large never secret');
  const log = readFileSync(join(project.repo, '.workflow/own/runs/1/signals/as-child/attempt-1/agent.log'), 'utf8');
  expect(log).toMatch(/^asked: Read \S+\/instructions\.md and follow it\.$/m);
  // Work comes back to an agent that nobody can tell.
  expect(events).toContainEqual(expect.objectContaining({ kind: 'task_sent_back', task: 'red', result: 'gone' }));
  expect(events).toContainEqual(expect.objectContaining({ kind: 'task_failed', task: 'red', code: 'gate_failed' }));
});

test('--config names a module elsewhere; validate, dry-run and list know its names too', async () => {
  const path = project.write('elsewhere/mine.mjs', readFileSync(example, 'utf8'));
  const file = graph();
  expect(await project.run('validate', file)).toMatchObject({
    code: 2,
    stderr: expect.stringContaining("unknown framework 'helper'"),
  });
  expect(await project.run('validate', file, '--config', path)).toMatchObject({ code: 0 });
  expect(await project.run('dry-run', file, '--config', path)).toMatchObject({ code: 0 });
  const { stdout } = await project.run('list', '-g', project.folder, '--config', path);
  expect(stdout).toMatch(/graph\.yaml\s+own\s+1 task/);
  // The example's preparer takes the file that lies beside the module.
  project.write('elsewhere/.env', 'other\n');
  expect(await project.run('run', file, '--config', path, '-L', SOCKET)).toMatchObject({ code: 0 });
  expect(project.git('show', 'main:a.txt')).toBe('small never other');
});

test('an error with a boundary, as another copy of the package throws it, may be retried; any other stops the run', async () => {
  const typed =
    "Object.assign(new Error('no room'), { name: 'AgentLaunchError', code: 'no_room', boundary: 'agent_launch', failureClass: 'expected_task_failure' })";
  const launcher = (
    error: string,
  ) => `export default { frameworks: { helper: { name: 'helper', kickoff: 'argv', argv: () => ['true'] } },
    steps: { launcher: { default: () => ({ async launch() { throw ${error}; } }) } } };`;
  config(launcher(typed));
  expect(await project.run('run', graph(), '-L', SOCKET)).toMatchObject({ code: 1 });
  const failed = {
    kind: 'task_failed',
    code: 'no_room',
    error: 'AgentLaunchError: no room',
    failure_class: 'expected_task_failure',
  };
  expect(project.journal('own')).toContainEqual(expect.objectContaining(failed));
  config(launcher("new Error('a bug')"));
  expect(await project.run('run', graph(), '-L', SOCKET, '--new-run')).toMatchObject({ code: 3 });
  expect(project.journal('own', 2)).toContainEqual(
    expect.objectContaining({ kind: 'task_failed', code: 'internal_error' }),
  );
});

test.each([
  ['export const nothing = 1;', 'it has no default export'],
  ['export default 7;', 'its default export is not an object'],
  ['export default { framework: {} };', 'unknown key framework; did you mean frameworks?'],
  ['export default { frameworks: [] };', 'frameworks is not an object'],
  ["export default { frameworks: { helper: { argv: 'sh' } } };", 'framework helper has no function argv'],
  [
    "export default { frameworks: { helper: { argv() {}, kickoff: 'paste' } } };",
    "framework helper must say kickoff: 'argv'",
  ],
  ['export default { steps: { launchers: {} } };', 'unknown step launchers; did you mean launcher?'],
  [
    'export default { steps: { launcher: { helper() {} } } };',
    'steps.launcher: helper is neither default nor framework/environment',
  ],
  ["export default { steps: { merger: { default: 'me' } } };", 'steps.merger: the entry default is not a function'],
  ['export default {', 'cannot be loaded: SyntaxError'],
  ["throw new Error('not today');", 'cannot be loaded: Error: not today'],
])('a config module that is wrong is refused: %s', async (text, message) => {
  config(text);
  const { code, stdout, stderr } = await project.run('run', graph(), '-L', SOCKET);
  expect({ code, stdout }).toEqual({ code: 2, stdout: '' });
  expect(stderr).toContain(join(project.repo, 'agentrelay.config.mjs'));
  expect(stderr).toContain(message);
  expect(project.git('branch', '--list', 'agentrelay/*')).toBe('');
});

test('a named config module that is not there is refused', async () => {
  const { code, stderr } = await project.run('run', graph(), '--config', 'no-such.mjs');
  expect(code).toBe(2);
  expect(stderr).toContain('there is no config module');
});

test('a graph that needs an environment with a launcher and no kickoff is refused before anything is made', async () => {
  config("export default { steps: { launcher: { 'helper/here': () => ({}) } } };");
  const primary_agent = { framework: 'helper', environment: { type: 'here' } };
  const { code, stderr } = await project.run('run', graph({ primary_agent }), '-L', SOCKET);
  expect(code).toBe(2);
  expect(stderr).toContain('no kickoff for helper/here; registered: aider/process, ');
  expect(() => readFileSync(join(project.repo, '.workflow'))).toThrow('ENOENT');
});
