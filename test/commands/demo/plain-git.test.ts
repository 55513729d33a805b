import { expect, test } from 'vitest';
import { withPlainGit } from '../../../src/commands/demo/plain-git.ts';

const OWN = { GIT_DIR: '/elsewhere', GIT_CONFIG_GLOBAL: '/home/me/git', GIT_EXEC_PATH: '/opt/git', HOME: '/home/me' };

test("takes the person's git settings away, and gives them back", async () => {
  const env: NodeJS.ProcessEnv = { ...OWN };
  const during = await withPlainGit(env, async () => ({ ...env }));
  expect(during).toEqual({
    GIT_CONFIG_GLOBAL: '/dev/null',
    GIT_CONFIG_NOSYSTEM: '1',
    GIT_EXEC_PATH: '/opt/git',
    HOME: '/home/me',
  });
  expect(env).toEqual(OWN);
});

test('gives them back after an error too', async () => {
  const env: NodeJS.ProcessEnv = { ...OWN };
  const work = withPlainGit(env, () => Promise.reject(new Error('no')));
  await expect(work).rejects.toThrow('no');
  expect(env).toEqual(OWN);
});
