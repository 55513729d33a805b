import { execFile } from 'node:child_process';
import {
  chmodSync,
  copyFileSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  symlinkSync,
  utimesSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { delimiter, join, resolve } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';

const UNIX = 'sh cmp find head dirname uname id env cp rm ln mkdir mv flock cat chmod'.split(' ');

/** A checkout with nothing in it but bin/dev and what it looks at, and a machine whose programs log their calls. */
let root: string;
let machine: string;

function findProgram(name: string): string {
  const found = (process.env.PATH ?? '')
    .split(delimiter)
    .map((directory) => join(directory, name))
    .find(existsSync);
  if (!found) throw new Error(`no ${name} on PATH`);
  return found;
}

function addProgram(name: string, script: string): void {
  writeFileSync(join(machine, name), `#!/bin/sh\necho ${name} "$@" >> '${join(root, 'calls')}'\n${script}\n`);
  chmodSync(join(machine, name), 0o755);
}

/** A Node that says its version, and runs an npm that installs the builder. */
function nodeScript(version: string): string {
  return `case "$1" in
    */npm-cli.js)
      echo own npm "$2" >> '${root}/calls'
      mkdir -p node_modules/.bin
      cp '${root}/rolldown' node_modules/.bin;;
    *) echo v${version};;
  esac`;
}

/** What the machine's npm does in dev/node: it installs a Node of the given version. */
function npmThatInstalls(version: string): string {
  writeFileSync(join(root, 'own-node'), `#!/bin/sh\n${nodeScript(version)}\n`, { mode: 0o755 });
  return `mkdir -p node_modules/node-any-machine/bin && cp '${root}/own-node' node_modules/node-any-machine/bin/node`;
}

function dev(...command: string[]): Promise<{ code: number; stdout: string; stderr: string }> {
  return new Promise((done) => {
    const options = { env: { PATH: machine } };
    execFile(join(machine, 'sh'), [join(root, 'bin/dev'), ...command], options, (error, stdout, stderr) =>
      done({ code: typeof error?.code === 'number' ? error.code : 0, stdout, stderr }),
    );
  });
}

/** The calls since the last look. */
function calls(): string[] {
  const file = join(root, 'calls');
  const lines = existsSync(file) ? readFileSync(file, 'utf8').trimEnd().split('\n') : [];
  rmSync(file, { force: true });
  return lines;
}

function touch(path: string): void {
  const later = Date.now() / 1000 + 60;
  utimesSync(join(root, path), later, later);
}

beforeEach(() => {
  const directory = mkdtempSync(join(tmpdir(), 'agentrelay-dev-'));
  root = join(directory, 'a checkout');
  machine = join(directory, 'machine');
  for (const path of [machine, join(root, 'bin'), join(root, 'dev/node'), join(root, 'src/core')])
    mkdirSync(path, { recursive: true });
  for (const name of UNIX) symlinkSync(findProgram(name), join(machine, name));
  for (const name of ['tmux', 'git', 'gh']) addProgram(name, '');
  addProgram('node', 'echo v20.20.2');
  addProgram('npm', npmThatInstalls('24.1.0'));
  copyFileSync(resolve(import.meta.dirname, '../../bin/dev'), join(root, 'bin/dev'));
  const builder = '#!/bin/sh\nprintf built > "$AGENTRELAY_DIST/main.js"; echo rolldown >> calls\n';
  writeFileSync(join(root, 'rolldown'), builder, { mode: 0o755 });
  for (const path of [
    'package.json',
    'package-lock.json',
    'dev/node/package-lock.json',
    'rolldown.config.ts',
    'src/core/a.ts',
  ]) {
    writeFileSync(join(root, path), path);
  }
});

afterEach(() => rmSync(resolve(root, '..'), { recursive: true, force: true }));

test('the first time it installs and builds, then runs the command with the Node of the repository', async () => {
  const { code, stdout } = await dev('node', '--anything');
  expect({ code, stdout }).toEqual({ code: 0, stdout: 'v24.1.0\n' });
  expect(calls()).toEqual(['node -v', expect.stringMatching(/^npm ci .*--ignore-scripts/), 'own npm ci', 'rolldown']);
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toBe('built');
});

test('the second time it starts nothing and says nothing', async () => {
  await dev();
  calls();
  expect(await dev()).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(calls()).toEqual([]);
});

test('hands on the exit code and the arguments as they are', async () => {
  await dev();
  const { code, stdout } = await dev('sh', '-c', 'echo "$1"; exit 7', 'sh', 'a  b*');
  expect({ code, stdout }).toEqual({ code: 7, stdout: 'a  b*\n' });
});

test('another lock file makes it install again, a newer source only build again', async () => {
  await dev();
  calls();
  touch('src/core/a.ts');
  await dev();
  expect(calls()).toEqual(['rolldown']);
  writeFileSync(join(root, 'package-lock.json'), 'changed');
  await dev();
  expect(calls()).toEqual(['own npm ci', 'rolldown']);
  writeFileSync(join(root, 'dev/node/package-lock.json'), 'changed');
  await dev();
  expect(calls().filter((call) => call.includes('npm'))).toEqual([expect.stringMatching(/^npm ci/), 'own npm ci']);
});

test('two at once install and build once, and both go on', async () => {
  const both = await Promise.all([dev('node'), dev('node')]);
  expect(both.map(({ code, stdout }) => ({ code, stdout }))).toEqual(Array(2).fill({ code: 0, stdout: 'v24.1.0\n' }));
  expect(calls().filter((call) => /npm|rolldown/.test(call))).toHaveLength(3);
});

test('a failed installation stops it, and the next time it tries again', async () => {
  addProgram('npm', 'exit 1');
  const { code, stderr } = await dev('node');
  expect(code).toBe(1);
  expect(stderr).toContain('npm ci failed');
  addProgram('npm', npmThatInstalls('24.1.0'));
  expect(await dev('node')).toMatchObject({ code: 0, stdout: 'v24.1.0\n' });
});

test('a failed build keeps the one that was there', async () => {
  await dev();
  writeFileSync(join(root, 'node_modules/.bin/rolldown'), '#!/bin/sh\necho why >&2; exit 1\n');
  touch('src/core');
  const { code, stderr } = await dev('node');
  expect(code).toBe(1);
  expect(stderr).toBe('why\nagentrelay: the build failed\n');
  expect(readFileSync(join(root, 'dist/main.js'), 'utf8')).toBe('built');
});

test('--no-build leaves the build alone, however old it is', async () => {
  expect(await dev('--no-build', 'node')).toMatchObject({ code: 0, stdout: 'v24.1.0\n' });
  expect(await dev('--no-build')).toEqual({ code: 0, stdout: '', stderr: '' });
  expect(calls()).not.toContain('rolldown');
});

test('a Node older than 18 is told before anything is installed', async () => {
  addProgram('node', 'echo v16.20.2');
  const { code, stderr } = await dev();
  expect(code).toBe(1);
  expect(stderr).toContain('needs Node 18 or newer to set itself up, and this is v16.20.2');
  expect(calls().join()).not.toContain('npm');
});

test('a Node of its own that cannot run here gives way to an installed one, which must be new enough', async () => {
  writeFileSync(join(root, 'own-node'), '#!/bin/sh\nexit 127\n');
  const { code, stderr } = await dev('node');
  expect(code).toBe(1);
  expect(stderr).toMatch(/no Node 22\.22 or newer.*v20\.20\.2/);
  addProgram('node', nodeScript('22.22.0'));
  expect(await dev('node')).toMatchObject({ code: 0, stdout: 'v22.22.0\n' });
});

/** An apt-get that really adds what it is asked for, unless that is in `unknown`. */
function addApt(...unknown: string[]): void {
  addProgram('id', 'echo 0');
  const refusals = unknown.map((name) => `${name}) echo "E: no package $p" >&2; exit 100;;`).join(' ');
  addProgram(
    'apt-get',
    `for p; do :; done; case $p in ${refusals} tmux|git|gh) cp '${join(machine, 'sh')}' '${machine}'/"$p";; esac`,
  );
}

test('missing programs are installed with apt, one by one', async () => {
  for (const name of ['tmux', 'gh', 'id']) rmSync(join(machine, name));
  addApt();
  expect(await dev()).toMatchObject({ code: 0, stderr: expect.stringContaining('installing with apt: tmux gh\n') });
  const apt = calls().filter((call) => call.startsWith('apt-get'));
  expect(apt.map((call) => call.split(' ').at(-1))).toEqual(['update', 'tmux', 'gh']);
  expect(await dev()).toEqual({ code: 0, stdout: '', stderr: '' });
});

test('gh that cannot be had is a warning, once; tmux that cannot be had is an error, each time', async () => {
  for (const name of ['tmux', 'gh', 'id']) rmSync(join(machine, name));
  addApt('gh');
  const { code, stderr } = await dev();
  expect(code).toBe(0);
  expect(stderr).toMatch(/E: no package gh[\s\S]*gh is missing/);
  expect(await dev()).toEqual({ code: 0, stdout: '', stderr: '' });
  rmSync(join(machine, 'tmux'));
  rmSync(join(machine, 'apt-get'));
  for (const _ of [1, 2]) {
    expect(await dev()).toMatchObject({ code: 1, stderr: expect.stringContaining('sudo apt-get install tmux\n') });
  }
});

test('whoever is not root and may not use sudo without a password is told the command', async () => {
  for (const name of ['tmux', 'id']) rmSync(join(machine, name));
  addApt();
  addProgram('id', 'echo 1000');
  addProgram('sudo', 'exit 1');
  expect(await dev()).toMatchObject({ code: 1, stderr: expect.stringContaining('sudo apt-get install tmux\n') });
  expect(calls().join()).not.toContain('apt-get');
});
