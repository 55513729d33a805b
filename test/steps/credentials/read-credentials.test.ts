import { chmodSync, mkdirSync, mkdtempSync, rmSync, symlinkSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { CredentialsFileError, loadCredentials } from '../../../src/steps/credentials/read-credentials.ts';

let folder: string;
let file: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-credentials-'));
  file = join(folder, 'c.yaml');
});

afterEach(() => rmSync(folder, { recursive: true }));

function write(name: string, text: string, mode = 0o600): string {
  const path = join(folder, name);
  writeFileSync(path, text);
  chmodSync(path, mode);
  return path;
}

/** Problems without the folder, as `line:column path: message (hint)`. */
async function problemsOf(text: string): Promise<string[]> {
  write('c.yaml', text);
  const error = await loadCredentials(file).catch((thrown: unknown) => thrown);
  if (!(error instanceof CredentialsFileError)) throw new Error('it was taken');
  return error.message.replaceAll(`${folder}/`, '').split('\n');
}

const OAUTH = JSON.stringify({
  claudeAiOauth: { accessToken: 'sk-ant-oat01-access', refreshToken: 'sk-ant-ort01-refresh', expiresAt: 2e12 },
});

test('values, files and accounts are read', async () => {
  write('npm', '\n npm_0123456789 \n');
  write('key', 'sk-ant-api-key\n');
  const oauth = write('oauth.json', OAUTH);
  write(
    'c.yaml',
    `tiers:
  read_only: { GH_TOKEN: ghp_read_only }
  standard: { GH_TOKEN: ghp_standard, NPM_TOKEN: { file: npm }, GH_HOST: { plain: github.example } }
anthropic:
  work: { api_key_file: ./key }
  personal: { oauth_file: oauth.json }
`,
  );
  const { secrets, files, ...credentials } = await loadCredentials(file);
  expect(credentials).toEqual({
    file,
    tiers: {
      read_only: { GH_TOKEN: 'ghp_read_only' },
      standard: { GH_TOKEN: 'ghp_standard', NPM_TOKEN: 'npm_0123456789', GH_HOST: 'github.example' },
    },
    anthropic: { work: { kind: 'api_key', key: 'sk-ant-api-key' }, personal: { kind: 'oauth_file', path: oauth } },
  });
  expect(secrets.toSorted()).toEqual([
    'ghp_read_only',
    'ghp_standard',
    'npm_0123456789',
    'sk-ant-api-key',
    'sk-ant-oat01-access',
    'sk-ant-ort01-refresh',
  ]);
  expect(files).toEqual([file, join(folder, 'npm'), join(folder, 'key'), oauth]);
});

test('all that is wrong is told at once, where it stands, and no value with it', async () => {
  const text = `tiers:
  readonly: { GH_TOKEN: SECRET-1 }
  standard:
    GH_TOKEN: 12345678901
    NPM_TOKEN: { flie: SECRET-2 }
    PATH: SECRET-3
    SHORT: abc
    GONE: { file: nowhere }
    EMPTY: ''
  elevated: { GH_TOKEN:SECRET-4 }
anthropic:
  work: { api_key: SECRET-5, oauth_file: nowhere }
  other: SECRET-6
  none: {}
tokens: SECRET-7
`;
  const problems = await problemsOf(text);
  expect(problems).toEqual([
    "c.yaml:2:3: tiers: unknown key 'readonly' (allowed: read_only, standard, elevated; did you mean read_only?)",
    "c.yaml:4:15: tiers.standard.GH_TOKEN: expected text or a map, found a number (allowed: in quotes: 'value'; or {file: path})",
    "c.yaml:5:18: tiers.standard.NPM_TOKEN: unknown key 'flie' (allowed: file, plain; did you mean file?)",
    'c.yaml:6:5: tiers.standard.PATH: the variable is not for credentials',
    'c.yaml:7:12: tiers.standard.SHORT: shorter than 6 characters, so that it cannot be masked (allowed: {plain: value} for what is no secret)',
    'c.yaml:8:19: tiers.standard.GONE.file: nowhere is not there',
    'c.yaml:9:12: tiers.standard.EMPTY: the text is empty',
    "c.yaml:10:15: tiers.elevated: expected text or a map, found nothing (allowed: in quotes: 'value'; or {file: path})",
    'c.yaml:10:15: tiers.elevated: the key is not the name of a variable (allowed: letters, digits and _, not first a digit; a colon needs a space behind it)',
    'c.yaml:12:9: anthropic.work: api_key and oauth_file: only one of them can be used (allowed: one of api_key, api_key_file, oauth_file)',
    'c.yaml:12:42: anthropic.work.oauth_file: nowhere is not there',
    'c.yaml:13:10: anthropic.other: expected a map, found text',
    'c.yaml:14:9: anthropic.none: no credential (allowed: one of api_key, api_key_file, oauth_file)',
    'c.yaml:15:1: unknown key (allowed: tiers, anthropic)',
  ]);
  expect(problems.join()).not.toMatch(/SECRET|12345678901/);
});

