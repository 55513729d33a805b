import { mkdirSync, readFileSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { writeProgram } from '../../support/path-folder.ts';
import { makeProject, type Project } from '../../support/run-fixture.ts';

// What `init` recommends where bubblewrap works.

let project: Project;
beforeEach(() => {
  project = makeProject();
});
afterEach(() => project.remove());

test('with the recommended sandbox an agent sees its own files of the home directory, and no others', async () => {
  const bin = join(project.folder, 'agent-bin');
  mkdirSync(bin);
  project.env.PATH = `${bin}:${project.env.PATH}`;
  // Before any that this machine may have.
  writeProgram(
    bin,
    'claude',
    `set -eu
grep -q yes "$HOME/.claude/login"
ls -A "$HOME" >"$AGENTRELAY_SIGNAL_DIR/home"
echo done >"$AGENTRELAY_TASK.txt"; git add -A; git commit -qm done
agentrelay-complete`,
  );
  project.write('.claude/login', 'yes');
  project.write('secret', 'a secret');

  const made = await project.run('init', '--json');
  expect(JSON.parse(made.stdout)).toMatchObject({ framework: 'claude_code', bwrap: true });
  const file = join(project.repo, 'graph.yaml');
  const line = "isolation: { sandbox: bwrap, mounts: ['~/.claude'] }\n";
  const text = readFileSync(file, 'utf8');
  expect(text).toContain(`\n# ${line}`);
  writeFileSync(file, text.replace(`# ${line}`, line));

  const run = await project.run('run', file, '--environment', 'process');
  expect(run.code, `${run.stdout}${run.stderr}`).toBe(0);
  for (const task of ['hello-spec', 'hello-code', 'readme']) {
    const seen = readFileSync(join(project.repo, `.workflow/repo/runs/1/signals/${task}/attempt-1/home`), 'utf8');
    expect(seen.split('\n')).toContain('.claude');
    expect(seen).not.toContain('secret');
  }
});
