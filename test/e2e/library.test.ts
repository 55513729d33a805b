import { execFile } from 'node:child_process';
import { cpSync, mkdirSync, mkdtempSync, realpathSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import { makeProject, type Project, SOCKET } from '../support/run-fixture.ts';

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');
const examples = join(root, 'docs/examples');

/** A folder of a user's, in which the package is installed as it is published. */
let folder: string;

beforeAll(async () => {
  folder = realpathSync(mkdtempSync(join(tmpdir(), 'agentrelay-library-')));
  const installed = join(folder, 'node_modules/agentrelay');
  mkdirSync(join(installed, 'dist'), { recursive: true });
  cpSync(join(root, 'package.json'), join(installed, 'package.json'));
  for (const file of ['index.js', 'agent-run.js']) symlinkSync(join(root, 'dist', file), join(installed, 'dist', file));
  symlinkSync(join(root, 'node_modules/@types'), join(folder, 'node_modules/@types'));
  cpSync(examples, folder, { recursive: true });
  await tsc('-p', join(root, 'tsconfig.build.json'), '--outDir', join(installed, 'dist/types'));
});
afterAll(() => rmSync(folder, { recursive: true, force: true }));

async function tsc(...args: string[]): Promise<string> {
  const { stdout } = await run(process.execPath, [join(root, 'node_modules/typescript/bin/tsc'), ...args]).catch(
    (error: { stdout: string }) => error,
  );
  return stdout;
}

/** What the compiler says of files that import the published types, as strictly as a user may have it. */
async function typeErrors(files: readonly string[]): Promise<string> {
  const compilerOptions = {
    ...{ module: 'nodenext', target: 'es2023', lib: ['es2024', 'esnext.disposable'], types: ['node'] },
    ...{ strict: true, exactOptionalPropertyTypes: true, noUncheckedIndexedAccess: true, verbatimModuleSyntax: true },
    ...{ allowJs: true, checkJs: true, noEmit: true },
  };
  const config = join(folder, 'tsconfig.json');
  writeFileSync(config, JSON.stringify({ compilerOptions, files }));
  return tsc('-p', config);
}

test('the examples compile against the published types', async () => {
  writeFileSync(join(folder, 'package.json'), '{ "type": "module" }');
  expect(await typeErrors(['library.ts', 'agentrelay.config.mjs'])).toBe('');
});

test('the published types refuse a step that is none', async () => {
  const lines = ["import type { Extensions } from 'agentrelay';", 'export default {', '  steps: {'];
  const wrong = [
    ...lines,
    "    launcher: { 'mine/here': () => ({ launch: async () => 7 }) },",
    '  },',
    '} satisfies Extensions;',
  ];
  writeFileSync(join(folder, 'wrong.ts'), wrong.join('\n'));
  expect(await typeErrors(['wrong.ts'])).toMatch(/\bwrong\.ts\(4,/);
});

test('the library example runs its graph on real git and tmux, and its journal replays to the same', async () => {
  const project: Project = makeProject();
  try {
    const { stdout } = await run(process.execPath, [join(folder, 'library.ts'), project.repo, SOCKET], {
      env: project.env,
    });
    expect(stdout).toMatch(/^1 run_started$/m);
    expect(stdout).toMatch(/^\d+ task_launched one in library:%\d+$/m);
    expect(stdout).toMatch(/^outcome: succeeded\none: pr_merged, 1 attempt\ntwo: pr_merged, 1 attempt$/m);
    expect(project.git('ls-tree', '--name-only', 'main').split('\n')).toEqual(['README.md', 'one.txt', 'two.txt']);
    expect(project.git('status', '--porcelain')).toBe('');
    const { code, stdout: status } = await project.run('status', 'hello');
    expect({ code, status }).toMatchObject({ code: 0, status: expect.stringContaining('nobody runs it') });
  } finally {
    project.remove();
  }
});
