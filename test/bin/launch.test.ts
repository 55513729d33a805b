import { execFile, spawn } from 'node:child_process';
import { mkdtempSync, readdirSync, readFileSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join, relative, resolve } from 'node:path';
import { promisify } from 'node:util';
import { afterAll, beforeAll, expect, test } from 'vitest';
import manifest from '../../package.json' with { type: 'json' };

const run = promisify(execFile);
const bin = resolve(import.meta.dirname, '../../bin');

/** Runs launch() as the Node `version` would see it, for a module of the test's own in place of dist/<entry>.js. */
function launch(body: string, version = process.versions.node) {
  writeFileSync(join(directory, 'entry.js'), body);
  const entry = relative(resolve(bin, '../dist'), join(directory, 'entry'));
  const script = `
    Object.defineProperty(process.versions, 'node', { value: '${version}' });
    require(${JSON.stringify(join(bin, 'launch.js'))})(${JSON.stringify(entry)}, ['a', 'b']);`;
  return [process.execPath, ['-e', script]] as const;
}

async function finish(body: string, version?: string) {
  const [node, args] = launch(body, version);
  return run(node, args).then(
    ({ stdout, stderr }) => ({ code: 0, stdout, stderr }),
    ({ code, stdout, stderr }) => ({ code, stdout, stderr }),
  );
}

let directory: string;
beforeAll(() => {
  directory = mkdtempSync(join(tmpdir(), 'agentrelay-launch-'));
  writeFileSync(join(directory, 'package.json'), '{ "type": "module" }');
});
afterAll(() => rmSync(directory, { recursive: true, force: true }));

test('hands over the arguments and exits with the code that main resolves to', async () => {
  const main = 'export async function main(argv) { console.log(argv.join()); return 4; }';
  expect(await finish(main)).toEqual({ code: 4, stdout: 'a,b\n', stderr: '' });
});

test('a crash of main shows its stack and is an internal error', async () => {
  const { code, stderr } = await finish("export async function main() { throw new Error('boom'); }");
  expect(code).toBe(3);
  expect(stderr).toMatch(/^Error: boom\n\s+at .*main.*entry\.js:1:/);
});

test.each(['6.17.1', '18.20.4', '22.21.1'])('Node %s reads what to install, and nothing is loaded', async (version) => {
  const { code, stdout, stderr } = await finish("console.log('loaded');", version);
  expect(stdout).toBe('');
  expect(code).toBe(2);
  expect(stderr).toContain(`needs Node 22.22 or newer; this is Node ${version}, ${process.execPath}`);
});

test.each(['22.22.0', '24.0.0'])('Node %s is new enough', async (version) => {
  expect(await finish('export async function main() { return 0; }', version)).toMatchObject({ code: 0, stderr: '' });
});

test('a reader that closes the pipe ends the program quietly, as SIGPIPE would', async () => {
  const [node, args] = launch(`
    export function main() {
      const write = () => process.stdout.write('x'.repeat(65536), (error) => error || write());
      write();
      return new Promise(() => {});
    }`);
  const child = spawn(node, args, { stdio: ['ignore', 'pipe', 'pipe'] });
  let stderr = '';
  child.stderr.on('data', (chunk) => {
    stderr += chunk;
  });
  child.stdout.once('data', () => child.stdout.destroy());
  const code = await new Promise((done) => child.once('close', done));
  expect({ code, stderr }).toEqual({ code: 141, stderr: '' });
});

test('every program of the package is executable and readable by a Node that knows no modern syntax', () => {
  const declared = Object.values(manifest.bin).map((path) => path.replace(/^bin\//, ''));
  expect(readdirSync(bin).sort()).toEqual([...declared, 'dev', 'launch.js', 'package.json'].sort());
  for (const name of [...declared, 'launch.js']) {
    const code = readFileSync(join(bin, name), 'utf8').replace(/\/\/.*|\/\*\*?.*?\*\//g, '');
    expect(code, name).not.toMatch(/=>|`|\b(const|let|class|async|await)\b|\bimport\b|\?\.|\?\?|\.\.\.|,\s*\n?\s*\)/);
  }
});

test.each(['--version', '-V'])('agentrelay %s prints the version of the package', async (flag) => {
  const { stdout } = await run(join(bin, 'agentrelay'), [flag]);
  expect(stdout).toBe(`${manifest.version}\n`);
});
