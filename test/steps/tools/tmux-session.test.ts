import { afterEach, expect, test, vi } from 'vitest';
import { TmuxControl } from '../../../src/steps/tools/tmux-control.ts';
import { serverArguments } from '../../../src/steps/tools/tmux-session.ts';

afterEach(() => vi.unstubAllEnvs());

test('a private server gets none of the user’s configuration', () => {
  expect(serverArguments('mine', { TMUX: '/tmp/tmux-0/other,12,0' })).toEqual(['-L', 'mine', '-f', '/dev/null']);
});

test('without a name it is the server that we are in, else the default one', () => {
  expect(serverArguments(null, { TMUX: '/tmp/a,b/other,12,0' })).toEqual(['-S', '/tmp/a,b/other']);
  expect(serverArguments(null, { TMUX: '' })).toEqual([]);
  expect(serverArguments(null, {})).toEqual([]);
});

test('no tmux is said at once', async () => {
  vi.stubEnv('PATH', '/nowhere');
  const connecting = TmuxControl.connect({ socket: 'agentrelay-test-never', session: 'work' });
  await expect(connecting).rejects.toMatchObject({ name: 'TmuxError', code: 'cannot_start' });
});
