import { mkdirSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { describe, expect, test, vi } from 'vitest';
import { recordedSession, serversOf, socketToRecord } from '../../src/steps/recorded-server.ts';
import { RunStore } from '../../src/steps/run-store.ts';
import { temporaryFolder } from '../support/git-repository.ts';

/** Runs from 1 on, each with this in its `run.json`. */
function storeWith(...records: unknown[]): RunStore {
  const store = new RunStore(temporaryFolder(), 'g');
  records.forEach((record, at) => {
    mkdirSync(store.runDirectory(at + 1), { recursive: true });
    writeFileSync(join(store.runDirectory(at + 1), 'run.json'), JSON.stringify(record));
  });
  return store;
}

const settings = { tmuxSession: 'team' };

describe('the tmux server of a run', () => {
  test('is recorded by its name, else by the path of the one that we are in', () => {
    expect(socketToRecord('mine', { TMUX: '/tmp/x,1,2' })).toBe('mine');
    expect(socketToRecord(null, { TMUX: '/tmp/a,b/default,12,3' })).toBe('/tmp/a,b/default');
    expect(socketToRecord(null, {})).toBeNull();
  });

  test('is found again, each once, and the one of this terminal behind it', () => {
    vi.stubEnv('TMUX', '');
    const records = [
      { tmux_socket: 'mine' },
      { tmux_socket: '/run/t' },
      { tmux_socket: 'mine' },
      { tmux_socket: null },
    ];
    const store = storeWith(...records.map((record) => ({ ...record, settings })));
    const mine = ['-L', 'mine', '-f', '/dev/null'];
    expect(serversOf(store, [1, 2, 3, 4], null)).toEqual([mine, ['-S', '/run/t'], []]);
    expect(serversOf(store, [1, 2], 'given')).toEqual([['-L', 'given', '-f', '/dev/null']]);
    vi.unstubAllEnvs();
  });

  test('a record of an older version, a damaged one and none tell nothing', () => {
    vi.stubEnv('TMUX', '');
    const store = storeWith({ settings }, { settings: {} });
    expect(serversOf(store, [1, 2, 3], null)).toEqual([[]]);
    expect([1, 2, 3].map((run) => recordedSession(store, run))).toEqual(['team', null, null]);
    vi.unstubAllEnvs();
  });
});
