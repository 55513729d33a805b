import { expect, test } from 'vitest';
import { projectCommands } from '../../src/commands/starter-project.ts';

const commandsOf = (files: Readonly<Record<string, string>>) => projectCommands((name) => files[name] ?? null);
const npm = (test: unknown) => JSON.stringify({ scripts: { test } });

test.each<[string, Readonly<Record<string, string>>, string | null]>([
  ['npm', { 'package.json': npm('node --test') }, 'npm test'],
  ['npm, before make', { 'package.json': npm('make test'), Makefile: 'test:\n' }, 'npm test'],
  ['cargo', { 'Cargo.toml': '' }, 'cargo test'],
  ['pytest in pyproject', { 'pyproject.toml': '[tool.pytest.ini_options]' }, 'pytest'],
  ['pytest in a file of its own', { 'pytest.ini': '' }, 'pytest'],
  ['pytest by its fixtures', { 'tests/conftest.py': '' }, 'pytest'],
  ['go', { 'go.mod': 'module x' }, 'go test ./...'],
  ['make', { Makefile: 'all: build\n\ntest: all\n\t./run\n' }, 'make test'],
  ['make, two targets of one rule', { makefile: 'check test :: all\n' }, 'make test'],
  ['nothing', {}, null],
  ['what npm init writes', { 'package.json': npm('echo "Error: no test specified" && exit 1') }, null],
  ['an empty script', { 'package.json': npm(' ') }, null],
  ['scripts of another kind', { 'package.json': npm(7) }, null],
  ['a package without scripts', { 'package.json': '{}' }, null],
  ['a package that is being written', { 'package.json': '{"scripts": {"te' }, null],
  ['Python without pytest', { 'pyproject.toml': '[project]\nname = "pytester"' }, null],
  ['a Makefile that only names it', { Makefile: '.PHONY: test\ntest := 1\ntests:\n# test:\n\ttest: x\n' }, null],
])('%s', (_, files, gate) => {
  expect(commandsOf(files).gate).toBe(gate);
});

test('a worktree is set up where the lock file says with what', () => {
  const project = { 'package.json': npm('vitest') };
  expect(commandsOf({ ...project, 'package-lock.json': '{}' })).toEqual({ gate: 'npm test', setup: 'npm ci' });
  expect(commandsOf(project).setup).toBeNull();
  expect(commandsOf({ 'go.mod': '', 'package-lock.json': '{}' }).setup).toBeNull();
});
