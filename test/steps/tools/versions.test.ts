import { chmodSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { GIT, requireTool } from '../../../src/steps/tools/versions.ts';
import { temporaryFolder } from '../../support/git-repository.ts';

/** A program that says this of its version. */
function program(says: string, exit = 0): string {
  const path = join(temporaryFolder(), 'tool');
  writeFileSync(path, `#!/bin/sh\necho '${says}'\nexit ${exit}\n`);
  chmodSync(path, 0o755);
  return path;
}

const need = (path: string) => ({ program: path, args: ['-V'], atLeast: [3, 2] as const, install: 'install it' });

test('the git of this machine will do', async () => {
  await requireTool(GIT);
});

test.each(['tool 3.2', 'tool version 3.2.1-rc1', 'tool 3.10', 'tool 4.0', 'tool next-3.5', 'tool 3.2a'])(
  '%s is new enough',
  async (says) => {
    await requireTool(need(program(says)));
  },
);

test.each(['tool 3.1', 'tool 2.9', 'tool 1.99', 'no number'])('%s is too old', async (says) => {
  await expect(requireTool(need(program(says)))).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringMatching(`^${says} is too old; agentrelay needs .* 3.2 or newer$`),
    hint: 'install it',
  });
});

test('one that is missing is told apart from one that does not run', async () => {
  await expect(requireTool(need('/no/such/tool'))).rejects.toMatchObject({
    name: 'UserError',
    message: '/no/such/tool is not installed; agentrelay needs /no/such/tool 3.2 or newer',
    hint: 'install it',
  });
  await expect(requireTool(need(program('', 1)))).rejects.toMatchObject({
    name: 'UserError',
    message: expect.stringContaining('is installed and does not run'),
  });
});
