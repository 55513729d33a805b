import { existsSync, mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { EventKind } from '../../src/core/events.ts';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

const run = (graph: string) => project.run('run', graph, '-L', SOCKET);
const of = (kind: EventKind) => project.journal('g').filter((event) => event.kind === kind);
const kept = (name: string, attempt = 1) =>
  join(project.repo, '.workflow/g/runs/1/signals/a', `attempt-${attempt}`, name);
const graphOf = (script: string, more: object) =>
  project.graph({
    name: 'g',
    workstreams: [{ id: 'default', auto_merge: true }],
    tasks: [{ id: 'a', primary_agent: { framework: 'command', command: project.agent('a', script) }, ...more }],
  });

test('an agent finds what was set up for it, and nothing of that is in its commit', async () => {
  writeFileSync(join(project.repo, '.env'), 'SECRET=1\n');
  mkdirSync(join(project.repo, 'deps'));
  writeFileSync(join(project.repo, 'deps/lib'), 'lib\n');
  const graph = graphOf('test -e "$HOME/verified"; cat .env deps/lib >a.txt; commit b.txt done; agentrelay-complete', {
    copy: ['.env'],
    link: ['deps'],
    setup: ['echo "for $AGENTRELAY_TASK"; test -f .env', ['touch', join(project.folder, 'set-up')]],
    verify: 'test -e "$HOME/set-up" && touch "$HOME/verified"',
    cleanup: ['echo tidy; ls -a'],
  });
  expect(await run(graph)).toMatchObject({ code: 0, stderr: '' });
  expect(project.git('show', 'main:a.txt')).toBe('SECRET=1\nlib');
  expect(project.git('ls-tree', '-r', '--name-only', 'main').split('\n')).not.toContain('.env');
  expect(readFileSync(kept('setup.log'), 'utf8')).toContain('\nfor a\n');
  expect(readFileSync(kept('cleanup.log'), 'utf8')).toMatch(/^\$ echo tidy; ls -a\ntidy\n[\s\S]*^\.env$/m);
  expect(of('task_command_ended').map((event) => ('phase' in event ? event.phase : ''))).toEqual([
    'setup',
    'setup',
    'verify',
    'cleanup',
  ]);
  expect(project.git('status', '--porcelain')).toBe('');
});

test('a set-up that fails starts no agent; a clean-up that fails is a concern', async () => {
  const graph = graphOf('touch "$HOME/ran"', { setup: ['echo no net >&2; exit 7'], cleanup: ['exit 1'] });
  const { code, stdout } = await run(graph);
  expect(code).toBe(1);
  expect(stdout).toMatch(/a +failed +setup_failed: WorkspaceError: the setup command "echo no net >&2; exit 7" exited/);
  expect(existsSync(join(project.folder, 'ran'))).toBe(false);
  expect(readFileSync(kept('setup.log'), 'utf8')).toContain('no net\n');
  expect(of('task_launched')).toEqual([]);
  expect(of('task_concerned')).toMatchObject([
    { source: 'teardown', message: expect.stringMatching(/^cleanup_failed/) },
  ]);
  expect(of('task_torn_down')).toHaveLength(1);
});

test('a file that is not there is named before anything is made', async () => {
  const { code, stderr } = await run(graphOf('true', { copy: ['.env.local'], setup: ['touch "$HOME/ran"'] }));
  expect(code).toBe(2);
  expect(stderr).toMatch(/there is no \.env\.local in .*, which task a wants by copy/);
  expect(existsSync(join(project.repo, '.workflow'))).toBe(false);
});
