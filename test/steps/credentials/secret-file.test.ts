import {
  chmodSync,
  existsSync,
  mkdirSync,
  mkdtempSync,
  readFileSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { installAgentWrapper, readExitCode, SECRETS_FILE, SECRETS_VARIABLE } from '../../../src/steps/agent-wrapper.ts';
import { removeSecrets, secretsText, writeSecrets } from '../../../src/steps/credentials/secret-file.ts';
import { exec } from '../../../src/steps/tools/exec.ts';

let folder: string;
let secretsFile: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), "agentrelay-secret's-"));
  secretsFile = join(folder, SECRETS_FILE);
});

afterEach(() => rmSync(folder, { recursive: true }));

async function run(argv: string[], env: Record<string, string> = { [SECRETS_VARIABLE]: '1' }) {
  const accept = Array.from({ length: 256 }, (_, code) => code);
  return exec('/bin/sh', [installAgentWrapper(folder), join(folder, 'exit_code'), ...argv], { accept, env });
}

const AWKWARD = {
  QUOTES: `'one' "two" ''`,
  LINES: '-----BEGIN-----\n\n  a\tb\r\n-----END-----\n',
  SHELL: '$HOME `id` $(id) \\ \\n !! * ; & | < > # ~',
  UNICODE: 'ümläut ✓ \u{1f511}',
  _lower9: ' blank at both ends ',
};

test('the agent has every value as it is, and the file is gone before it starts', async () => {
  writeSecrets(folder, AWKWARD);
  expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
  const script = `const { existsSync } = require('node:fs');
    console.log(JSON.stringify({ env: process.env, there: existsSync(process.argv[1]) }));`;
  const { stdout } = await run([process.execPath, '-e', script, secretsFile]);
  const { env, there } = JSON.parse(stdout);
  expect(env).toMatchObject(AWKWARD);
  expect(env[SECRETS_VARIABLE]).toBeUndefined();
  expect(there).toBe(false);
});

test('what was taken over and then given is what was given', async () => {
  writeSecrets(folder, { TOKEN: 'given' });
  const env = { [SECRETS_VARIABLE]: '1', AGENTRELAY_UNSET: 'TOKEN OTHER', TOKEN: 'ours', OTHER: 'ours' };
  const { stdout } = await run(['/bin/sh', '-c', 'echo "$TOKEN/${OTHER-none}"'], env);
  expect(stdout).toBe('given/none');
});

test('without its secrets no agent is started', async () => {
  const { exitCode, stdout } = await run(['/bin/sh', '-c', 'echo started']);
  expect({ exitCode, stdout }).toEqual({ exitCode: 125, stdout: 'agentrelay: the secrets of this attempt are gone' });
  expect(readExitCode(join(folder, 'exit_code'))).toBe(125);
});

test('a file that nobody announced is not read', async () => {
  writeFileSync(secretsFile, 'echo planted\n');
  expect((await run(['/bin/sh', '-c', 'echo started'], {})).stdout).toBe('started');
});

test('the file goes also where the attempt was launched before, and where the program is not there', async () => {
  writeSecrets(folder, { TOKEN: 'given' });
  expect((await run(['/no/such/program'])).exitCode).toBe(127);
  expect(existsSync(secretsFile)).toBe(false);
  writeSecrets(folder, { TOKEN: 'given' });
  expect((await run(['/bin/true'])).exitCode).toBe(125);
  expect(existsSync(secretsFile)).toBe(false);
});

test('what stands where the file goes is replaced, and never written through', () => {
  writeFileSync(secretsFile, 'old');
  chmodSync(secretsFile, 0o644);
  writeSecrets(folder, { TOKEN: 'given' });
  expect(readFileSync(secretsFile, 'utf8')).toBe("export TOKEN='given'\n");
  expect(statSync(secretsFile).mode & 0o777).toBe(0o600);
  removeSecrets(folder);
  removeSecrets(folder);
  mkdirSync(secretsFile);
  expect(() => writeSecrets(folder, { TOKEN: 'given' })).toThrow();
});

test('what an agent has made a link to keeps what it has of that name', () => {
  const signals = join(folder, 'signals');
  const others = join(folder, 'others');
  mkdirSync(join(signals, 'turns/1'), { recursive: true });
  mkdirSync(others);
  for (const place of [signals, join(signals, 'turns/1'), others]) writeSecrets(place, { TOKEN: 'given' });
  symlinkSync(others, join(signals, 'link'));
  removeSecrets(signals);
  expect([signals, join(signals, 'turns/1'), others].map((place) => existsSync(join(place, SECRETS_FILE)))).toEqual([
    ...[false, false],
    true,
  ]);
});

test.each([['A-B'], ['1A'], [''], ['A B'], ["A='x'; id; B"]])('%j is no name of a variable', (name) => {
  expect(() => secretsText({ [name]: 'x' })).toThrow(expect.objectContaining({ code: 'bad_secret' }));
});

test('nothing is written where there is nothing to give', () => {
  writeSecrets(folder, {});
  expect(existsSync(secretsFile)).toBe(false);
});