test.each([
  ['an alias', 'tiers: { standard: { A: *SECRET } }'],
  ['a tag', 'tiers: { standard: { A: !SECRET } }'],
  ['an anchor', 'tiers: { standard: { A: &SECRET } }'],
  ['a reserved character', 'tiers: { standard: { A: @SECRET } }'],
  ['an open quote', `tiers: { standard: { A: 'SECRET } }`],
  ['a colon', 'tiers:\n  standard:\n    A: x: SECRET'],
  ['a tab', 'tiers:\n\tstandard: SECRET'],
  ['a directive', '%SECRET\n---\na: b'],
  ['a key that stands twice', 'tiers: { standard: { SECRET: abcdefg, SECRET: abcdefg } }'],
  ['a token in place of a name', 'tiers: { standard: { ghp_SECRET: } }'],
  ['a token in place of a key', 'anthropic: { work: { sk-ant-SECRET } }'],
  ['a token in place of an account', 'anthropic: { sk-ant-SECRET: x }'],
  ['a text', 'SECRET'],
  ['a second document', 'tiers: {}\n---\nSECRET: x'],
])('%s does not tell a value', async (_, text) => {
  const problems = await problemsOf(text);
  expect(problems.join('\n')).toMatch(/^c\.yaml:\d+:\d+: \S/);
  expect(problems.join('\n')).not.toContain('SECRET');
});

test.each([0o640, 0o604, 0o660, 0o601, 0o777])(
  'a file with the mode %o is refused, with what mends it',
  async (mode) => {
    write('c.yaml', 'tiers: {}', mode);
    await expect(loadCredentials(file)).rejects.toThrow(`0${mode.toString(8)}) (chmod 600 ${file})`);
  },
);

test.each([0o600, 0o400])('one with the mode %o is taken', async (mode) => {
  write('c.yaml', 'tiers: {}', mode);
  expect((await loadCredentials(file)).tiers).toEqual({});
});

test('of a link its target counts, and so do the files that it names', async () => {
  const target = write('target.yaml', 'tiers: { standard: { A: { file: value } } }');
  write('value', 'a secret', 0o644);
  symlinkSync(target, file);
  await expect(loadCredentials(file)).rejects.toThrow(`value can be read or written by others (mode 0644): chmod 600`);
  chmodSync(join(folder, 'value'), 0o600);
  expect((await loadCredentials(file)).tiers).toEqual({ standard: { A: 'a secret' } });
  chmodSync(target, 0o644);
  await expect(loadCredentials(file)).rejects.toThrow('(mode 0644)');
});

test('what is no file is refused', async () => {
  await expect(loadCredentials(file)).rejects.toThrow('there is no such file');
  mkdirSync(file);
  await expect(loadCredentials(file)).rejects.toThrow('is a folder, not a credentials file');
});

test.each([['{"claudeAiOauth":{}}'], ['{"claudeAiOauth":{"accessToken":"sk-ant'], ['two words']])(
  'an OAuth file with %s is refused',
  async (text) => {
    write('oauth.json', text);
    const problems = await problemsOf('anthropic: { work: { oauth_file: oauth.json } }');
    expect(problems).toEqual([
      'c.yaml:1:34: anthropic.work.oauth_file: oauth.json holds no OAuth token of Claude Code',
    ]);
  },
);
