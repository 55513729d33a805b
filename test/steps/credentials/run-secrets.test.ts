import { mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import type { AgentConfig } from '../../../src/core/graph/graph.ts';
import { RunSecrets } from '../../../src/steps/credentials/run-secrets.ts';
import { AGENT } from '../instructions/briefing-fixture.ts';

let folder: string;
let oauth: string;

beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-secrets-'));
  oauth = join(folder, 'oauth.json');
});

afterEach(() => rmSync(folder, { recursive: true }));

function secrets(): RunSecrets {
  return new RunSecrets({
    file: '/c.yaml',
    files: ['/c.yaml'],
    tiers: { standard: { GH_TOKEN: 'ghp_standard' }, elevated: { GH_TOKEN: 'ghp_elevated' } },
    anthropic: { work: { kind: 'api_key', key: 'sk-ant-api-key' }, personal: { kind: 'oauth_file', path: oauth } },
    secrets: ['ghp_standard', 'ghp_elevated', 'sk-ant-api-key'],
  });
}

function agent(given: Partial<AgentConfig>): AgentConfig {
  return { ...AGENT, ...given };
}

function token(accessToken: string, expiresAt: number): void {
  writeFileSync(oauth, JSON.stringify({ claudeAiOauth: { accessToken, refreshToken: 'sk-ant-ort01-r', expiresAt } }));
}

test('an agent gets its own tier and the account that it names', () => {
  const elevated = agent({ isolation: { ...AGENT.isolation, tokenTier: 'elevated' }, anthropicCredential: 'work' });
  expect(secrets().read(AGENT)).toEqual({ GH_TOKEN: 'ghp_standard' });
  expect(secrets().read(elevated)).toEqual({ GH_TOKEN: 'ghp_elevated', ANTHROPIC_API_KEY: 'sk-ant-api-key' });
  expect(secrets().names(elevated)).toEqual(['GH_TOKEN', 'ANTHROPIC_API_KEY']);
});

test('a program that has no use for an Anthropic account gets none', () => {
  expect(secrets().names(agent({ framework: 'codex', anthropicCredential: 'work' }))).toEqual(['GH_TOKEN']);
  expect(secrets().names(agent({ framework: 'opencode', anthropicCredential: 'work' }))).toContain('ANTHROPIC_API_KEY');
});

test('an OAuth token is read at each launch, and each is masked from then on', () => {
  const run = secrets();
  const personal = agent({ anthropicCredential: 'personal' });
  token('sk-ant-oat01-first', 9e12);
  expect(run.read(personal)).toMatchObject({ CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-first' });
  token('sk-ant-oat01-second', 9e12);
  expect(run.read(personal)).toMatchObject({ CLAUDE_CODE_OAUTH_TOKEN: 'sk-ant-oat01-second' });
  expect(run.mask('sk-ant-oat01-first sk-ant-oat01-second sk-ant-ort01-r')).toBe('••• ••• •••');
});

test('one that has expired, or is gone, starts no agent', () => {
  const personal = agent({ anthropicCredential: 'personal' });
  expect(() => secrets().read(personal)).toThrow(expect.objectContaining({ code: 'no_credential' }));
  token('sk-ant-oat01-old', 1e12);
  expect(() => secrets().read(personal)).toThrow(expect.objectContaining({ code: 'credential_expired' }));
});

test('without a file there is nothing to give and nothing to mask', () => {
  const none = new RunSecrets(null);
  expect([none.read(AGENT), none.names(AGENT), none.unset(AGENT), none.withheld, none.files]).toEqual([
    {},
    [],
    [],
    [],
    [],
  ]);
  expect(none.mask('ghp_standard')).toBe('ghp_standard');
});
