import { execFile } from 'node:child_process';
import { cpSync, mkdtempSync, readdirSync, readFileSync, rmSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, resolve } from 'node:path';
import { promisify } from 'node:util';
import { expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const root = resolve(import.meta.dirname, '../..');

async function packedFiles(): Promise<string[]> {
  // Without scripts: packing must show what set-up built, not build again.
  const { stdout } = await run('npm', ['pack', '--dry-run', '--json', '--ignore-scripts'], { cwd: root });
  // npm 11 lists packages, later ones name them.
  const [pack] = Object.values<{ files: { path: string }[] }>(JSON.parse(stdout));
  return (pack?.files ?? []).map(({ path }) => path);
}

test('the package holds its programs and the build, and nothing of the development', async () => {
  const files = await packedFiles();
  const wanted = [...Object.values(manifest.bin), 'bin/launch.js', 'bin/package.json', 'LICENSE', 'package.json'];
  expect(files).toEqual(expect.arrayContaining([...wanted, 'dist/main.js', 'dist/agent.js', 'dist/index.js']));
  expect(files.filter((path) => /^(src|test|dev|bench|\.)|^bin\/dev$/.test(path))).toEqual([]);
});

/** The packages that `import("...")` would load only later; those of comments do not count. */
function lazyPackages(code: string): string[] {
  const specifiers = [...code.matchAll(/^(?!\s*(?:\*|\/[/*])).*\bimport\("([^."][^"]*)"\)/gm)].map(
    ([, from = '']) => from,
  );
  return specifiers.filter((from) => !from.startsWith('node:'));
}

test('the programs and all that they load need nothing but Node', async () => {
  const directory = mkdtempSync(join(tmpdir(), 'agentrelay-package-'));
  try {
    // Away from any node_modules, an import that was left outside the bundle fails.
    cpSync(join(root, 'dist'), join(directory, 'dist'), { recursive: true });
    cpSync(join(root, 'package.json'), join(directory, 'package.json'));
    const chunks = readdirSync(join(directory, 'dist/chunks')).filter((name) => /^(?!lib-).*\.js$/.test(name));
    const files = ['./dist/main.js', './dist/agent.js', ...chunks.map((name) => `./dist/chunks/${name}`)];
    const lazy = files.flatMap((file) => lazyPackages(readFileSync(join(directory, file), 'utf8')));
    expect(lazy).toEqual([]);
    const script = `for (const file of ${JSON.stringify(files)}) await import(file);`;
    const { stdout, stderr } = await run(process.execPath, ['--input-type=module', '-e', script], { cwd: directory });
    expect({ stdout, stderr }).toEqual({ stdout: '', stderr: '' });
  } finally {
    rmSync(directory, { recursive: true, force: true });
  }
});

test('the package can be imported by its name', async () => {
  const { stdout } = await run(process.execPath, ['-e', "import('agentrelay').then((m) => console.log(typeof m))"], {
    cwd: root,
  });
  expect(stdout).toBe('object\n');
});
