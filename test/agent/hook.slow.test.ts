import { type ChildProcess, spawn } from 'node:child_process';
import { appendFileSync, existsSync, readFileSync, statSync, symlinkSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import { HookFile } from '../../src/steps/agents/hook-file.ts';
import { temporaryFolder } from '../support/git-repository.ts';

const SCRIPT = fileURLToPath(new URL('../../src/agent/run.ts', import.meta.url));

function session() {
  const folder = temporaryFolder();
  const env = { ...process.env, AGENTRELAY_SIGNAL_DIR: folder, AGENTRELAY_TOKEN: 'token' };
  const path = join(folder, 'hooks.jsonl');
  const start = (argv: readonly string[], more: NodeJS.ProcessEnv = {}): ChildProcess =>
    spawn(process.execPath, [SCRIPT, 'hook', ...argv], { env: { ...env, ...more }, stdio: 'pipe' });
  const hook = async (argv: readonly string[], input = '', more: NodeJS.ProcessEnv = {}) => {
    const child = start(argv, more);
    child.stdin?.on('error', () => {});
    child.stdin?.end(input);
    return await ended(child);
  };
  const hooks = () => new HookFile(folder, (token) => token === 'token').read().hooks;
  return { folder, path, start, hook, hooks };
}

async function ended(child: ChildProcess) {
  let said = '';
  for (const stream of [child.stdout, child.stderr]) stream?.on('data', (chunk: Buffer) => (said += chunk));
  const code = await new Promise((resolve) => child.once('close', resolve));
  return { code, said };
}

const SILENT = { code: 0, said: '' };

test('what the program gives is kept as one line, for the owner alone', async () => {
  const { path, hook, hooks } = session();
  const before = Date.now();
  expect(await hook(['Stop'], '{"session_id":"s",\n "n":1}')).toEqual(SILENT);
  expect(await hook(['notify', '{"type":"agent-turn-complete"}'], 'never read')).toEqual(SILENT);
  expect(readFileSync(path, 'utf8').trimEnd().split('\n')).toHaveLength(2);
  expect(hooks()).toMatchObject([
    { event: 'Stop', data: { session_id: 's', n: 1 } },
    { event: 'notify', data: { type: 'agent-turn-complete' } },
  ]);
  // When the process began, which is a moment before its first line ran.
  expect(hooks()[0]?.at).toBeGreaterThanOrEqual(before - 1_000);
  expect(statSync(path).mode & 0o777).toBe(0o600);
});

test('what is no JSON object is told without it', async () => {
  const { hook, hooks } = session();
  for (const input of ['', 'words', '[1]', '"x"', '{"half":', `{"a":"${'x'.repeat(1024 * 1024)}"}`]) {
    expect(await hook(['Stop'], input)).toEqual(SILENT);
  }
  expect(hooks().map(({ data }) => data)).toEqual(Array(6).fill(null));
});

test('standard input that stays open is not waited for once the object is there', async () => {
  const { start, hooks } = session();
  const child = start(['Stop']);
  child.stdin?.write('{"a":{"b":1}');
  child.stdin?.write('}\n');
  expect(await ended(child)).toEqual(SILENT);
  expect(hooks()).toMatchObject([{ event: 'Stop', data: { a: { b: 1 } } }]);
});

test('standard input that stays open and says nothing ends, too', async () => {
  const { start, hooks } = session();
  expect(await ended(start(['Stop']))).toEqual(SILENT);
  expect(hooks()).toMatchObject([{ event: 'Stop', data: null }]);
});

test('many at once are all kept', async () => {
  const { hook, hooks } = session();
  const names = Array.from({ length: 8 }, (_, at) => `E${at}`);
  const text = JSON.stringify({ text: 'x'.repeat(1_900), more: 'y'.repeat(1_900) });
  await Promise.all(names.map((name) => hook([name], text)));
  expect(
    hooks()
      .map(({ event }) => event)
      .sort(),
  ).toEqual(names);
});

test('outside an attempt, and where it cannot write, it says nothing and leaves nothing', async () => {
  const { folder, path, hook } = session();
  expect(await hook(['Stop'], '{}', { AGENTRELAY_SIGNAL_DIR: '' })).toEqual(SILENT);
  expect(await hook(['Stop'], '{}', { AGENTRELAY_SIGNAL_DIR: join(folder, 'none') })).toEqual(SILENT);
  expect(await hook([])).toEqual(SILENT);
  expect(existsSync(path)).toBe(false);
  writeFileSync(join(folder, 'elsewhere'), '');
  symlinkSync(join(folder, 'elsewhere'), path);
  expect(await hook(['Stop'], '{}')).toEqual(SILENT);
  expect(readFileSync(join(folder, 'elsewhere'), 'utf8')).toBe('');
});

test('a file that is full stays as it is', async () => {
  const { path, hook } = session();
  const line = `${'x'.repeat(70)}\n`;
  writeFileSync(path, line.repeat(20_000));
  await hook(['Stop'], '{}');
  expect(statSync(path).size).toBe(20_000 * line.length);
  writeFileSync(path, line.repeat(19_999));
  await hook(['Stop'], '{}');
  expect(statSync(path).size).toBeGreaterThan(19_999 * line.length);
  truncateSync(path, 32 * 1024 * 1024);
  await hook(['Stop'], '{}');
  expect(statSync(path).size).toBe(32 * 1024 * 1024);
});

test('of a status line the first and the last are kept, in a file of their own', async () => {
  const { folder, path, hook, hooks } = session();
  const status = join(folder, 'status_lines.jsonl');
  for (const n of [1, 2]) expect(await hook(['StatusLine'], `{"n":${n}}`)).toEqual(SILENT);
  expect(hooks()).toMatchObject([{ event: 'StatusLine', data: { n: 1 } }, { data: { n: 2 } }]);
  appendFileSync(status, `${'x'.repeat(256 * 1024)}\n`);
  await hook(['StatusLine'], '{"n":3}');
  expect(hooks()).toMatchObject([{ data: { n: 1 } }, { data: { n: 3 } }]);
  expect(readFileSync(status, 'utf8').split('\n')).toHaveLength(3);
  expect(existsSync(path)).toBe(false);
});

test('it loads its own few files, and no package', async () => {
  const { hook } = session();
  const show =
    "import { registerHooks } from 'node:module'; import { writeSync } from 'node:fs';" +
    "registerHooks({ load(url, context, next) { writeSync(2, url + '\\n'); return next(url, context); } });";
  const NODE_OPTIONS = `--import=data:text/javascript,${encodeURIComponent(show)}`;
  const { said } = await hook(['Stop'], '{}', { NODE_OPTIONS });
  const files = said.split('\n').filter((url) => url.startsWith('file:'));
  expect(files.map((url) => url.replace(/^.*\/src\//, ''))).toEqual([
    'agent/run.ts',
    'agent/hook.ts',
    'agent/hook-data.ts',
    'agent/hook-input.ts',
  ]);
});
