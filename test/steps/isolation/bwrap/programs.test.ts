import { mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { dirname, join, relative } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { programSights } from '../../../../src/steps/isolation/bwrap/programs.ts';
import { arrange } from '../../../../src/steps/isolation/bwrap/view.ts';

let home: string;
beforeEach(() => {
  home = realpathSync(mkdtempSync(join(tmpdir(), 'relay-')));
});
afterEach(() => rmSync(home, { recursive: true, force: true }));

function write(name: string, content = ''): void {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  writeFileSync(join(home, name), content, { mode: 0o755 });
}

function link(name: string, target: string): void {
  mkdirSync(dirname(join(home, name)), { recursive: true });
  symlinkSync(target, join(home, name));
}

/** Paths from the home, which is hidden but for them; links with an arrow. */
function seen(name: string): string[] {
  const places = { searchPath: join(home, 'bin'), closed: [home] };
  const all = arrange([{ kind: 'hide', path: home }, ...programSights(join(home, name), places)]);
  return all.slice(1).map((one) => relative(home, one.path) + (one.kind === 'link' ? ` -> ${one.target}` : ''));
}

test('a program of one file is that file', () => {
  write('opt/agent', '\0ELF');
  expect(seen('opt/agent')).toEqual(['opt/agent']);
});

test('one that is linked comes with its folder', () => {
  write('share/agent/1.2/agent', '\0ELF');
  link('share/current', 'agent/1.2');
  link('bin/agent', '../share/current/agent');
  expect(seen('bin/agent')).toEqual([
    'bin/agent -> ../share/current/agent',
    'share/current -> agent/1.2',
    'share/agent/1.2',
  ]);
});

test('a package comes with all that is installed beside it, and with the Node that its first line asks for', () => {
  write('lib/node_modules/agent/node_modules/deep/cli.js', '#!/usr/bin/env node\n');
  write('node-24/bin/node', '\0ELF');
  write('node-24/lib/node_modules/npm/x');
  link('bin/node', '../node-24/bin/node');
  link('bin/agent', '../lib/node_modules/agent/node_modules/deep/cli.js');
  expect(seen('bin/agent')).toEqual([
    'bin/agent -> ../lib/node_modules/agent/node_modules/deep/cli.js',
    'lib/node_modules',
    'bin/node -> ../node-24/bin/node',
    'node-24/bin',
    'node-24/lib/node_modules',
  ]);
});

test('a script in a checkout comes with the checkout; one in the home itself with what it may need', () => {
  write('checkout/package.json');
  write('checkout/agents/agent.mjs');
  expect(seen('checkout/agents/agent.mjs')).toEqual(['checkout']);
  write('package.json');
  write('secret');
  write('node_modules/a/index.js');
  write('scripts/agent.mjs');
  expect(seen('scripts/agent.mjs')).toEqual(['scripts', 'package.json', 'node_modules']);
});

test('a program of Python comes with its environment and its interpreter', () => {
  write('venvs/aider/pyvenv.cfg');
  write('python/bin/python3.12', '\0ELF');
  write('python/lib/python3.12/os.py');
  link('venvs/aider/bin/python', join(home, 'python/bin/python3.12'));
  write('venvs/aider/bin/aider', `#!${join(home, 'venvs/aider/bin/python')}\n`);
  link('bin/aider', '../venvs/aider/bin/aider');
  expect(seen('bin/aider')).toEqual([
    'bin/aider -> ../venvs/aider/bin/aider',
    'venvs/aider',
    'python/lib',
    'python/bin/python3.12',
  ]);
});

test('one that is not there, or that leads in a circle, is nothing', () => {
  link('circle', 'circle');
  expect([seen('missing'), seen('circle')]).toEqual([[], []]);
});
