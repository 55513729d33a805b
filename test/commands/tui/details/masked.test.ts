import { chmodSync, mkdtempSync, rmSync, writeFileSync } from 'node:fs';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { afterEach, beforeEach, expect, test } from 'vitest';
import { maskingTeller } from '../../../../src/commands/tui/details/masked.ts';
import type { Reader } from '../../../../src/commands/tui/details/world.ts';
import { DEFAULT_SETTINGS } from '../../../../src/core/graph/graph.ts';
import { RunStore } from '../../../../src/steps/run-store.ts';

const TOKEN = 'ghp_0123456789abcdefghij';

let folder: string;
beforeEach(() => {
  folder = mkdtempSync(join(tmpdir(), 'agentrelay-details-'));
});
afterEach(() => rmSync(folder, { recursive: true }));

function storeOf(credentials: string | null): RunStore {
  const store = new RunStore(folder, 'g');
  const settings = { ...DEFAULT_SETTINGS, credentials };
  store.create(1, { graph_digest: 'd', base_commits: {}, settings, graphText: '' });
  return store;
}

type Told = Parameters<Reader['tell']>[0];
const OUTPUT: Told = {
  tab: 'output',
  lines: [`x ${TOKEN.slice(0, 9)}`, `${TOKEN.slice(9)} y`],
  live: true,
  note: TOKEN,
};

function toldBy(store: RunStore): Promise<Told> {
  const { promise, resolve } = Promise.withResolvers<Told>();
  maskingTeller(store, 1)({ signal: new AbortController().signal, tell: resolve }).tell(OUTPUT);
  return promise;
}

test('what an agent shows is told without its secrets, also those that its terminal has broken', async () => {
  const file = join(folder, 'c.yaml');
  writeFileSync(file, `tiers: { standard: { GH_TOKEN: ${TOKEN} } }`);
  chmodSync(file, 0o600);
  expect(await toldBy(storeOf(file))).toMatchObject({ lines: ['x •••', ' y'] });
});

test('without a credentials file, or where it is gone, it is told as it is', async () => {
  expect(await toldBy(storeOf(null))).toBe(OUTPUT);
  rmSync(join(folder, '.workflow'), { recursive: true });
  expect(await toldBy(storeOf(join(folder, 'gone.yaml')))).toEqual(OUTPUT);
});
