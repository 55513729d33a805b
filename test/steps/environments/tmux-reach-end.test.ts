import { expect, test } from 'vitest';
import { reachTmux } from '../../../src/steps/environments/tmux-reach.ts';
import type { TmuxControl } from '../../../src/steps/tools/tmux-control.ts';
import { TmuxError } from '../../../src/steps/tools/tmux-error.ts';

test('what is still under way when tmux is let go of makes no other client', async () => {
  let clients = 0;
  const client = { closed: new Promise<void>(() => {}) } as unknown as TmuxControl;
  const connect = async () => {
    clients += 1;
    return client;
  };
  const reached = reachTmux({ session: 's', connect });
  const lost = Promise.withResolvers<never>();
  const begun = Promise.withResolvers<void>();
  const work = reached.use(() => {
    begun.resolve();
    return lost.promise;
  });
  await begun.promise;
  reached.end();
  lost.reject(new TmuxError('disconnected', 'tmux is gone'));
  await expect(work).rejects.toMatchObject({ code: 'disconnected' });
  await expect(reached.control()).rejects.toMatchObject({ code: 'disconnected' });
  expect(clients).toBe(1);
});
