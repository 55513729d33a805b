import { readFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { pathFolder } from '../support/path-folder.ts';
import { installClaude } from '../support/places/headless-claude.ts';
import { makeProject, type Project } from '../support/run-fixture.ts';

// The starter graph runs as it was written, here without tmux.

const PROGRAMS = ['git', 'sh', 'cat', 'date', 'mv', 'grep', 'sleep', 'mkfifo', 'rm', 'env', 'setsid'];

let project: Project;
beforeEach(() => {
  project = makeProject();
  const bin = pathFolder(join(project.folder, 'bin'), PROGRAMS);
  project.env.PATH = `${bin}:${dirname(process.execPath)}`;
});
afterEach(() => project.remove());

test('a graph that init wrote is in order, and its tasks are done by the agent that it found', async () => {
  const done = 'commit "$AGENTRELAY_TASK.txt" done; agentrelay-complete; result 0.01';
  installClaude(project, { 'hello-spec': done, 'hello-code': `cat hello-spec.txt; ${done}`, readme: done });

  const made = await project.run('init', '--json', 'plans/first');
  expect(made.code, made.stderr).toBe(0);
  const file = join(project.repo, 'plans/first.yaml');
  expect(JSON.parse(made.stdout)).toMatchObject({ file, name: 'first', framework: 'claude_code', installed: true });
  const text = readFileSync(file, 'utf8');

  expect(await project.run('init', 'plans/first')).toMatchObject({ code: 2, stdout: '' });
  expect(readFileSync(file, 'utf8')).toBe(text);
  expect(await project.run('validate', file)).toMatchObject({ code: 0, stderr: '' });

  const run = await project.run('run', file, '--environment', 'process');
  expect(run.code, `${run.stdout}${run.stderr}`).toBe(0);
  const lane = (id: string) => project.git('ls-tree', '--name-only', `agentrelay/first/ws/${id}`).split('\n');
  expect(lane('hello')).toEqual(['README.md', 'hello-code.txt', 'hello-spec.txt']);
  expect(lane('notes')).toEqual(['README.md', 'readme.txt']);
  // Nothing comes into a branch of a person by itself.
  expect(project.git('ls-tree', '--name-only', 'main')).toBe('README.md');
});
